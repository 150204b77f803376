"""XML's events to records: dicts that are done, and nothing else in memory."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.amazon.echo import printable
from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.documents.column_names import NAME_CHARACTERS_MAX
from tap_amazon_reports.documents.layout import EVERY_RECORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_amazon_reports.documents.layout import FoundRecord

__all__ = ["HELD_BYTES", "Place", "TreeBuilder", "places"]

HELD_BYTES = 256 * 1024
"""How long a record with records inside may be, to be held until its end is seen."""

_PATH = re.compile(r"[^/\s@]+(?:/[^/\s@]+)+|\*")
_DEPTH_MAX = 200
_LONG_NAME = (
    "the document is damaged: an element of its XML has a name of more than"
    f" {NAME_CHARACTERS_MAX} characters"
)
_RECORD_CHARACTERS_MAX = 16 * 1024 * 1024
_ELEMENT_CHARACTERS = 200
"""What an element counts, empty as it may be: about what it takes in memory."""
_ATTRIBUTE_CHARACTERS = 100
"""What an attribute counts beside its text: likewise."""
_PLACE_CHARACTERS = 8
"""What each earlier element counts that lacks an attribute of a later one."""


@dataclass
class Place:
    """A kind of element outside of records, or the element of a record.

    Attributes:
        path: the path that wants it, if one does.
        inner: what is wanted inside, by local name.
        others: what every other child is, if it is wanted.
    """

    path: str | None = None
    inner: dict[str, Place] = field(default_factory=dict)
    others: Place | None = None

    def within(self, name: str) -> Place | None:
        """Return what a child of that name is, if anything is wanted of it."""
        return self.inner.get(name, self.others)


def places(paths: Iterable[str]) -> Place:
    """Return what stands around the root of the document.

    Raises:
        ValueError: a path is neither `*` nor like `Result/Node`.
    """
    top = Place()
    for path in paths:
        if not _PATH.fullmatch(path):
            msg = f"{path!r} is not a path of records, such as 'Result/Node'"
            raise ValueError(msg)
        place = top
        if path == EVERY_RECORD:
            top.others = top.others or Place()
            top.others.others = Place(path)
            continue
        for name in path.split("/"):
            place = place.inner.setdefault(name, Place())
        place.path = path
    if top.others:
        for root in top.inner.values():
            root.others = top.others.others
    return top


class _Element:
    """An element that is open.

    Attributes:
        place: what is wanted of it or inside; None for neither.
        is_kept: whether it is a record, or inside one.
        characters: of a record: how long it is by now, without the records inside.
    """

    __slots__ = (
        "attributes",
        "characters",
        "is_kept",
        "members",
        "name",
        "place",
        "start",
        "text",
    )

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.members: dict[str, Any] = {}
        self.text: list[str] = []
        self.place: Place | None = None
        self.is_kept = True
        self.start = 0
        self.characters = 0

    def value(self) -> Any:
        text = "".join(self.text)
        if not text or text.isspace():
            return self.members or None
        if not self.members:
            return text
        self.members["#text"] = text
        return self.members

    def forget_blanks(self) -> None:
        """Drop the line ends between elements: there can be millions of them."""
        if all(map(str.isspace, self.text)):
            self.text.clear()

    def add(self, element: _Element) -> int:
        """Add an element inside that has ended.

        Returns:
            How many places in lists of attributes it left empty.
        """
        members, name = self.members, element.name
        rank = 0
        if name in members:
            there = members[name]
            if not isinstance(there, list):
                there = members[name] = [there]
            rank = len(there)
            there.append(element.value())
        else:
            members[name] = element.value()
        return sum(
            self._add_attribute(f"{name}@{attribute}", text, rank)
            for attribute, text in element.attributes.items()
        )

    def _add_attribute(self, key: str, text: str, rank: int) -> int:
        if not rank:
            self.members[key] = text
            return 0
        there = self.members.get(key)
        texts = there if isinstance(there, list) else [there]
        empty = rank - len(texts)
        texts += [None] * empty
        texts.append(text)
        self.members[key] = texts
        return empty


class TreeBuilder:
    """Takes the events of one document, and gives its records.

    Attributes:
        position: tells how many bytes of the document lie before the event in hand.
    """

    def __init__(self, top: Place) -> None:
        """Stand before the root; `top` is what `places` returned."""
        self.position: Callable[[], int] = lambda: 0
        around = _Element("", {})
        around.place = top
        around.is_kept = False
        self._open = [around]
        self._records: list[_Element] = []
        self._held: list[list[FoundRecord]] = []
        self._unwanted_depth = 0
        self._found: list[FoundRecord] = []

    def taken(self) -> list[FoundRecord]:
        """Return the records that are ready, each once."""
        found, self._found = self._found, []
        return found

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        around = self._open[-1]
        name = tag.rpartition(":")[2] if ":" in tag else tag
        if len(name) > NAME_CHARACTERS_MAX:
            # It would stand before each of its attributes.
            raise DocumentDamagedError(_LONG_NAME)
        place = around.place and around.place.within(name)
        if self._unwanted_depth or not (place or around.is_kept):
            self._start_unwanted(name)
            return
        element = _Element(name, _local(attributes) if attributes else attributes)
        element.place = place
        if place and place.path:
            self._start_record(element)
        else:
            element.is_kept = around.is_kept
        self._open.append(element)
        self._refuse_depth()
        if self._records:
            self._measure(_ELEMENT_CHARACTERS)
            if attributes:
                characters = sum(map(len, (*attributes, *attributes.values())))
                self._measure(len(attributes) * _ATTRIBUTE_CHARACTERS + characters)

    def characters(self, text: str) -> None:
        """Take text, or a part of it."""
        around = self._open[-1]
        if around.is_kept and not self._unwanted_depth:
            around.text.append(text)
            self._measure(len(text))

    def end(self, _tag: str) -> None:
        """Take the end of an element."""
        if self._unwanted_depth:
            self._unwanted_depth -= 1
            return
        element = self._open.pop()
        if element.place and element.place.path:
            self._end_record(element, element.place.path)
        elif element.is_kept:
            empty = self._open[-1].add(element)
            self._measure(empty * _PLACE_CHARACTERS)

    def _start_unwanted(self, name: str) -> None:
        if len(self._open) == 1 and not self._unwanted_depth:
            shown = printable(name, longest=60)
            msg = f"the document has an unexpected root element, <{shown}>"
            raise DocumentDamagedError(msg)
        self._unwanted_depth += 1
        self._refuse_depth()

    def _refuse_depth(self) -> None:
        if len(self._open) + self._unwanted_depth > _DEPTH_MAX:
            msg = (
                "the document is damaged: its XML is nested more than"
                f" {_DEPTH_MAX} levels deep"
            )
            raise DocumentDamagedError(msg)

    def _measure(self, characters: int) -> None:
        record = self._records[-1]
        record.characters += characters
        if record.characters > _RECORD_CHARACTERS_MAX:
            msg = (
                "the document is damaged: one of its records is longer than"
                f" {_RECORD_CHARACTERS_MAX} characters"
            )
            raise DocumentDamagedError(msg)

    def _start_record(self, element: _Element) -> None:
        for attribute, text in element.attributes.items():
            element.members[f"@{attribute}"] = text
        element.start = self.position()
        self._records.append(element)
        self._held.append([])

    def _end_record(self, element: _Element, path: str) -> None:
        self._records.pop()
        inner = self._held.pop()
        value = element.value()
        record = {"value": value} if isinstance(value, str) else element.members
        parents = [around.members for around in self._records]
        found = [(path, record, parents), *inner] if record else inner
        if not self._records:
            self._found += found
            return
        self._open[-1].forget_blanks()
        self._held[-1] += found
        if self.position() - self._records[0].start > HELD_BYTES:
            self._let_go()

    def _let_go(self) -> None:
        for held in self._held:
            self._found += held
            held.clear()


def _local(attributes: dict[str, str]) -> dict[str, str]:
    """Return the attributes by local name, without the declarations of namespaces.

    Of two with one local name the second keeps its whole one, and that is never the
    one that has no prefix.
    """
    local: dict[str, str] = {}
    # Those without a prefix have no other name.
    for name, text in sorted(attributes.items(), key=_has_prefix):
        if name == "xmlns" or name.startswith("xmlns:"):
            continue
        bare = name.rpartition(":")[2]
        local[name if bare in local else bare] = text
    return local


def _has_prefix(attribute: tuple[str, str]) -> bool:
    return ":" in attribute[0]
