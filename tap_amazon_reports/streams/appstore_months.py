"""The Appstore's files, month by month, whatever is in them."""

from __future__ import annotations

import abc
import re
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.amazon.appstore import FIRST_MONTH
from tap_amazon_reports.amazon.errors import DocumentMissingError
from tap_amazon_reports.documents.whole import WholeDocument, fetch_whole
from tap_amazon_reports.reports.memory import check_year
from tap_amazon_reports.reports.resuming import from_the_future, gap_before
from tap_amazon_reports.reports.windows import Month, months
from tap_amazon_reports.singer.stream import AmazonStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import timedelta

    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.tap_base import Tap

    from tap_amazon_reports.amazon.appstore import AppstoreClient
    from tap_amazon_reports.amazon.secret import DocumentUrl
    from tap_amazon_reports.amazon.storage import Storage
    from tap_amazon_reports.singer.stream import Run

_IN_A_HEADER = re.compile(r"[\x21-\x7e]{1,1024}")


class AppstoreMonths(AmazonStream, abc.ABC):
    """A stream of one kind of monthly file."""

    service = "appstore"
    replication_key = "report_month"
    is_timestamp_replication_key = False

    path_word: str
    """What Amazon's path says for the kind."""
    settles_after: timedelta
    """How long after its end a month may still change, or its file first appear."""

    def __init__(
        self,
        tap: Tap,
        *,
        run: Run,
        client: Callable[[], AppstoreClient],
        storage: Storage,
        name: str | None = None,
        schema: dict[str, Any] | None = None,
    ) -> None:
        """Read through `client`, and open documents through `storage`."""
        super().__init__(tap, run=run, name=name, schema=schema)
        self._client = client
        self._storage = storage

    @abc.abstractmethod
    def rows(self, month: Month, document: WholeDocument) -> Iterator[Record]:
        """Yield the records of a month's file.

        Raises:
            AmazonError: if it cannot be read.
        """

    def read(self, context: Context | None) -> Iterator[Record]:
        """Yield the rows of all months that may have changed, oldest first.

        The bookmark is the last month that is final. Those after it are looked at each
        run, and read again when storage shows another ETag than the one remembered.
        """
        etags = dict(self.get_context_state(context).get("etags", {}))
        for month in self._months(context):
            known_etag = etags.pop(month.label, None)
            document = self._fetch(month, known_etag)
            if isinstance(document, WholeDocument):
                yield from self.rows(month, document)
            is_final = month.is_final(self.clock.now(), after=self.settles_after)
            if not is_final and (etag := _etag(document, known_etag)):
                etags[month.label] = etag
            if is_final:
                self.move_bookmark(context, month.label, remember={"etags": etags})
            else:
                # Its ETag says that its rows are out.
                self.finish_batches()
                self.remember(context, {"etags": etags})

    def check_bookmark(self, value: Any) -> None:
        """Accept a month.

        Raises:
            TypeError, ValueError: if `value` is something else.
        """
        check_year(Month.parse(value).year)

    def check_partition(self, found: Mapping[str, Any]) -> None:
        """Accept the ETags of months, as headers have them.

        Raises:
            ValueError: if `found` holds something else as `etags`.
        """
        etags = found.get("etags", {})
        texts = etags.values() if isinstance(etags, dict) else [None]
        if not all(
            isinstance(one, str) and _IN_A_HEADER.fullmatch(one) for one in texts
        ):
            msg = "etags: found something other than an object of months and ETags"
            raise ValueError(msg)

    def _months(self, context: Context | None) -> Iterator[Month]:
        first = Month.of(self.settings.start)
        if bookmark := self.bookmark(context):
            first = self._resumed(first, bookmark)
        first = max(first, Month.parse(FIRST_MONTH))
        return months(first.start, self.settings.end)

    def _resumed(self, start: Month, bookmark: str) -> Month:
        """Return the month after the bookmark, and tell what is odd about that."""
        resumed = Month.parse(bookmark).next()
        if Month.of(self.clock.now()) < resumed:
            self.warn_once(from_the_future(self.name, bookmark))
        if not self.settings.is_start_set:
            return resumed
        if resumed < start:
            self.warn_once(gap_before(start.label, bookmark))
        return max(start, resumed)

    def _fetch(
        self, month: Month, known_etag: str | None
    ) -> WholeDocument | DocumentMissingError | None:
        """Return the month's file; None if it is known; an error if there is none."""

        def ask() -> DocumentUrl:
            return self._client().report_url(self.path_word, month.label)

        try:
            return fetch_whole(ask=ask, storage=self._storage, known_etag=known_etag)
        except DocumentMissingError as missing:
            self.logger.info("there is no %s file for %s", self.path_word, month.label)
            return missing


def _etag(
    document: WholeDocument | DocumentMissingError | None, known_etag: str | None
) -> str | None:
    if isinstance(document, WholeDocument):
        return document.etag
    return known_etag if document is None else None
