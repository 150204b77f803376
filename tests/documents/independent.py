"""Other readers of documents, made in another way, that say what has to come out.

They take a whole text, hold all of it, and know nothing of pieces or types: tables by
a machine of four states or the standard library's reader, JSON by the library's, XML by
one expression. What a document holds is compared as the bag of its values, record by
record: whatever a value became, it is there, and nothing else is.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from decimal import Context, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.documents.layout import DocumentFormat

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Bag = Counter[str]
_EXACT = Context(prec=200)


class NotComparableError(Exception):
    """The two readers are allowed to differ about this text, or both refuse it."""


def bag(*values: object) -> Bag:
    """Return the values that hold anything, however deep they are, as texts.

    Blanks around are left out: those between the elements of XML are nobody's. Numbers
    of one value are one text, JSON in a text is what it holds, and what no text
    may have is U+FFFD.
    """
    return Counter(leaf for value in values for leaf in _leaves(value))


def records(kind: DocumentFormat, text: str) -> dict[str, list[Bag]]:
    """Return what each record holds, by the stream that `reading.layout` gives it.

    Raises:
        NotComparableError: see there.
    """
    if kind is DocumentFormat.JSON:
        return _json_records(text)
    if kind is DocumentFormat.XML:
        return _xml_records(text)
    header, *rows = table(kind, text) or [[]]
    return {"stream_0": [bag(*cells) for cells in rows if cells != header]}


def table(kind: DocumentFormat, text: str) -> list[list[str]]:
    """Return the cells of each line that holds anything, the header's too."""
    first = re.split("[\r\n]", text, maxsplit=1)[0]
    if kind is DocumentFormat.CSV and "\t" in first and "," not in first:
        kind = DocumentFormat.TSV
    if kind is not DocumentFormat.CSV and "\r" in text.replace("\r\n", "\n"):
        # The library ends a line at each lone CR, and the tap where all lines end.
        raise NotComparableError
    rows = rfc4180(text) if kind is DocumentFormat.CSV else _tabbed(kind, text)
    return [cells for cells in rows if any(map(str.strip, cells))]


def rfc4180(text: str) -> Iterator[list[str]]:
    """Read comma-separated text letter by letter, as lenient as most programs."""
    cells: list[str] = []
    cell, state = "", "start"
    for letter in text:
        if state == "quoted":
            state = "quote" if letter == '"' else state
            cell += "" if letter == '"' else letter
        elif letter == '"' and state in {"start", "quote"}:
            cell += '"' if state == "quote" else ""
            state = "quoted"
        elif letter in ",\r\n":
            cells.append(cell)
            cell, state = "", "start"
            if letter != ",":
                # CRLF ends two lines, of which the second holds nothing.
                yield cells
                cells = []
        else:
            cell, state = cell + letter, "plain"
    if state == "quoted":
        raise NotComparableError
    yield [*cells, cell]


def _tabbed(kind: DocumentFormat, text: str) -> Iterator[list[str]]:
    lines = io.StringIO(text, newline="")
    for cells in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        if kind is DocumentFormat.LEDGER:
            yield [re.sub('(?s)^"(.*)"$', r"\1", cell) for cell in cells]
        else:
            yield cells


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _leaves(list(value.values()))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    elif isinstance(value, bool):
        yield str(value).lower()
    elif value is not None and str(value).strip():
        yield from _text_leaves(str(value).strip())


def _text_leaves(text: str) -> Iterator[str]:
    text = re.sub("[\0\ud800-\udfff]", "\ufffd", text)
    if text[0] in "[{":
        try:
            yield from _leaves(_loaded(text))
        except ValueError:
            yield text
        return
    try:
        number = Decimal(text)
    except InvalidOperation:
        yield text
        return
    # What is beyond that stays a text in the tap, too.
    is_modest = number.is_finite() and abs(number.adjusted()) < 300
    yield str(number.normalize(_EXACT) if is_modest and len(text) < 100 else text)


