"""Runs in which only the rows inside reports are wanted."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.reports.schema_files import CATALOGUE
from tests.rehearsal import Rehearsal
from tests.tap_run import discover, selecting, sync

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tap_amazon_reports.reports.report_catalogue import ReportCatalogue
    from tests.local_amazon import Seen
    from tests.tap_run import Output

US = "ATVPDKIKX0DER"
Entry = str | dict[str, Any]


class ContentRuns(Rehearsal):
    """Runs of the streams of rows, of one seller and one merchant."""

    def read(
        self,
        *entries: Entry,
        only: Collection[str] = (),
        state: Mapping[str, Any] | None = None,
        catalogue: ReportCatalogue = CATALOGUE,
        **more: Any,
    ) -> Output:
        """Read these Selling Partner types, from the first of November on.

        Args:
            entries: of `sp_report_types`.
            only: streams of theirs; none means all.
            state: the last state of an earlier run.
            catalogue: the report types that are known.
            **more: other settings, or those to set otherwise.
        """
        self.caplog.clear()
        config = {
            **self.amazon.settings(),
            "start_date": "2026-11-01",
            "sp_marketplaces": ["US"],
            "sp_report_types": list(entries),
            "sp_order_metrics": {},
            **more,
        }
        config = {name: value for name, value in config.items() if value is not None}
        catalog = discover(config, clock=self.clock, catalogue=catalogue)
        catalog = selecting(catalog, only or _streams_of_rows(catalog))
        output = sync(
            config,
            clock=self.clock,
            state=state,
            catalog=catalog,
            catalogue=catalogue,
        )
        self.outputs.append(output)
        self.check()
        return output

    @property
    def warnings(self) -> str:
        """What the last run warned of, a line each."""
        return "\n".join(
            record.getMessage()
            for record in self.caplog.records
            if record.levelno == logging.WARNING
        )

    def seen(self, operation: str) -> list[Seen]:
        """Return the requests of an operation so far."""
        return [seen for seen in self.amazon.seen if seen.operation == operation]

    def reports(self, report_type: str) -> list[dict[str, Any]]:
        """Return the reports of a type, as Amazon has them."""
        held = self.amazon.selling_partner.reports
        return [report for report in held if report["reportType"] == report_type]


def _streams_of_rows(catalog: Mapping[str, Any]) -> list[str]:
    """Return the streams that are of rows: those that have an envelope."""
    return [
        stream["tap_stream_id"]
        for stream in catalog["streams"]
        if "report_created_time" in stream["schema"]["properties"]
    ]
