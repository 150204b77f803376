"""The document of one report, to a file or to standard output."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING, BinaryIO

import click

from tap_amazon_reports.amazon.marketplaces import find_marketplace
from tap_amazon_reports.cli.options import unwritable
from tap_amazon_reports.cli.showing import lines
from tap_amazon_reports.documents.document_rows import DocumentRows
from tap_amazon_reports.documents.download import Download
from tap_amazon_reports.reports.failure import failure_reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_amazon_reports.amazon.storage import Storage
    from tap_amazon_reports.cli.operations import Operations
    from tap_amazon_reports.reports.report import Report

_PART = ".part"


def open_document(report: Report, operations: Operations, storage: Storage) -> Download:
    """Return the document of a report that is done.

    Raises:
        ClickException: if it has none, which says why.
        AmazonError: if it cannot be opened.
    """
    if not report.document_id:
        msg = f"report {report.report_id} is {report.status.value} and has no document"
        again = f" yet; look again with `amazon-reports reports get {report.report_id}`"
        ended = ", and will never have one; create another report"
        raise click.ClickException(
            msg + (ended if report.status.is_terminal else again)
        )
    restricted = operations.kind(report.report_type).restricted
    download = Download(
        ask=partial(
            operations.reports.document_url, report.document_id, restricted=restricted
        ),
        storage=storage,
    )
    if report.status.has_failed:
        reason = failure_reason(download.pieces())
        msg = f"report {report.report_id} failed: {reason}"
        raise click.ClickException(msg)
    return download


def unpacked(download: Download) -> Iterator[bytes]:
    """Yield the bytes of the files in a document, one after another."""
    for member in download.files():
        yield from member.chunks


def typed_rows(
    download: Download, report: Report, operations: Operations
) -> Iterator[bytes]:
    """Yield the rows of a document as JSON lines, typed as the type's file says.

    A row of a document with several arrays says in `_stream` which one it is of.
    """
    kind = operations.kind(report.report_type)
    market = find_marketplace(next(iter(report.marketplace_ids), ""))
    reader = DocumentRows(kind.layout, country=market.country if market else None)
    several = len(kind.records) > 1
    for records, block, extras in reader.blocks(
        download.files(), content_type=download.content_type
    ):
        rows = block.rows()
        for place, row in enumerate(rows):
            if several:
                row["_stream"] = records.stream
            if extras.get(place):
                row["_extra"] = extras[place]
        yield lines(rows)


@contextmanager
def whole_or_nothing(path: Path) -> Iterator[BinaryIO]:
    """Yield a new file, for its owner only, that has its name only once it is whole.

    Raises:
        ClickException: if there can be none.
    """
    try:
        descriptor, name = mkstemp(
            dir=path.parent, prefix=f"{path.name}.", suffix=_PART
        )
    except OSError as error:
        raise unwritable(path, error) from None
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
