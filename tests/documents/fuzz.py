"""A coverage-guided fuzzer over everything that reads documents.

    .fuzz/bin/python -m tests.documents.fuzz --seconds 600

It needs `atheris`, which brings libFuzzer, is not made for every Python, and is
therefore no dependency of the tests; CONTRIBUTING.md says how to have it. What it
prints ends with the number of inputs; a document that fails is kept in the folder, and
its trace is on the terminal.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["tap_amazon_reports.documents"]):
    from tests.documents.reading import FORMATS
    from tests.documents.test_cuts import HEADS, TEXTS
    from tests.documents.trial import Trial

_WORDS = (
    *("things", "parts", "name", "price", "count", "about", "Things", "Thing", "Part"),
    *('{"', '":', "[{", "}]", r"\u0000", r"\ud83d\ude00", r"\ud800", "NaN", "1e999"),
    *("<Thing>", "</Thing>", "<Part>", "</Part>", "</Things>", "<![CDATA[", "]]>"),
    *("<!--", "-->", "&amp;", "&#0;", "<?xml encoding=", "xmlns:a=", "-1.50"),
    *("\r\n", "\r", "\t", ",", '"', "\0", "\ufeff", "あ", "29/09/2025 16:19:39 BST"),
    *("\x1b$B", "\x1b(B", "PK\x03\x04", "1.234,56", "--", "N/A"),
    "2025-11-01T00:00:00Z",
)
_BYTES = (b"\xff\xfe", b"\x81\x5c", b"\x1f\x8b", b"\xd8\x00")


def main() -> None:
    """Fuzz for so many seconds; exit with libFuzzer's status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="how long")
    parser.add_argument(
        "--folder", type=Path, default=Path(".fuzz-documents"), help="what is kept"
    )
    given = parser.parse_args()
    corpus = given.folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    words = given.folder / "words"
    escaped = (
        "".join(f"\\x{byte:02x}" for byte in word)
        for word in (*map(str.encode, _WORDS), *_BYTES)
    )
    words.write_text("".join(f'"{word}"\n' for word in escaped), encoding="ascii")
    for number, seed in enumerate(_seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = {
        "max_total_time": given.seconds,
        "dict": words,
        "artifact_prefix": f"{given.folder}/",
        "max_len": 2048,
        "len_control": 20,
        "timeout": 10,
        "rss_limit_mb": 2048,
        "print_final_stats": 1,
    }
    atheris.Setup(
        [
            sys.argv[0],
            *(f"-{name}={value}" for name, value in options.items()),
            str(corpus),
        ],
        try_one,
    )
    atheris.Fuzz()


def try_one(data: bytes) -> None:
    """Put one input through everything."""
    Trial.of(data).run()


def _seeds() -> list[bytes]:
    """Return documents of each format, as they are and packed."""
    return [
        bytes([place, 0, packed, 0, 0, 7]) + document
        for place, kind in enumerate(FORMATS)
        for packed in (0, 2, 3)
        for document in (TEXTS[kind].encode(), HEADS[kind])
    ]


if __name__ == "__main__":
    main()
