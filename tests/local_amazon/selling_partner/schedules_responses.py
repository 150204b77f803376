"""Reports 2021-06-30: the four operations on schedules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.local_amazon.moments import extended, parse_extended
from tests.local_amazon.parameters import Fields, Parameters
from tests.local_amazon.wire import Answer, json_answer

from .refusals import invalid, missing
from .report_types import PERIODS
from .reports_responses import (
    check_marketplaces,
    check_options,
    check_sold_there,
    requestable_type,
)

if TYPE_CHECKING:
    from tap_amazon_reports.amazon.clock import Clock
    from tests.local_amazon.service import Call
    from tests.local_amazon.wire import Wire

    from .models import SellingPartner

SCHEDULING = (
    "reportType",
    "marketplaceIds",
    "reportOptions",
    "period",
    "nextReportCreationTime",
)


class SchedulesResponses:
    """Four of the nine operations of the Reports API."""

    def __init__(self, model: SellingPartner, clock: Clock) -> None:
        """Answer from `model`."""
        self._model = model
        self._clock = clock

    def get_schedules(self, call: Call) -> Answer:
        """Return the schedules of one to ten types; there are no pages."""
        parameters = Parameters.of(call.request, invalid, "reportTypes")
        types = parameters.words("reportTypes", at_most=10)
        if types is None:
            message = "parameter reportTypes is missing"
            raise invalid(message)
        found = [one for one in self._model.schedules if one["reportType"] in types]
        return json_answer(200, {"reportSchedules": found})

    def create_schedule(self, call: Call) -> Answer:
        """Hold a schedule and return its id."""
        fields = Fields.of(call.request, invalid, *SCHEDULING)
        report_type = requestable_type(fields, self._model)
        marketplaces = check_marketplaces(fields, self._model.region)
        check_sold_there(report_type, marketplaces)
        check_options(fields)
        period = fields.required("period")
        if period not in PERIODS:
            message = f"there is no period {period!r}"
            raise invalid(message)
        moment = fields.moment("nextReportCreationTime", parse_extended)
        schedule = self._model.add_schedule(
            {
                **fields.content,
                "reportType": report_type,
                "nextReportCreationTime": extended(moment or self._clock.now()),
            }
        )
        return json_answer(201, {"reportScheduleId": schedule["reportScheduleId"]})

    def get_schedule(self, call: Call) -> Answer:
        """Return one schedule."""
        Parameters.of(call.request, invalid)
        return json_answer(200, self._schedule(call))

    def cancel_schedule(self, call: Call) -> Answer:
        """End one schedule."""
        self._model.schedules.remove(self._schedule(call))
        return Answer(200)

    def _schedule(self, call: Call) -> Wire:
        schedule = self._model.schedule(call.words["reportScheduleId"])
        if schedule is None:
            what = f"schedule {call.words['reportScheduleId']}"
            raise missing(what)
        return schedule