def _loaded(text: str) -> Any:
    """Return what JSON says, each number as its digits.

    Raises:
        NotComparableError: an object has two members of one name.
        ValueError: it is none.
    """
    return json.loads(
        text,
        parse_float=str,
        parse_int=str,
        parse_constant=str,
        object_pairs_hook=_members,
        strict=False,
    )


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise NotComparableError
    return members


def _json_records(text: str) -> dict[str, list[Bag]]:
    found: dict[str, list[Bag]] = {"stream_0": [], "stream_1": []}
    document = _loaded(text)
    if not isinstance(document, dict):
        raise NotComparableError
    for thing in _objects(document.get("things")):
        parts = thing.get("parts")
        if isinstance(parts, (list, dict)):
            del thing["parts"]
            found["stream_1"] += map(bag, _objects(parts))
        found["stream_0"].append(bag(thing))
    return found


def _objects(array: object) -> Iterator[dict[str, Any]]:
    if not isinstance(array, (list, dict)):
        return
    for item in array if isinstance(array, list) else [array]:
        if item is not None:
            yield item if isinstance(item, dict) else {"value": item}


_XML = re.compile(
    r"""(?sx) <!\[CDATA\[ (?P<raw>.*?) \]\]> | <!--.*?--> | <\?.*?\?> | <![^>]*>
    | <(?P<end>/?) (?P<name>[^\s/>]+)
      (?P<attributes> (?: \s+ [^\s=]+ \s*=\s* (?: "[^"]*" | '[^']*' ) )* ) \s*
      (?P<empty>/?) >
    | (?P<text>[^<]+)"""
)
_REFERENCE = re.compile(
    "&(?:(?P<name>lt|gt|amp|apos|quot)|#x(?P<hex>[0-9a-fA-F]+)|#(?P<number>[0-9]+));"
)
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "apos": "'", "quot": '"'}
_ATTRIBUTE = re.compile(r"""([^\s=]+)\s*=\s*("[^"]*"|'[^']*')""")


class _Node:
    """An element: its local name, what it and its attributes hold, and its children."""

    def __init__(self, name: str, attributes: str) -> None:
        self.name = name.rpartition(":")[2]
        self.text = ""
        self.attributes = [
            _unescaped(re.sub(r"[\t\n]", " ", quoted[1:-1]))
            for key, quoted in _ATTRIBUTE.findall(attributes)
            if key.partition(":")[0] != "xmlns"
        ]
        self.children: list[_Node] = []

    def all(self) -> list[str]:
        """Return each text in it, from the outside in."""
        inner = [text for child in self.children for text in child.all()]
        return [*self.attributes, self.text, *inner]


def _unescaped(text: str) -> str:
    def sign(found: re.Match[str]) -> str:
        if found["hex"] or found["number"]:
            return chr(int(found["hex"] or found["number"], 16 if found["hex"] else 10))
        return _ENTITIES[found["name"]]

    return _REFERENCE.sub(sign, text)


def _xml_records(text: str) -> dict[str, list[Bag]]:
    found: dict[str, list[Bag]] = {"stream_0": [], "stream_1": []}
    for thing in _tree(text).children:
        if thing.name != "Thing":
            continue
        parts = [child for child in thing.children if child.name == "Part"]
        thing.children = [child for child in thing.children if child.name != "Part"]
        found["stream_0"].append(bag(*thing.all()))
        found["stream_1"] += [bag(*part.all()) for part in parts]
    # What holds nothing is no record.
    return {stream: _with_anything(bags) for stream, bags in found.items()}


def _with_anything(bags: Iterable[Bag]) -> list[Bag]:
    return [each for each in bags if each]


def _tree(text: str) -> _Node:
    top = _Node("", "")
    path = [top]
    for found in _XML.finditer(text.replace("\r\n", "\n").replace("\r", "\n")):
        if found["name"] and not found["end"]:
            node = _Node(found["name"], found["attributes"])
            path[-1].children.append(node)
            if not found["empty"]:
                path.append(node)
        elif found["name"]:
            path.pop()
        else:
            path[-1].text += found["raw"] or _unescaped(found["text"] or "")
    (root,) = top.children
    return root
