"""Every report family: how a report ends, what is in it, and what must be in it."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING

from tests.local_amazon.marketplaces import BY_COUNTRY, SELLS_IN
from tests.local_amazon.moments import parse_basic, parse_extended
from tests.local_amazon.ripening import Outcome
from tests.local_amazon.storage.models import StoredObject

from .asked import Asked, marketplaces_of
from .big import Big, big_json, big_tsv
from .content import Document, ExpectedRow, Table
from .layout import known_types, layout_of
from .limits import is_sentence, refusal
from .presentation import (
    Presentation,
    document_of,
    plain,
    presentation_of,
    stored,
)
from .registry import content_of, is_cancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tap_amazon_reports.amazon.clock import Clock
    from tests.local_amazon.marketplaces import Marketplace
    from tests.local_amazon.wire import Wire

    from .content import Content

REGIONAL = (
    "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA",
    "GET_FBA_REIMBURSEMENTS_DATA",
)
"""Types whose reports have the rows of the whole region, whatever is asked for
(amzn/selling-partner-api-models, issue 2199)."""
FIRST_DAY = datetime(2015, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Ending:
    """How a report ends.

    Attributes:
        status: `DONE`, `CANCELLED` or `FATAL`; Amazon Pay has other words for these.
        make: makes its document; None for none.
        compression: what is declared about it.
    """

    status: str
    make: Callable[[], StoredObject] | None = None
    compression: str | None = None


class Families:
    """What the seller's and the merchant's reports hold.

    Attributes:
        orders_at: orders are as they stood then; None: as of when each report is made.
        presentations: how documents of a type are dressed from now on, if not as the
            request alone would decide.
        empty_types: types that have no rows from now on.
        sells_in: the marketplaces of the account.
        pays_in: the marketplace of the merchant.
        regional_types: types that ignore which marketplaces they are asked for.
    """

    def __init__(self, clock: Clock, region: str = "na") -> None:
        """Hold everything, and make nothing before it is asked for."""
        self._clock = clock
        self.orders_at: datetime | None = None
        self.presentations: dict[str, Presentation] = {}
        self.empty_types: set[str] = set()
        self.sells_in = tuple(BY_COUNTRY[one] for one in SELLS_IN[region])
        self.pays_in = self.sells_in[:1]
        self.regional_types = set(REGIONAL)
        self._made: dict[tuple[str, str], tuple[Asked, Presentation]] = {}

    # What must exist

    def types(self, service: str) -> list[str]:
        """Return the known types of a service, without those that are no rows."""
        return [name for name in known_types(service) if not layout_of(name).is_refused]

    def rows(
        self,
        report_type: str,
        marketplace_id: str | Sequence[str] = (),
        start: datetime | None = None,
        end: datetime | None = None,
        options: Mapping[str, str] | None = None,
        *,
        at: datetime | None = None,
    ) -> list[ExpectedRow]:
        """Return the rows that exist, in the order in which a report has them.

        Args:
            report_type: Amazon's name.
            marketplace_id: one, or all that a regional report is asked for.
            start: the first moment wanted; types without dates do not look at it.
            end: the first moment no longer wanted (for types by period: the last day).
            options: the report options.
            at: when the report is made; now, if it is left out.
        """
        now = at or self.orders_at or self._clock.now()
        asked = Asked(
            layout_of(report_type),
            self._marketplaces(report_type, marketplace_id),
            start or FIRST_DAY,
            end or now,
            now,
            options or {},
        )
        return self._expected(asked)

    def _marketplaces(
        self, report_type: str, ids: str | Sequence[str]
    ) -> tuple[Marketplace, ...]:
        """Return whose rows a report has: it can be all that the account sells in."""
        asked = marketplaces_of(ids)
        if report_type not in self.regional_types:
            return asked
        region = asked[0].region
        return tuple(one for one in self.sells_in if one.region == region) or asked

    def _expected(self, asked: Asked) -> list[ExpectedRow]:
        if asked.layout.report_type in self.empty_types:
            return []
        content = content_of(asked)
        if isinstance(content, Table):
            return [
                ExpectedRow(
                    None,
                    {name: cell for name, cell in line.cells.items() if cell.strip()},
                    line.beyond,
                )
                for line in content.lines
            ]
        found = document_of(content, Presentation(), asked.layout, asked.key)
        return [row for rows in found.records.values() for row in rows]

    # What is big

    def big_tsv(
        self,
        report_type: str,
        total_bytes: int,
        *,
        compressed: bool = False,
        distinct: bool = True,
    ) -> Big:
        """Return a tab-separated document of at least so many bytes.

        Args:
            report_type: its columns.
            total_bytes: before compression.
            compressed: whether it is gzip, made while it is sent.
            distinct: whether every row has a natural key of its own.
        """
        asked = self._asked(report_type)
        return big_tsv(asked, total_bytes, compressed=compressed, distinct=distinct)

    def big_json(
        self,
        report_type: str,
        total_bytes: int,
        *,
        compressed: bool = False,
        distinct: bool = True,
    ) -> Big:
        """Return a JSON document whose first array makes it so many bytes."""
        asked = self._asked(report_type)
        return big_json(asked, total_bytes, compressed=compressed, distinct=distinct)

    def _asked(self, report_type: str) -> Asked:
        now = self._clock.now()
        yesterday = now - timedelta(days=1)
        layout = layout_of(report_type)
        return Asked(layout, marketplaces_of(()), yesterday, now, now)

    # What was made

    def document(self, report_id: str, *, service: str = "selling_partner") -> Document:
        """Return what is in the document of a report that ended well, in order.

        Args:
            report_id: its id.
            service: `selling_partner`, or `live` or `sandbox` of Amazon Pay.
        """
        asked, presentation = self._made[service, report_id]
        return document_of(self._content(asked), presentation, asked.layout, asked.key)

    def presentation(
        self, report_id: str, *, service: str = "selling_partner"
    ) -> Presentation:
        """Return how the document of a report is dressed."""
        return self._made[service, report_id][1]

    def selling_partner_ending(
        self, report: Wire, options: Mapping[str, str], *, compressed: bool
    ) -> Ending:
        """Return how a report of the Selling Partner API ends, and remember it."""
        created = _moment(parse_extended, report["createdTime"])
        asked = Asked(
            layout_of(report["reportType"]),
            self._marketplaces(report["reportType"], report.get("marketplaceIds", ())),
            _moment(parse_extended, report.get("dataStartTime"), created),
            _moment(parse_extended, report.get("dataEndTime"), created),
            self.orders_at or created,
            options,
        )
        reason = refusal(asked)
        if reason is not None:
            return _refused(reason, as_sentence=is_sentence(asked))
        return self._ending(asked, "selling_partner", report, compressed=compressed)

    def pay_ending(self, report: Wire, environment: str) -> Ending:
        """Return how a report of Amazon Pay ends, and remember it."""
        created = _moment(parse_basic, report["createdTime"])
        asked = Asked(
            layout_of(report["reportType"]),
            self.pays_in,
            _moment(parse_basic, report["startTime"], created - timedelta(days=1)),
            _moment(parse_basic, report["endTime"], created),
            created,
        )
        return self._ending(asked, environment, report, compressed=False)

    def _ending(
        self, asked: Asked, service: str, report: Wire, *, compressed: bool
    ) -> Ending:
        if is_cancelled(asked):
            return Ending("CANCELLED")
        name = asked.layout.report_type
        dress = self.presentations.get(name) or presentation_of(asked)
        if not compressed:
            dress = plain(dress)
        self._made[service, report["reportId"]] = asked, dress
        return Ending("DONE", partial(self._make, asked, dress), dress.compression)

    def _make(self, asked: Asked, dress: Presentation) -> StoredObject:
        return stored(self._content(asked), dress, asked.layout, asked.key)

    def _content(self, asked: Asked) -> Content:
        content = content_of(asked)
        if asked.layout.report_type in self.empty_types and isinstance(content, Table):
            content.lines.clear()
        return content


def sentence(text: str) -> Outcome:
    """Return the end of a report whose document is a sentence, not a table."""
    return Outcome("DONE", _sentence(text))


def fatal(reason: str) -> Outcome:
    """Return the end of a report that failed, and whose document says why."""
    body = json.dumps({"errorDetails": reason}).encode()
    return Outcome("FATAL", StoredObject(body, "application/json"))


def _refused(reason: str, *, as_sentence: bool) -> Ending:
    if as_sentence:
        return Ending("DONE", partial(_sentence, reason))
    packed = gzip.compress(json.dumps({"errorDetails": reason}).encode(), mtime=0)
    make = partial(StoredObject, packed, "application/json")
    return Ending("FATAL", make, "GZIP")


def _sentence(text: str) -> StoredObject:
    return StoredObject(f"{text}\r\n".encode(), "text/plain; charset=UTF-8")


def _moment(
    parse: Callable[[str], datetime | None],
    text: str | None,
    default: datetime | None = None,
) -> datetime:
    moment = default if text is None else parse(text)
    if moment is None:
        raise ValueError(text)
    return moment
