"""Whether a run can succeed: each service, marketplace and report type is tried once.

Each is tried by its cheapest call. No report is asked for and none is read.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from tap_amazon_reports.amazon.appstore import AppstoreRules
from tap_amazon_reports.amazon.by_type import TYPES_PER_CALL
from tap_amazon_reports.amazon.errors import (
    AccessDeniedError,
    AmazonError,
    CredentialsError,
    DocumentMissingError,
    RequestRefusedError,
)
from tap_amazon_reports.amazon.pay import PayRules
from tap_amazon_reports.amazon.selling_partner import SellingPartnerRules
from tap_amazon_reports.amazon.shapes import ReportHead
from tap_amazon_reports.amazon.wire_time import utc_text
from tap_amazon_reports.reports.schema_files import CATALOGUE
from tap_amazon_reports.settings.reader import wanted_types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tap_amazon_reports.amazon.answers import Entry
    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.amazon.marketplaces import Marketplace
    from tap_amazon_reports.amazon.shapes import SpReport
    from tap_amazon_reports.services import Services
    from tap_amazon_reports.settings.reader import Settings

__all__ = ["Checks", "Finding"]

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_WORST_SKEW = timedelta(minutes=5)
"""A third of what Amazon Pay allows (Amazon Pay API v2, "Signing requests")."""
_CLOCK = "this machine"


class Finding(NamedTuple):
    """What was tried, and what came of it.

    Attributes:
        service: Amazon's name of the service.
        tried: what was asked for.
        problem: what is wrong and what to do, one line; empty when nothing is.
        note: what could not be tried, one line.
    """

    service: str
    tried: str
    problem: str = ""
    note: str = ""

    @property
    def passed(self) -> bool:
        """Whether it went well."""
        return not self.problem


class Checks:
    """Tries what the settings name."""

    def __init__(self, settings: Settings, services: Services, clock: Clock) -> None:
        """Remember what to try; nothing is asked yet."""
        self._settings = settings
        self._services = services
        self._clock = clock

    def run(self) -> Iterator[Finding]:
        """Yield what is found, as it is found; the last is this machine's clock."""
        settings = self._settings
        if settings.appstore:
            kinds = settings.appstore.kinds
            yield from _service(AppstoreRules.service, self._appstore(kinds))
        if settings.selling_partner:
            marketplaces = settings.selling_partner.marketplaces
            found = self._selling_partner(marketplaces)
            yield from _service(SellingPartnerRules.service, found)
        if settings.pay:
            yield from _service(PayRules.service, self._pay())
        yield self._of_clock()

    # The Appstore

    def _appstore(self, kinds: Sequence[str]) -> Iterator[Finding]:
        first_of_month = self._clock.now().replace(day=1)
        month = (first_of_month - _DAY).strftime("%Y-%m")
        for kind in kinds:
            word = CATALOGUE.find("appstore", kind).path_word or kind
            yield self._try(
                AppstoreRules.service,
                f"{kind} of {month}",
                partial(self._appstore_url, word, month),
            )

    def _appstore_url(self, word: str, month: str) -> None:
        try:
            self._services.appstore.report_url(word, month)
        except DocumentMissingError:
            # A quiet month: Amazon let us ask, which is what was to be seen.
            return

    # The Selling Partner API

    def _selling_partner(
        self, marketplaces: Iterable[Marketplace]
    ) -> Iterator[Finding]:
        findings = [self._metrics(marketplace) for marketplace in marketplaces]
        yield from findings
        everywhere_denied = not any(found.passed for found in findings)
        yield from self._report_types(everywhere_denied=everywhere_denied)

    def _metrics(self, marketplace: Marketplace) -> Finding:
        end = self._clock.now().replace(minute=0, second=0, microsecond=0)
        interval = f"{utc_text(end - _DAY)}--{utc_text(end)}"
        query = [
            ("marketplaceIds", marketplace.marketplace_id),
            ("interval", interval),
            ("granularity", "Total"),
        ]
        return self._try(
            SellingPartnerRules.service,
            f"order metrics of {marketplace.country}",
            lambda: self._services.selling_partner.get_order_metrics(query),
        )

    def _report_types(self, *, everywhere_denied: bool) -> Iterator[Finding]:
        settings = self._settings.selling_partner
        entries = settings.report_entries if settings else ()
        named = wanted_types(settings)
        restricted = {entry.kind.report_type for entry in entries if entry.restricted}
        types = named or CATALOGUE.core("selling_partner")
        for first in range(0, len(types), TYPES_PER_CALL):
            group = types[first : first + TYPES_PER_CALL]
            # What is denied in general would be denied type by type, at the cost of
            # a quota of one call in 45 seconds.
            split = bool(named) and not everywhere_denied
            yield from self._types(group, restricted, split=split)

    def _types(
        self, types: Sequence[str], restricted: set[str], *, split: bool
    ) -> Iterator[Finding]:
        """Yield a finding for each type; only what is denied is halved and halved."""
        reports: list[Entry[SpReport]] = []
        try:
            reports += self._listed(types)
        except CredentialsError:
            raise
        except (AccessDeniedError, RequestRefusedError) as error:
            if split and len(types) > 1:
                half = len(types) // 2
                yield from self._types(types[:half], restricted, split=True)
                yield from self._types(types[half:], restricted, split=True)
                return
            yield self._of_types(types, _of_denied_types(error, alone=split))
        except AmazonError as error:
            yield self._of_types(types, str(error))
        else:
            for report_type in types:
                yield self._of_type(report_type, reports, report_type in restricted)

    def _listed(self, types: Sequence[str]) -> list[Entry[SpReport]]:
        now = self._clock.now()
        return self._services.selling_partner.get_newest_reports(
            types, created_since=now - _WEEK, created_until=now
        )

    def _of_types(self, types: Sequence[str], problem: str) -> Finding:
        if len(types) == 1:
            return Finding(SellingPartnerRules.service, types[0], problem)
        tried = f"{len(types)} report types, {types[0]} to {types[-1]}"
        return Finding(SellingPartnerRules.service, tried, problem)

    def _of_type(
        self, report_type: str, reports: Sequence[Entry[SpReport]], restricted: object
    ) -> Finding:
        service = SellingPartnerRules.service
        if not restricted:
            return Finding(service, report_type)
        documents = [
            report.known.report_document_id
            for report in reports
            if report.known.report_type == report_type
            and report.known.report_document_id
        ]
        if not documents:
            note = (
                "the restricted data token was not tried, because there is no document"
                " of the last 7 days"
            )
            return Finding(service, report_type, note=note)
        client = self._services.selling_partner
        return self._try(
            service,
            f"{report_type}, with personal data",
            lambda: client.create_restricted_data_token(documents[:1]),
        )

    # Amazon Pay

    def _pay(self) -> Iterator[Finding]:
        types = wanted_types(self._settings.pay)
        until = self._clock.now()
        since = until - _DAY
        service = PayRules.service
        reports = self._try(
            service,
            f"reports of {', '.join(types) or 'all types'}",
            lambda: next(
                self._services.pay.get_reports(
                    types,
                    shape=ReportHead,
                    created_since=since,
                    created_until=until,
                ),
                None,
            ),
        )
        yield reports
        yield self._try(
            service,
            "disbursements",
            lambda: next(
                self._services.pay.get_disbursements(since, until),
                None,
            ),
        )

    # What all have in common

    def _try(self, service: str, tried: str, call: Callable[[], object]) -> Finding:
        try:
            call()
        except CredentialsError:
            raise
        except AmazonError as error:
            return Finding(service, tried, str(error))
        return Finding(service, tried)

    def _of_clock(self) -> Finding:
        """Return how far the clock is off, by what the last answer was dated."""
        skew = clock_skew(self._services.answered_at, self._clock.now())
        if skew is None:
            note = "not compared, because no answer had a Date header"
            return Finding(_CLOCK, "clock", note=note)
        if abs(skew) <= _WORST_SKEW:
            return Finding(_CLOCK, "clock")
        way = "ahead of" if skew > timedelta() else "behind"
        minutes = abs(skew).total_seconds() / 60
        problem = (
            f"the clock of this machine is {minutes:.0f} minutes {way} Amazon's:"
            " synchronise it by NTP; Amazon Pay refuses signatures that are 15 minutes"
            " off, and no report may end in the future"
        )
        return Finding(_CLOCK, "clock", problem)


def _service(service: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield what is found of a service; one finding ends it if nobody may enter."""
    try:
        yield from findings
    except CredentialsError as error:
        yield Finding(service, "all calls", str(error))


def clock_skew(dated: str | None, now: datetime) -> timedelta | None:
    """Return how much `now` is ahead of an answer's `Date`; None if it has none."""
    if dated is None:
        return None
    try:
        told = parsedate_to_datetime(dated)
        # It is of Greenwich, also where it does not say so (RFC 9110, section 5.6.7).
        return now - (told if told.tzinfo else told.replace(tzinfo=timezone.utc))
    except (OverflowError, ValueError):
        return None


def _of_denied_types(error: AmazonError, *, alone: bool) -> str:
    """Return what to do about types that Amazon does not let us list."""
    if not alone:
        return str(error)
    return (
        f"{error}; if other types pass, region and authorisation are right, and only"
        " the role for this type is missing: add it to the application, authorise the"
        " application again and set the new sp_refresh_token"
    )
