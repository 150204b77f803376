"""The tap: its settings, its streams, and what connects them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from singer_sdk.exceptions import ConfigValidationError

from tap_amazon_reports.amazon.errors import AmazonError
from tap_amazon_reports.amazon.retry import RetryPolicy
from tap_amazon_reports.checks import Checks
from tap_amazon_reports.reports.partition import Partition
from tap_amazon_reports.reports.polling_policy import PollingPolicy
from tap_amazon_reports.reports.prefetch import Prefetch, in_a_thread, inline
from tap_amazon_reports.reports.progress import Progress
from tap_amazon_reports.reports.report_job import RunParts
from tap_amazon_reports.reports.report_run import ReportRun
from tap_amazon_reports.reports.scheduler import ReportScheduler
from tap_amazon_reports.reports.schema_files import CATALOGUE
from tap_amazon_reports.services import Services
from tap_amazon_reports.settings.partitions import selling_partner_partitions
from tap_amazon_reports.settings.reader import missing_credentials, wanted_types
from tap_amazon_reports.settings.report_entries import Source
from tap_amazon_reports.settings.wanted_reports import wanted_reports
from tap_amazon_reports.singer.report_journal import ReportJournal
from tap_amazon_reports.singer.tap import AmazonTap
from tap_amazon_reports.streams.appstore_reports import AppstoreReport
from tap_amazon_reports.streams.appstore_sales import AppstoreSales
from tap_amazon_reports.streams.content import ContentEntry, ContentStream
from tap_amazon_reports.streams.pay import (
    PayDisbursements,
    PayReports,
    PayReportSchedules,
)
from tap_amazon_reports.streams.selling_partner import SpReports, SpReportSchedules
from tap_amazon_reports.streams.sp_order_metrics import SpOrderMetrics

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.amazon.connection import Calls
    from tap_amazon_reports.amazon.pay import PayClient
    from tap_amazon_reports.amazon.selling_partner import SellingPartnerClient
    from tap_amazon_reports.reports.report import ReportService
    from tap_amazon_reports.reports.report_catalogue import ReportCatalogue
    from tap_amazon_reports.settings.report_entries import ReportEntry
    from tap_amazon_reports.singer.report_stream import ReportStream
    from tap_amazon_reports.singer.stream import AmazonStream

# Facts (reports_2021-06-30.json, `x-amzn-api-sandbox`; November 2026): the static
# sandbox creates one report, by a fixed body, and it is IN_PROGRESS for ever.
_NEVER_MADE = (
    "no report is created, because Amazon's static sandbox finishes none; unset"
    " sp_sandbox to read the rows inside reports"
)


class TapAmazonReports(AmazonTap):
    """Reports of the Amazon Appstore, the Selling Partner API and Amazon Pay."""

    name = "tap-amazon-reports"
    package_name = "tap-amazon-reports"

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        retry: RetryPolicy | None = None,
        catalogue: ReportCatalogue = CATALOGUE,
        **given: Any,
    ) -> None:
        """Check the settings; nothing is requested yet.

        Args:
            clock: the time; by default the machine's.
            retry: how patient requests are.
            catalogue: the report types that are known.
            given: as the SDK's `Tap` takes it.

        Raises:
            ConfigValidationError: if a setting is wrong.
        """
        # With a time that somebody hands in, nothing happens at the same time.
        self._has_threads = clock is None
        self._entries: list[ContentEntry] = []
        self._given_retry = retry
        self._progress = Progress()
        super().__init__(clock=clock, catalogue=catalogue, **given)

    def calls(self) -> Iterable[Calls]:
        """Return what was asked of each service."""
        return self.services.calls()

    def check(self) -> int:
        """Try each service, marketplace and report type; ask for no report.

        Raises:
            ConfigValidationError: if no credentials are set at all.
        """
        if not self.settings.has_a_service:
            msg = missing_credentials()
            raise ConfigValidationError(msg, errors=[msg])
        status = 0
        for found in Checks(self.settings, self.services, self._clock).run():
            if found.problem:
                status = 1
                self.logger.error("%s: %s", found.tried, found.problem)
            else:
                self.logger.info("%s: %s: ok", found.service, found.tried)
        return status

    def close(self) -> None:
        """Let go of what only a run needs."""
        self._progress.close()

    @property
    def _retry(self) -> RetryPolicy:
        """How patient requests are: as long as another application uses the quota.

        Two runs on one account slow each other down, and neither is to fail for that.
        """
        throttled_seconds = self.settings.report_timeout_seconds
        return self._given_retry or RetryPolicy(throttled_seconds=throttled_seconds)

    @cached_property
    def services(self) -> Services:
        """The clients that the streams share."""
        return Services(self.settings, clock=self._clock, retry=self._retry)

    def discover_streams(self) -> Sequence[AmazonStream]:
        """Return the streams of each service whose credentials are set, or all."""
        return list(self._offered())

    def _offered(self) -> Iterator[AmazonStream]:
        settings = self.settings
        everything = not settings.has_a_service
        if settings.appstore or everything:
            yield from self._appstore_streams()
        if settings.selling_partner or everything:
            yield from self._selling_partner_streams()
        if settings.pay or everything:
            yield from self._pay_streams()

    def _appstore_streams(self) -> Iterator[AmazonStream]:
        kinds = self.settings.appstore.kinds if self.settings.appstore else ("sales",)
        shared: dict[str, Any] = {
            "tap": self,
            "run": self._run,
            "client": lambda: self.services.appstore,
            "storage": self.services.storage,
        }
        for kind in kinds:
            if kind == AppstoreSales.path_word:
                yield AppstoreSales(**shared)
            else:
                found = self._catalogue.find(AppstoreSales.service, kind)
                yield AppstoreReport(kind=found, **shared)

    def _selling_partner_streams(self) -> Iterator[AmazonStream]:
        settings = self.settings.selling_partner

        def client() -> SellingPartnerClient:
            return self.services.selling_partner

        yield SpOrderMetrics(
            tap=self,
            run=self._run,
            client=client,
            marketplaces=settings.marketplaces if settings else (),
            queries=settings.order_metrics if settings else (),
        )
        for index in (SpReportSchedules, SpReports):
            yield index(
                tap=self, run=self._run, client=client, report_types=self._listed_types
            )
        for entry in settings.report_entries if settings else ():
            partitions = selling_partner_partitions(entry)
            yield from self._content(entry, SpReports.service, partitions)

    def _listed_types(self) -> list[str]:
        """Return the types that the indexes list: those wanted, or all core ones."""
        named = wanted_types(self.settings.selling_partner)
        return named or self._catalogue.core("selling_partner")

    def _pay_streams(self) -> Iterator[AmazonStream]:
        settings = self.settings.pay

        def client() -> PayClient:
            return self.services.pay

        types = wanted_types(settings)
        yield PayDisbursements(tap=self, run=self._run, client=client)
        for index in (PayReportSchedules, PayReports):
            yield index(
                tap=self, run=self._run, client=client, report_types=lambda: types
            )
        if settings:
            partitions = [Partition(settings.region.value, ())]
            for entry in settings.report_entries:
                yield from self._content(entry, PayReports.service, partitions)

    def _content(
        self, entry: ReportEntry, service: str, partitions: Sequence[Partition]
    ) -> Iterator[AmazonStream]:
        """Yield the streams that one wanted report type becomes."""
        content = ContentEntry(entry, service, tuple(partitions))
        self._entries.append(content)
        for name, records in zip(
            entry.stream_names, entry.kind.layout.records, strict=True
        ):
            stream = ContentStream(
                tap=self,
                run=self._run,
                name=name,
                records=records,
                content=content,
                read_together=self.read_together,
            )
            content.streams.append(stream)
            yield stream

    # Reading what is inside the reports.

    def report_run(self, streams: Sequence[ReportStream]) -> ReportRun:
        """Return a run of some streams of rows inside reports, which has not begun."""
        journal = ReportJournal(streams, self.outcome)
        run = ReportRun(self._run_parts(), journal=journal)
        entries = [one for one in self._entries if one.among(streams)]
        for content in sorted(entries, key=lambda one: one.among(streams)[0].name):
            self._want(content, content.among(streams), run, journal)
        return run

    def _want(
        self,
        content: ContentEntry,
        streams: Sequence[ContentStream],
        run: ReportRun,
        journal: ReportJournal,
    ) -> None:
        """Want what one entry is about, in each of its partitions."""
        if self._is_never_made(content):
            for stream in streams:
                stream.leave(_NEVER_MADE)
                stream.end()
            return
        try:
            service = self._report_service(content)
        except AmazonError as error:
            for stream in streams:
                stream.fail(error)
            return
        tally = self.outcome.reports[content.streams[0].name]
        want = run.collect if content.entry.source is Source.COLLECT else run.request
        for partition in content.partitions:
            wanted = wanted_reports(
                content.entry,
                partition,
                service,
                self.settings,
                record_streams={stream.records.stream for stream in streams},
            )
            journal.expect(stream.name for stream in streams)
            want(wanted, [one.of_job(partition) for one in streams], tally)

    def _is_never_made(self, content: ContentEntry) -> bool:
        """Tell whether reports would be asked of the static sandbox."""
        settings = self.settings.selling_partner
        return (
            content.service == SpReports.service
            and content.entry.source is Source.REQUEST
            and settings is not None
            and settings.sandbox
        )

    def _report_service(self, content: ContentEntry) -> ReportService:
        """Return who makes the reports of an entry.

        Raises:
            AmazonError: if its credentials cannot be used.
        """
        if content.service == PayReports.service:
            return self.services.pay_reports
        return self.services.selling_partner_reports

    def _run_parts(self) -> RunParts:
        policy = PollingPolicy(
            poll_interval_seconds=self.settings.report_poll_interval_seconds,
            timeout_seconds=self.settings.report_timeout_seconds,
            retry=self._retry,
        )
        prefetch = Prefetch(
            storage=self.services.storage,
            at_once=self.settings.max_downloads,
            workers=in_a_thread if self._has_threads else inline,
        )
        scheduler = ReportScheduler(clock=self._clock, policy=policy, prefetch=prefetch)
        return RunParts(
            clock=self._clock,
            scheduler=scheduler,
            prefetch=prefetch,
            progress=self._progress,
        )
