"""The records of a JSON document, from several arrays of it in one pass.

Facts:
    - A document is an object with one or more arrays of records, beside what was asked
      for; records can have arrays of records themselves
      (github.com/amzn/selling-partner-api-models, schemas/reports, 2026).
    - JSON is UTF-8 (RFC 8259, section 8.1). A document that says why there are no
      records is an object with `errorDetails` (developer-docs.amazon.com, Retrieve a
      report).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.documents.charset import DecodedText, is_beyond_ascii_only
from tap_amazon_reports.documents.column_names import (
    NAME_CHARACTERS_MAX,
    normalise,
)
from tap_amazon_reports.documents.errors import NotATableError, no_table
from tap_amazon_reports.documents.json_cursor import (
    VALUE_CHARACTERS_MAX,
    JsonCursor,
    TooLongError,
)
from tap_amazon_reports.documents.layout import EVERY_RECORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tap_amazon_reports.documents.layout import FoundRecord

__all__ = ["HELD_CHARACTERS", "JsonRecords"]

HELD_CHARACTERS = 256 * 1024
"""How long a record with records inside may be, to be held until its end is seen."""

_HEAD_CHARACTERS_MAX = 64 * 1024
_HEAD_MEMBERS_MAX = 100
_SENTENCE_CHARACTERS = 1000
_PATH = re.compile(r"[^.\[\]]+\[\](?:\.[^.\[\]]+\[\])*")
_SPECIFICATION = "reportSpecification"
"""What was asked for: a document that has it, and not the array, has no records."""
_EXPLANATIONS = frozenset({"errordetails", "errormessage"})


@dataclass
class _Place:
    """An array: whether its items are wanted, and which arrays inside them are."""

    path: str | None = None
    inner: dict[str, _Place] = field(default_factory=dict)


class JsonRecords:
    """The records of one document, to be iterated over once.

    A record that has wanted arrays inside comes without these. If its text is no
    longer than `HELD_CHARACTERS`, it comes first, then its inner records, and these
    carry it with all its members. A longer one is not held: its inner records come
    first, as they are read, and carry what stands before their array; members behind
    it are not known yet, and absent. So memory is bounded by one record that has no
    wanted arrays inside, or by `HELD_CHARACTERS`.

    The dicts are the caller's to read, not to change. An object where an array is
    wanted is one record; an item that is no object is a record with the one member
    `value`; null is none.

    Attributes:
        head: what is at the top of the object and in no array of records, as far as
            it has been read: at most 100 members of at most 64 Ki characters each.
        passed_over: names of what is at the top and in neither records nor head, and,
            once all has been read, of other arrays with anything in them; at most 250
            characters of each.
    """

    @property
    def replaced(self) -> int:
        """How many undecodable bytes and half characters were replaced so far."""
        return self.text.replaced + self._cursor.replaced

    def __init__(
        self,
        chunks: Iterable[bytes],
        paths: Sequence[str],
        *,
        declared: str | None = None,
        fallback: str = "cp1252",
    ) -> None:
        """Read `chunks`, bytes in pieces of any size; nothing is read until asked.

        Args:
            chunks: the document, unpacked. Its charset is told as `DecodedText` does.
            paths: which arrays have the records: `promotions[]`,
                `promotions[].includedProducts[]`; `*` is each array of objects at the
                top that no other path names, the items of an array that is the whole
                document, or an object that has no arrays of objects, itself.
            declared: Python's name of the charset, if somebody says it. JSON is UTF-8,
                so that it is of what is not, where the charset lets this be told.
            fallback: the charset of an undeclared document that is not UTF-8.

        Raises:
            ValueError: a path has another shape.
        """
        if declared and is_beyond_ascii_only(declared):
            # Storage says so of all files; what is UTF-8 is nothing else.
            self.text = DecodedText(chunks, fallback=declared)
        else:
            self.text = DecodedText(chunks, declared=declared, fallback=fallback)
        self.head: dict[str, Any] = {}
        self.passed_over: list[str] = []
        self._cursor = JsonCursor(self.text)
        self._rest = _Place(EVERY_RECORD) if EVERY_RECORD in paths else None
        self._places = _places(path for path in paths if path != EVERY_RECORD)

    def __iter__(self) -> Iterator[FoundRecord]:
        """Yield `(path, record, parents)`, the path being one of those asked for.

        Raises:
            NotATableError: the document is a sentence, or an object that only explains
                why there are no records.
            DocumentDamagedError: it is cut short, no JSON, or of another shape than
                the paths say: it has none of their arrays, nor what was asked for, or
                something else is in the place of one.
        """
        first = self._cursor.peek()
        if first == "{":
            yield from self._document()
        elif first == "[":
            if self._rest is None:
                raise self._misshapen()
            yield from self._array_at_top("[]")
        else:
            self._refuse(first)
        if self._cursor.peek():
            msg = "the document is damaged: its JSON is followed by something else"
            raise DocumentDamagedError(msg)

    def _refuse(self, first: str) -> None:
        if not first:
            msg = "the document is damaged: it is empty, which is not JSON"
            raise DocumentDamagedError(msg)
        if first == '"':
            raise no_table(self._cursor.value())
        raise no_table(self._cursor.rest(longest=_SENTENCE_CHARACTERS))

    def _document(self) -> Iterator[FoundRecord]:
        has_records = False
        is_known = self._rest is not None
        misplaced: list[str] = []
        for name in self._cursor.members():
            first = self._cursor.peek()
            is_known = is_known or name in self._places or name == _SPECIFICATION
            if name in self._places and first not in ("[", "{", "n"):
                misplaced.append(name)
            if name in self._places and first in ("[", "{"):
                has_records = True
                yield from self._array(self._places[name], [])
            elif first == "[":
                # An empty array may be where there would be records.
                inside = self._cursor.peek_inside()
                has_records = has_records or inside in ("{", "]")
                yield from self._array_at_top(name)
            else:
                self._keep(name)
        if not has_records:
            yield from self._lone_object()
        if misplaced or not is_known:
            raise self._misshapen()
        if not has_records:
            return
        self.passed_over += [
            name
            for name, value in self.head.items()
            if isinstance(value, list) and value
        ]

    def _misshapen(self) -> DocumentDamagedError:
        names = ", ".join(f"`{name}`" for name in self._places)
        return DocumentDamagedError(
            "the document is damaged: it is not of the shape of its report type, which"
            f" has lists of records in {names}"
        )

    def _array_at_top(self, name: str) -> Iterator[FoundRecord]:
        """Read an array that no path names."""
        if self._rest and (name == "[]" or self._cursor.peek_inside() == "{"):
            yield from self._array(self._rest, [])
        elif self._cursor.peek_inside() == "{":
            self._pass_over(name)
        else:
            self._keep(name)

    def _lone_object(self) -> Iterator[FoundRecord]:
        for name, value in self.head.items():
            if isinstance(value, str) and normalise(name) in _EXPLANATIONS:
                raise NotATableError(value)
        if self._rest and self.head:
            yield EVERY_RECORD, self.head, []

    def _keep(self, name: str) -> None:
        if len(self.head) >= _HEAD_MEMBERS_MAX or len(name) > NAME_CHARACTERS_MAX:
            self._pass_over(name)
            return
        try:
            self.head[name] = self._cursor.value(longest=_HEAD_CHARACTERS_MAX)
        except TooLongError:
            self._pass_over(name)

    def _pass_over(self, name: str) -> None:
        if len(self.passed_over) < _HEAD_MEMBERS_MAX:
            self.passed_over.append(name[:NAME_CHARACTERS_MAX])
        self._cursor.skip(held=_HEAD_CHARACTERS_MAX)

    def _array(
        self, place: _Place, parents: list[dict[str, Any]]
    ) -> Iterator[FoundRecord]:
        if self._cursor.peek() == "{":
            yield from self._item(place, parents)
        elif place.inner or place.path is None:
            for _ in self._cursor.elements():
                yield from self._item(place, parents)
        else:
            path, value = place.path, self._cursor.value
            for _ in self._cursor.elements():
                item = value()
                if item is not None:
                    yield path, _as_record(item), parents

    def _item(
        self, place: _Place, parents: list[dict[str, Any]]
    ) -> Iterator[FoundRecord]:
        try:
            item = self._cursor.value(longest=HELD_CHARACTERS)
        except TooLongError:
            yield from self._long_item(place, parents)
        else:
            yield from _held(place, item, parents)

    def _long_item(
        self, place: _Place, parents: list[dict[str, Any]]
    ) -> Iterator[FoundRecord]:
        if not place.inner or self._cursor.peek() != "{":
            yield from _held(place, self._cursor.value(), parents)
            return
        record: dict[str, Any] = {}
        characters = 0
        for name in self._cursor.members():
            inner = place.inner.get(name)
            if inner and self._cursor.peek() in ("[", "{"):
                yield from self._array(inner, [*parents, record])
            else:
                start = self._cursor.position
                record[name] = self._cursor.value()
                characters += len(name) + self._cursor.position - start
                _refuse_longer(characters)
        if place.path:
            yield place.path, record, parents


def _places(paths: Iterable[str]) -> dict[str, _Place]:
    """Return the arrays at the top of the document, and in them those inside."""
    top = _Place()
    for path in paths:
        if not _PATH.fullmatch(path):
            msg = f"{path!r} is not a path of records, such as 'orders[].items[]'"
            raise ValueError(msg)
        place = top
        for name in path.split("."):
            place = place.inner.setdefault(name.removesuffix("[]"), _Place())
        place.path = path
    return top.inner


def _held(
    place: _Place, item: Any, parents: list[dict[str, Any]]
) -> Iterator[FoundRecord]:
    """Yield a record that is here as a whole, and those inside it."""
    if item is None:
        return
    record = _as_record(item)
    names = [
        name
        for name, value in record.items()
        if name in place.inner and isinstance(value, (list, dict))
    ]
    arrays = [(place.inner[name], record.pop(name)) for name in names]
    if place.path:
        yield place.path, record, parents
    around = [*parents, record]
    for inner, array in arrays:
        for each in array if isinstance(array, list) else [array]:
            yield from _held(inner, each, around)


def _refuse_longer(characters: int) -> None:
    if characters > VALUE_CHARACTERS_MAX:
        msg = "the document is damaged: its JSON has a record that is too long"
        raise DocumentDamagedError(msg)


def _as_record(item: Any) -> dict[str, Any]:
    return item if isinstance(item, dict) else {"value": item}
