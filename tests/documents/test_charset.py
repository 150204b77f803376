"""Charsets: the text that Amazon wrote, and a count of what could not be read."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.documents.charset import (
    LOOK_AHEAD_BYTES,
    DecodedText,
    charset_of,
)
from tests.documents.pieces import CUTS, whole

if TYPE_CHECKING:
    from tests.documents.pieces import ByteCut

JAPANESE = "商品名\tホワイト\t①髙ｱｲｳ"
GERMAN = "Gerät\t5 €\tStraße"


@pytest.mark.parametrize(
    ("header", "charset"),
    [
        ("text/plain; charset=Cp1252", "cp1252"),
        ("text/plain;charset=utf8", "utf-8"),
        ('text/plain; charset="UTF-8"', "utf-8"),
        ("TEXT/CSV; header=present; Charset=UTF-8", "utf-8"),
        ("text/plain; charset=windows-31j", "cp932"),
        ("text/plain; charset=Shift_JIS", "cp932"),
        ("text/plain; charset=ISO-8859-1", "cp1252"),
        ("text/plain; charset=UTF-16", "utf-16-le"),
        ("text/plain; charset=us-ascii", None),
        ("text/plain; charset=martian", None),
        ("text/plain; charset=hex", None),
        ("text/plain; charset=undefined", None),
        ("text/plain; charset=", None),
        ("text/plain", None),
        ("nonsense", None),
        ("", None),
        (None, None),
    ],
)
def test_a_content_type_names_a_charset(
    header: str | None, charset: str | None
) -> None:
    """Amazon's, Java's and the web's names are understood; unknown ones are no news."""
    assert charset_of(header) == charset


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize(
    ("text", "encoding", "declared", "fallback", "charset"),
    [
        pytest.param(JAPANESE, "cp932", "cp932", "cp1252", "cp932", id="declared"),
        pytest.param(GERMAN, "cp1252", "cp1252", "cp932", "cp1252", id="Europe"),
        pytest.param(GERMAN, "cp1252", None, "cp1252", "cp1252", id="fall-back"),
        pytest.param(JAPANESE, "cp932", None, "cp932", "cp932", id="Japan"),
        pytest.param(JAPANESE, "utf-8", None, "cp932", "utf-8", id="UTF-8 by itself"),
        pytest.param("plain", "ascii", None, "cp932", "utf-8", id="ASCII"),
        pytest.param("", "ascii", None, "cp932", "utf-8", id="nothing"),
        pytest.param(GERMAN, "utf-8-sig", None, "cp1252", "utf-8", id="mark"),
        pytest.param(GERMAN, "utf-8-sig", "cp1252", "cp1252", "utf-8", id="mark wins"),
        pytest.param(
            JAPANESE, "utf-16", None, "cp932", "utf-16-le", id="UTF-16 by its mark"
        ),
        pytest.param(
            "\ufeff" + JAPANESE, "utf-16-be", None, "cp932", "utf-16-be", id="big end"
        ),
    ],
)
def test_text_comes_back_as_it_was_written(
    cut: ByteCut,
    *,
    text: str,
    encoding: str,
    declared: str | None,
    fallback: str,
    charset: str,
) -> None:
    """No letter changes, and no byte order mark is left, however the bytes are cut."""
    decoded = DecodedText(
        cut(text.encode(encoding)), declared=declared, fallback=fallback
    )

    assert "".join(decoded) == text.removeprefix("\ufeff")
    assert decoded.charset == charset
    assert 0 == decoded.replaced


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize(
    ("data", "declared", "text", "replaced"),
    [
        pytest.param(b"a\xffb\xfe", "utf-8", "a\ufffdb\ufffd", 2, id="UTF-8"),
        pytest.param(b"a\xe3\x83", "utf-8", "a\ufffd", 1, id="cut within a character"),
        pytest.param(b"a\x81b", "cp1252", "a\ufffdb", 1, id="cp1252"),
        pytest.param(b"\x8f\xa4\x95", "cp932", "商\ufffd", 1, id="cp932"),
        pytest.param(b"a\xef\xbf\xbd\xff", "utf-8", "a\ufffd\ufffd", 1, id="genuine"),
    ],
)
def test_undecodable_bytes_are_replaced_and_counted(
    data: bytes, declared: str, text: str, replaced: int, cut: ByteCut
) -> None:
    """A broken byte costs one letter, is reported, and never ends a sync."""
    decoded = DecodedText(cut(data), declared=declared)

    assert "".join(decoded) == text
    assert decoded.replaced == replaced


@pytest.mark.parametrize(
    "content_type",
    [
        *(f"text/plain; charset={name}" for name in ("ANSI_X3.4-1968", "646")),
        *(f"text/plain; charset={name}" for name in ("csascii", "iso646-us", "us")),
        "text/plain; charset*1=a; charset*=c",
    ],
)
def test_a_charset_that_says_nothing_is_none(content_type: str) -> None:
    """No name of ASCII makes a text in UTF-8 unreadable, and no header is an error."""
    assert charset_of(content_type) is None


