"""Documents of any size, made while they are sent.

One block of rows is made, and sent again and again with another number in each key, so
that no two rows are the same and little is left to do for each byte.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count, islice
from typing import TYPE_CHECKING

from tests.local_amazon.storage.models import StoredObject

from .content import Table
from .json_text import json_text
from .objects import record_of
from .periods import Period
from .presentation import Presentation, text_of
from .specification import specification
from .tables import Event, lines_of

if TYPE_CHECKING:
    from .asked import Asked
    from .layout import Field, Layout

BLOCK_BYTES = 1 << 20
MARK = b"@@@@@@@"
"""Where a block's number goes, in as many digits."""
_GZIP = 31
"""zlib's word for a gzip header and trailer."""

Pieces = Callable[[], Iterator[bytes]]


@dataclass(frozen=True)
class Big:
    """A big document.

    Attributes:
        stored: what storage holds; its body makes the pieces anew each time.
        rows: how many rows or records there are.
        plain_bytes: how many bytes they are before compression.
    """

    stored: StoredObject
    rows: int
    plain_bytes: int


def big_tsv(asked: Asked, total_bytes: int, *, compressed: bool, distinct: bool) -> Big:
    """Return a tab-separated document of at least so many bytes."""
    layout = asked.layout
    names = [field.name for field in layout.records[0].fields]
    rows = (_row(asked, layout, names, n) for n in count())
    header = "\t".join(names).encode() + b"\r\n"
    block, in_block = _block(rows)
    document = _Repeated(header, block, b"", b"", total_bytes, distinct=distinct)
    return document.big(in_block, compressed=compressed, content_type="text/plain")


def big_json(
    asked: Asked, total_bytes: int, *, compressed: bool, distinct: bool
) -> Big:
    """Return a JSON document whose first array makes it so many bytes."""
    records = asked.layout.records[0]
    name = str(records.path).partition("[]")[0]
    head = json_text({"reportSpecification": specification(asked)})[:-1]
    rows = (_record(asked, n) for n in count())
    block, in_block = _block(rows, between=b",")
    document = _Repeated(
        f'{head},"{name}":['.encode(),
        block,
        b",",
        b"]}",
        total_bytes,
        distinct=distinct,
    )
    kind = "application/json"
    return document.big(in_block, compressed=compressed, content_type=kind)


def _row(asked: Asked, layout: Layout, names: list[str], n: int) -> bytes:
    event = Event(asked.marketplaces[0], asked.start, ("big", n))
    line = next(lines_of(layout, event))
    line.cells[_number_field(layout).name] = _numbered(n)
    line.is_short, line.beyond = False, ()
    text = text_of(Table(names, [line]), Presentation(), layout, n)
    return text.split("\r\n", 1)[1].encode()


def _record(asked: Asked, n: int) -> bytes:
    records = asked.layout.records[0]
    event = Event(asked.marketplaces[0], asked.start, ("big", n))
    day = asked.start.date()
    record = record_of(asked, records, event, Period(day, day))
    place = record
    *around, name = _number_field(asked.layout).name.split(".")
    for step in around:
        place = place[step]
    place[name] = _numbered(n)
    return json_text(record).encode()


def _numbered(n: int) -> str:
    return f"{n:05d}-{MARK.decode()}"


def _number_field(layout: Layout) -> Field:
    """Return the first text of the natural key, or the first of all."""
    texts = [
        field
        for field in layout.records[0].fields
        if field.kind == "string" and not field.shape
    ]
    return next((field for field in texts if field.is_key), texts[0])


def _block(rows: Iterator[bytes], between: bytes = b"") -> tuple[bytes, int]:
    made: list[bytes] = []
    size = 0
    while size < BLOCK_BYTES:
        made.extend(islice(rows, 50))
        size = sum(map(len, made))
    return between.join(made), len(made)


@dataclass(frozen=True)
class _Repeated:
    """A document that is one block, again and again.

    Attributes:
        head: what comes first.
        block: the rows of a block.
        between: what stands between two blocks.
        tail: what comes last.
        total_bytes: how many bytes there are to be at least.
        distinct: whether each block has another number in its rows.
    """

    head: bytes
    block: bytes
    between: bytes
    tail: bytes
    total_bytes: int
    distinct: bool = True

    @property
    def blocks(self) -> int:
        wanted = self.total_bytes - len(self.head) - len(self.tail)
        return max(1, -(-wanted // (len(self.block) + len(self.between))))

    @property
    def length(self) -> int:
        around = len(self.head) + len(self.tail)
        joints = (self.blocks - 1) * len(self.between)
        return around + self.blocks * len(self.block) + joints

    def pieces(self) -> Iterator[bytes]:
        yield self.head
        block = self.block.replace(MARK, b"0" * len(MARK))
        for n in range(self.blocks):
            if n:
                yield self.between
            if self.distinct:
                block = self.block.replace(MARK, b"%0*d" % (len(MARK), n))
            yield block
        yield self.tail

    def big(self, in_block: int, *, compressed: bool, content_type: str) -> Big:
        version = f"{self.length} {self.distinct} {compressed}"
        body: Pieces = partial(_gzipped, self.pieces) if compressed else self.pieces
        length = None if compressed else self.length
        stored = StoredObject(body, content_type, length, version)
        return Big(stored, self.blocks * in_block, self.length)


def _gzipped(pieces: Pieces) -> Iterator[bytes]:
    packer = zlib.compressobj(1, zlib.DEFLATED, _GZIP)
    for piece in pieces():
        packed = packer.compress(piece)
        if packed:
            yield packed
    yield packer.flush()
