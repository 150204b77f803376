"""The least that can be done with a flat file: gunzip, split, encode each row.

It types nothing, keeps nothing that is odd, and says nothing of what it read.
"""

from __future__ import annotations

import gzip
import sys

import requests
from singer_sdk.contrib.msgspec import encoder

TIMEOUT_SECONDS = 60


def main() -> None:
    """Read the document at the URL that is the only argument."""
    write = sys.stdout.buffer.write
    with (
        requests.get(sys.argv[1], timeout=TIMEOUT_SECONDS, stream=True) as answer,
        gzip.open(answer.raw, "rt", encoding="utf-8", newline="") as lines,
    ):
        names = next(lines).rstrip("\r\n").split("\t")
        for line in lines:
            cells = line.rstrip("\r\n").split("\t")
            write(encoder.encode(dict(zip(names, cells, strict=False))) + b"\n")


if __name__ == "__main__":
    main()
