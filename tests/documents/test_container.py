"""Containers: told by their first bytes, unpacked as a stream, never half read."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.documents.container import PIECE_BYTES, members
from tests.documents.pieces import CUTS, one_by_one, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.documents.pieces import ByteCut

TEXT = b"order-id\tsku\n" + b"".join(b"%d\tx%d\n" % (n, n * n) for n in range(500))


class Forward(io.RawIOBase):
    """A file that can only be written forward, as a server writes an answer."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.written = bytearray()

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Append."""
        self.written += data
        return len(data)


def packed(files: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP that was written as a stream, with data descriptors."""
    out = Forward()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return bytes(out.written)


def unpacked(chunks: Iterable[bytes]) -> list[tuple[str | None, bytes]]:
    """Return the files of a document, read to their ends."""
    return [(member.name, b"".join(member.chunks)) for member in members(chunks)]


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize(
    "document",
    [
        pytest.param(TEXT, id="plain"),
        pytest.param(gzip.compress(TEXT), id="gzip"),
        pytest.param(
            gzip.compress(TEXT[:99]) + gzip.compress(b"") + gzip.compress(TEXT[99:]),
            id="gzip in several members",
        ),
        pytest.param(gzip.compress(TEXT) + b"\0" * 700, id="gzip with padding"),
        pytest.param(
            gzip.compress(TEXT[:99]) + b"\0" * 7 + gzip.compress(TEXT[99:]),
            id="gzip with padding between members",
        ),
    ],
)
def test_a_stream_is_one_member(document: bytes, cut: ByteCut) -> None:
    """Plain and gzip documents give the same text however the network cuts them."""
    assert [(None, TEXT)] == unpacked(cut(document))


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_gives_all_its_files_in_the_order_of_their_names(
    cut: ByteCut, method: int
) -> None:
    """No part of a month is forgotten; directories and Apple's doubles are no parts."""
    document = packed(
        {
            "sales-00001.csv": b"second",
            "sales-00000.csv": TEXT,
            "nested/": b"",
            "nested/more.csv": b"inner",
            "__MACOSX/._sales-00000.csv": b"junk",
            "empty.csv": b"",
        },
        method=method,
    )

    assert [
        ("empty.csv", b""),
        ("nested/more.csv", b"inner"),
        ("sales-00000.csv", TEXT),
        ("sales-00001.csv", b"second"),
    ] == unpacked(cut(document))


@pytest.mark.parametrize("document", [b"", b"P", b"PK,Name\n1,x\n", b"PKG-ID\t\n"])
def test_what_only_looks_like_a_zip_is_text(document: bytes) -> None:
    """A table whose first column begins with PK is read as a table."""
    assert unpacked(whole(document)) == [(None, document)]


def test_an_empty_zip_has_no_files() -> None:
    """An archive without a file is no error, and gives no rows."""
    assert [] == unpacked(whole(packed({})))


SMALL_GZIP = gzip.compress(TEXT[:40]) + gzip.compress(TEXT[40:80])
FIRST_MEMBER_BYTES = len(gzip.compress(TEXT[:40]))


@pytest.mark.parametrize("cut", [whole, one_by_one])
def test_a_gzip_cut_short_anywhere_is_damaged(cut: ByteCut) -> None:
    """Half a document never counts as a whole one."""
    for length in set(range(1, len(SMALL_GZIP))) - {FIRST_MEMBER_BYTES}:
        with pytest.raises(DocumentDamagedError, match="damaged"):
            unpacked(cut(SMALL_GZIP[:length]))


@pytest.mark.parametrize("cut", [whole, one_by_one])
def test_a_zip_cut_short_anywhere_is_damaged(cut: ByteCut) -> None:
    """Half an archive never counts as a whole one."""
    document = packed({"a.csv": TEXT[:50], "b.csv": TEXT[50:90]})
    for length in range(2, len(document)):
        with pytest.raises(DocumentDamagedError, match="damaged"):
            unpacked(cut(document[:length]))


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(gzip.compress(TEXT)[:-8] + b"\0" * 8, id="checksum of a gzip"),
        pytest.param(gzip.compress(TEXT) + b"trailing", id="text behind a gzip"),
        pytest.param(
            packed({"a": TEXT}, method=zipfile.ZIP_STORED).replace(b"x4\n", b"x5\n"),
            id="checksum of a ZIP",
        ),
        pytest.param(
            packed({"a": TEXT}, method=zipfile.ZIP_BZIP2), id="a method of its own"
        ),
    ],
)
def test_a_broken_document_says_so(document: bytes) -> None:
    """Bytes that changed on their way are found, and the error is one line."""
    with pytest.raises(DocumentDamagedError, match=r"^the document is damaged: .*$"):
        unpacked(whole(document))


