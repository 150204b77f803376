"""Reports 2021-06-30: listing, asking, looking, cancelling, fetching.

Facts (Reports API v2021-06-30 model and use case guide): `nextToken` stands alone, one
to ten types, pages of 1 to 100, ninety days back, only what is queued can be cancelled.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.local_amazon.families.layout import layout_of
from tests.local_amazon.marketplaces import BY_ID
from tests.local_amazon.moments import parse_extended
from tests.local_amazon.paging import Page, Pages
from tests.local_amazon.parameters import Fields, Parameters
from tests.local_amazon.wire import Answer, json_answer

from . import report_types
from .refusals import denied, invalid, missing, too_often

if TYPE_CHECKING:
    from datetime import datetime

    from tap_amazon_reports.amazon.clock import Clock
    from tests.local_amazon.service import Call
    from tests.local_amazon.wire import Wire

    from .models import SellingPartner

KEPT_DAYS = 90
TRAVEL = timedelta(seconds=60)
"""How long a request may have been under way when a limit is counted from now."""
LISTING = (
    "reportTypes",
    "processingStatuses",
    "marketplaceIds",
    "pageSize",
    "createdSince",
    "createdUntil",
    "nextToken",
)
ASKING = (
    "reportType",
    "marketplaceIds",
    "reportOptions",
    "dataStartTime",
    "dataEndTime",
)


class ReportsResponses:
    """Five of the nine operations of the Reports API: reports and documents."""

    def __init__(self, model: SellingPartner, clock: Clock) -> None:
        """Answer from `model`."""
        self._model = model
        self._clock = clock
        self._pages = Pages("sp")

    def get_reports(self, call: Call) -> Answer:
        """Return a page of the reports that were made, newest first."""
        parameters = Parameters.of(call.request, invalid, *LISTING)
        token = parameters.text("nextToken")
        if token is None:
            return _listing(self._first_page(parameters))
        parameters.alone("nextToken")
        page = self._pages.following(token)
        if page is None:
            message = "nextToken is none that was handed out"
            raise invalid(message)
        return _listing(page)

    def _first_page(self, parameters: Parameters) -> Page:
        types = parameters.words("reportTypes", at_most=10)
        if types is None:
            message = "either reportTypes or nextToken is required"
            raise invalid(message)
        statuses = parameters.words(
            "processingStatuses",
            at_most=len(report_types.STATUSES),
            allowed=report_types.STATUSES,
        )
        marketplaces = parameters.words("marketplaceIds", at_most=10)
        size = parameters.whole("pageSize", least=1, most=100) or 10
        since, until = self._created(parameters)
        found = [
            report
            for report in self._model.look_at_all()
            if report["reportType"] in types
            and (statuses is None or report["processingStatus"] in statuses)
            and _sold_in(report, marketplaces)
            and since <= _moment(report["createdTime"]) <= until
        ]
        return self._pages.first(found, size)

    def _created(self, parameters: Parameters) -> tuple[datetime, datetime]:
        now = self._clock.now()
        earliest = now - timedelta(days=KEPT_DAYS)
        since = parameters.moment("createdSince", parse_extended) or earliest
        until = parameters.moment("createdUntil", parse_extended) or now
        if since < earliest - TRAVEL:
            message = f"createdSince is more than {KEPT_DAYS} days ago"
            raise invalid(message)
        return since, until

    def create_report(self, call: Call) -> Answer:
        """Begin to make a report and return its id."""
        fields = Fields.of(call.request, invalid, *ASKING)
        report_type = requestable_type(fields, self._model)
        marketplaces = check_marketplaces(fields, self._model.region)
        check_sold_there(report_type, marketplaces)
        options = check_options(fields)
        times = self._window(fields, report_type)
        if not self._model.type_limits.take(report_type, self._clock.now()):
            why = f"{report_type} has had its share"
            raise too_often(why)
        report = self._model.ask(
            report_type,
            unknown_looks=self._model.unknown_looks,
            options=options,
            marketplaceIds=marketplaces,
            **self._model.echoed(times),
        )
        return json_answer(202, {"reportId": report["reportId"]})

    def _window(self, fields: Fields, report_type: str) -> Wire:
        """Return the data window as it was given; both ends default to now."""
        now = self._clock.now()
        start = fields.moment("dataStartTime", parse_extended)
        end = fields.moment("dataEndTime", parse_extended)
        if max(start or now, end or now) > now + TRAVEL:
            message = "dataStartTime and dataEndTime cannot be in the future"
            raise invalid(message)
        if (end or now) < (start or now) - TRAVEL:
            message = "dataEndTime is before dataStartTime"
            raise invalid(message)
        longest = report_types.LONGEST_DAYS.get(report_type)
        span = (end or now) - (start or now)
        if longest is not None and span > timedelta(days=longest) + TRAVEL:
            message = f"{report_type} takes at most {longest} days"
            raise invalid(message)
        names = ("dataStartTime", "dataEndTime")
        return {name: fields.content[name] for name in names if name in fields.content}

    def get_report(self, call: Call) -> Answer:
        """Return one report as it is now."""
        Parameters.of(call.request, invalid)
        report = self._model.look(call.words["reportId"])
        if report is None:
            what = f"report {call.words['reportId']}"
            raise missing(what)
        return json_answer(200, report)

    def cancel_report(self, call: Call) -> Answer:
        """Cancel a report that is still in the queue."""
        report = self._model.look(call.words["reportId"])
        if report is None:
            what = f"report {call.words['reportId']}"
            raise missing(what)
        if report["processingStatus"] != "IN_QUEUE":
            message = "only a report that is IN_QUEUE can be cancelled"
            raise invalid(message)
        self._model.cancel(report)
        return Answer(200)

    def get_report_document(self, call: Call) -> Answer:
        """Return where a document can be fetched for five minutes."""
        Parameters.of(call.request, invalid, "enableContentEncodingUrlHeader")
        document = self._model.documents.get(call.words["reportDocumentId"])
        if document is None:
            what = f"document {call.words['reportDocumentId']}"
            raise missing(what)
        token = call.request.headers["x-amz-access-token"]
        restricted = token in self._model.restricted_tokens
        if self._model.is_restricted(document) and not restricted:
            msg = ""
            raise denied(msg)
        content = {
            "reportDocumentId": document.document_id,
            "url": self._model.url(document),
        }
        if document.compression is not None:
            content["compressionAlgorithm"] = document.compression
        return json_answer(200, content)


def requestable_type(fields: Fields, model: SellingPartner) -> str:
    """Return the report type, refused unless it can be asked for."""
    report_type = fields.required("reportType")
    if report_type in report_types.SETTLEMENTS:
        why = f"{report_type} is made by Amazon alone"
        raise too_often(why)
    if report_type in report_types.NOT_REQUESTABLE or not model.has_type(report_type):
        message = f"a report of type {report_type!r} cannot be asked for"
        raise invalid(message)
    return report_type


def check_sold_there(report_type: str, marketplaces: list[str]) -> None:
    """Refuse a type that exists in none of the marketplaces."""
    countries = layout_of(report_type).countries
    asked = [BY_ID[marketplace_id].country for marketplace_id in marketplaces]
    if countries and not set(asked) & set(countries):
        message = f"there is no {report_type} in {', '.join(asked)}"
        raise invalid(message)


def check_marketplaces(fields: Fields, region: str) -> list[str]:
    """Return the marketplaces, refused unless all are known and of the region."""
    marketplaces = fields.words("marketplaceIds", at_most=25)
    for marketplace_id in marketplaces:
        known = BY_ID.get(marketplace_id)
        if known is None:
            message = f"there is no marketplace {marketplace_id!r}"
            raise invalid(message)
        if known.region != region:
            msg = ""
            raise denied(msg)
    return marketplaces


def check_options(fields: Fields) -> Wire:
    """Return the report options, refused unless they map texts to texts."""
    options = fields.content.get("reportOptions", {})
    if not isinstance(options, dict) or not all(
        isinstance(value, str) for value in options.values()
    ):
        message = "reportOptions maps texts to texts"
        raise invalid(message)
    return options


def _listing(page: Page) -> Answer:
    content: Wire = {"reports": page.items}
    if page.next_token is not None:
        content["nextToken"] = page.next_token
    return json_answer(200, content)


def _sold_in(report: Wire, marketplaces: list[str] | None) -> bool:
    if marketplaces is None:
        return True
    return not set(marketplaces).isdisjoint(report.get("marketplaceIds", ()))


def _moment(text: str) -> datetime:
    moment = parse_extended(text)
    if moment is None:
        raise ValueError(text)
    return moment
