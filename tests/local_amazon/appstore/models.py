"""The files of the Appstore, held as cells and built into bytes when asked for."""

from __future__ import annotations

import csv
import enum
import gzip
import io
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tests.local_amazon.storage.models import StoredObject

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    from tests.local_amazon.storage.models import Storage

URL_LIFETIME_SECONDS = 299
"""(Appstore Reporting API, sample of a URL: X-Amz-Expires=299)."""
KINDS = ("sales", "earnings", "subscription", "subscriptions_overview")


class Member(NamedTuple):
    """One CSV file."""

    name: str
    header: list[str]
    rows: list[list[str]]


class AnswerStyle(enum.Enum):
    """How the answer to a report request wraps the URL."""

    BARE = "bare"
    """As users see it."""
    QUOTED = "quoted"
    JSON_OBJECT = "json object"


@dataclass
class AppstoreFile:
    """One month's file of one kind.

    Attributes:
        members: the CSV files in it; only a ZIP can hold more than one.
        container: `zip`, `gzip` or `plain`.
        encoding: `utf-8`, or `utf-8-sig` for a byte order mark.
    """

    members: list[Member]
    container: str = "zip"
    encoding: str = "utf-8"

    def stored(self) -> StoredObject:
        """Return the file as storage holds it: the same cells, the same bytes."""
        texts = [_csv(member).encode(self.encoding) for member in self.members]
        if self.container == "gzip":
            return StoredObject(gzip.compress(texts[0], mtime=0), "binary/octet-stream")
        if self.container == "plain":
            return StoredObject(texts[0], "text/csv")
        names = [member.name for member in self.members]
        body = _zip(dict(zip(names, texts, strict=True)))
        return StoredObject(body, "application/zip")


@dataclass
class Appstore:
    """The holdings of the Appstore.

    Attributes:
        storage: where the files are put when they are asked for.
        months: the files, by kind (`sales`, `earnings`, `subscription`,
            `subscriptions_overview`) and month (`YYYY-MM`).
        answer_style: how the URL is wrapped.
    """

    storage: Storage
    months: dict[tuple[str, str], AppstoreFile] = field(default_factory=dict)
    answer_style: AnswerStyle = AnswerStyle.BARE

    def url(self, kind: str, month: str) -> str | None:
        """Return a URL that opens one month's file, None if there is no file."""
        file = self.months.get((kind, month))
        if file is None:
            return None
        suffix = {"zip": "zip", "gzip": "gz"}.get(file.container, "csv")
        key = f"appstore/M1LOCAL/{kind}/{kind}_{month.replace('-', '_')}.{suffix}"
        self.storage.put(key, file.stored())
        return self.storage.presign(key, lifetime_seconds=URL_LIFETIME_SECONDS)


def _csv(member: Member) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(member.header)
    writer.writerows(member.rows)
    return text.getvalue()


class _Stream(io.RawIOBase):
    """A sink that cannot seek: the ZIP then carries its sizes behind each member."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer) -> int:
        piece = bytes(data)
        self.written += piece
        return len(piece)


def _zip(members: dict[str, bytes]) -> bytes:
    stream = _Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return bytes(stream.written)