def _told(directory: bytes, entries: int, at: int) -> bytes:
    """Return a directory of a ZIP with what stands behind it."""
    numbers = struct.pack("<HHHHIIH", 0, 0, entries, entries, len(directory), at, 0)
    return directory + b"PK\5\6" + numbers


def _zip_parts(name: str, content: bytes) -> tuple[bytes, bytes]:
    """Return a file as it is in a ZIP, and its entry of the directory."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), content)
    whole_zip = packed.getvalue()
    directory, end = whole_zip.rindex(b"PK\1\2"), whole_zip.rindex(b"PK\5\6")
    return whole_zip[:directory], whole_zip[directory:end]


def test_a_zip_that_names_one_file_many_times_is_refused() -> None:
    """Its rows would be multiplied, and a few kilobytes be gigabytes of rows."""
    file, entry = _zip_parts("a.csv", b"name,price\nx,1\n")

    assert ["a.csv"] == [
        member.name for member in members([file + _told(entry, 1, len(file))])
    ]
    with pytest.raises(DocumentDamagedError, match="in more than one file"):
        list(members([file + _told(3 * entry, 3, len(file))]))


def test_a_zip_with_a_file_inside_another_is_refused() -> None:
    """So would they be, if each file were a part of the one before."""
    inner, inner_entry = _zip_parts("b.csv", b"name,price\nx,1\n")
    outer, outer_entry = _zip_parts("a.csv", inner)
    place = struct.pack("<I", outer.index(inner))
    inside = inner_entry[:42] + place + inner_entry[46:]
    content = outer + _told(outer_entry + inside, 2, len(outer))

    with pytest.raises(DocumentDamagedError, match="in more than one file"):
        list(members([content]))


def test_a_zip_may_have_a_comment_and_padding() -> None:
    """What stands behind the archive's end does not hide its files."""
    document = bytearray(packed({"a.csv": TEXT, "b.csv": b""}))
    document[-2:] = (3).to_bytes(2, "little")

    files = [("a.csv", TEXT), ("b.csv", b"")]
    assert unpacked(whole(bytes(document) + b"hey")) == files
    assert unpacked(whole(packed(dict(files)) + b"\0" * 512)) == files


def test_an_encrypted_zip_is_refused_before_anything_is_read() -> None:
    """A password is asked of nobody; the error says what is wrong."""
    document = bytearray(packed({"a.csv": TEXT, "b.csv": TEXT}))
    directory = document.rindex(b"PK\x01\x02")
    document[directory + 8] |= 1

    with pytest.raises(DocumentDamagedError, match="encrypted"):
        next(members([bytes(document)]))


@given(
    at=st.integers(min_value=0),
    value=st.integers(min_value=0, max_value=255),
    document=st.sampled_from(
        [SMALL_GZIP, packed({"a.csv": TEXT[:50], "b.csv": TEXT[50:90]})]
    ),
)
def test_one_wrong_byte_ends_in_one_kind_of_error(
    at: int, value: int, document: bytes
) -> None:
    """What is broken behind the signature is reported as damage, or did no harm."""
    damaged = bytearray(document)
    damaged[4 + at % (len(damaged) - 4)] = value

    with suppress(DocumentDamagedError):
        files = unpacked(whole(bytes(damaged)))
        assert b"".join(content for _, content in files) in (TEXT[:80], TEXT[:90])


@pytest.mark.parametrize(
    "pack",
    [
        pytest.param(lambda content: content, id="plain"),
        pytest.param(gzip.compress, id="gzip"),
        pytest.param(lambda content: packed({"a": content}), id="zip"),
    ],
)
@pytest.mark.parametrize("cut", [whole, one_by_one])
def test_no_piece_is_long(pack: Callable[[bytes], bytes], cut: ByteCut) -> None:
    """What was compressed a thousandfold comes out in pieces that memory can hold."""
    content = b"0" * (3 * PIECE_BYTES + 5)
    document = pack(content)
    chunks = whole(document) if len(document) > 9999 else cut(document)
    (member,) = members(chunks)
    sizes = [len(piece) for piece in member.chunks]

    assert sum(sizes) == len(content)
    assert max(sizes) <= PIECE_BYTES


def test_many_gzip_members_do_not_pile_up() -> None:
    """A document in thousands of members is read as one of two is."""
    document = gzip.compress(b"row\n") * 5000

    assert [(None, b"row\n" * 5000)] == unpacked(whole(document))