def test_what_follows_a_long_ascii_beginning_decides() -> None:
    """A listing that is plain for a megabyte and then has an umlaut is read right."""
    document = b"x" * 1_000_000 + GERMAN.encode("cp1252")
    decoded = DecodedText([document])

    assert "".join(decoded).endswith(GERMAN)
    assert "cp1252" == decoded.charset


@pytest.mark.parametrize("shift", range(3))
def test_a_character_at_the_end_of_the_look_ahead_is_no_fault(shift: int) -> None:
    """Where the look-ahead ends does not change the charset."""
    text = "x" * shift + "ホ" * LOOK_AHEAD_BYTES
    decoded = DecodedText(whole(text.encode()), fallback="cp932")

    assert "".join(decoded) == text
    assert "utf-8" == decoded.charset


def test_a_fault_far_behind_is_one_replacement() -> None:
    """One broken cell far down does not turn the rest of the document to gibberish."""
    start = ("é" * LOOK_AHEAD_BYTES).encode()
    decoded = DecodedText([start, b"\xff", "ü".encode()])

    assert "".join(decoded).endswith("é\ufffdü")
    assert ("utf-8", 1) == (decoded.charset, decoded.replaced)


def test_a_broken_utf8_character_early_means_the_fall_back() -> None:
    """What is not UTF-8 without a fault is read in the marketplace's charset."""
    decoded = DecodedText(["é".encode() + b"\xe9"])

    assert "Ã©é" == "".join(decoded)
    assert "cp1252" == decoded.charset


def test_nothing_is_held_back_from_plain_text() -> None:
    """Rows flow from the first piece on."""
    decoded = DecodedText(iter([b"first", b"second"]))

    assert "first" == next(iter(decoded))


@given(
    text=st.text(),
    encoding=st.sampled_from(["utf-8", "utf-16-le"]),
    size=st.integers(min_value=1, max_value=9),
)
def test_any_text_survives_any_cut(text: str, encoding: str, size: int) -> None:
    """No character is lost or doubled where two pieces meet."""
    text = text.removeprefix("\ufeff")
    data = text.encode(encoding)
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    decoded = DecodedText(chunks, declared=encoding)

    assert "".join(decoded) == text
    assert 0 == decoded.replaced


@given(data=st.binary(), size=st.integers(min_value=1, max_value=9))
@pytest.mark.parametrize("declared", ["utf-8", "cp932", "cp1252", None])
def test_the_count_does_not_depend_on_the_cut(
    data: bytes, size: int, declared: str | None
) -> None:
    """Noise gives the same text and the same count, whole or in pieces."""
    at_once = DecodedText([data], declared=declared)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    in_pieces = DecodedText(pieces, declared=declared)

    assert "".join(in_pieces) == "".join(at_once)
    assert in_pieces.replaced == at_once.replaced
    assert in_pieces.charset == at_once.charset


SHIFTS = (b"\x1b", b"$", b"(", b"B", b"\x1b$B", b"\x1b(B", b"\x0e", b"~{", b"q", b"A")
NOISE = (b"q" * 14, b"\x21\x21", b"\x81", b"\x84\x31\x95\x33", b"\xff", b"\n")


@given(
    parts=st.lists(st.sampled_from(SHIFTS + NOISE), max_size=9),
    size=st.integers(min_value=1, max_value=9),
)
@pytest.mark.parametrize("declared", ["iso2022_jp", "iso2022_kr", "hz", "gb18030"])
def test_a_shift_to_other_letters_may_be_cut(
    parts: list[bytes], size: int, declared: str
) -> None:
    """One that has no end is longer than what Python's decoder keeps of it."""
    data = b"".join(parts)
    at_once = DecodedText([data], declared=declared)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    in_pieces = DecodedText(pieces, declared=declared)

    assert "".join(in_pieces) == "".join(at_once)
    assert in_pieces.replaced == at_once.replaced


@pytest.mark.parametrize("size", range(1, 24))
def test_an_endless_shift_is_text_that_is_replaced(size: int) -> None:
    """Found by fuzzing: cut behind it, a document ended in an error of Python's own."""
    data = b"a\x1b$" + b"q" * 20
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    decoded = DecodedText(pieces, declared="iso2022_jp")

    assert "a\ufffd$" + "q" * 20 == "".join(decoded)
    assert 1 == decoded.replaced


class _Failing(codecs.IncrementalDecoder):
    """A decoder of which nothing comes."""

    def decode(self, data: object, final: bool = False) -> str:  # noqa: FBT001, FBT002 (as codecs has it)
        """Fail, and say nothing of where."""
        raise UnicodeError


def test_a_charset_that_cannot_be_decoded_is_damage() -> None:
    """And never a document without a word: what is held back is told at its end."""

    def find(name: str) -> codecs.CodecInfo | None:
        coder = codecs.lookup("utf-8")
        made = codecs.CodecInfo(
            coder.encode, coder.decode, incrementaldecoder=_Failing, name=name
        )
        return made if name == "failing" else None

    codecs.register(find)
    try:
        with pytest.raises(DocumentDamagedError, match="charset"):
            list(DecodedText([b"a", b"b"], declared="failing"))
    finally:
        codecs.unregister(find)
