"""Runs in which something goes wrong, and what became of them."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.leaks import assert_nothing_leaked
from tests.tap_run import Output, sync

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pytest

    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon
    from tests.local_amazon.faults import Fault

ALWAYS = 10_000
OPERATIONS = {
    "appstore_sales": "appstore.getReport",
    "pay_disbursements": "pay.getDisbursements",
    "pay_report_schedules": "pay.getReportSchedules",
    "pay_reports": "pay.getReports",
    "sp_order_metrics": "getOrderMetrics",
    "sp_report_schedules": "getReportSchedules",
    "sp_reports": "getReports",
}
SERVICES = {
    "Appstore": {"appstore_sales"},
    "Selling Partner": {"sp_order_metrics", "sp_report_schedules", "sp_reports"},
    "Amazon Pay": {"pay_disbursements", "pay_report_schedules", "pay_reports"},
}


@dataclass
class Rehearsal:
    """Runs against one Amazon, and all that they wrote and logged."""

    amazon: LocalAmazon
    clock: ScriptedClock
    caplog: pytest.LogCaptureFixture
    outputs: list[Output] = field(default_factory=list)
    mended: bool = False

    def __call__(
        self,
        *,
        only: Collection[str] = (),
        state: Mapping[str, Any] | None = None,
        settings: Mapping[str, object] | None = None,
        **more: Any,
    ) -> Output:
        """Run a month of all streams, or of `only` some, with more `settings`."""
        self.caplog.clear()
        config = {
            **self.amazon.settings(),
            "start_date": "2026-10-20",
            "sp_marketplaces": ["US"],
            "sp_order_metrics": {},
            **(settings or {}),
            **more,
        }
        output = sync(config, clock=self.clock, only=only, state=state)
        self.outputs.append(output)
        self.check()
        return output

    def spoil(self, operation: str, fault: Fault) -> None:
        """Let every request of an operation meet `fault`, until `mend`."""
        self.amazon.faults.add(
            operation, fault, times=ALWAYS, when=lambda _request: not self.mended
        )

    def mend(self) -> None:
        """Let nothing go wrong any more, and the quotas refill."""
        self.mended = True
        self.clock.advance(hours=1)

    def check(self) -> None:
        """Fail if anything that was written or logged so far gives a secret away."""
        texts = [output.text for output in self.outputs]
        assert_nothing_leaked(self.amazon, texts, self.caplog.records)

    @property
    def failures(self) -> list[str]:
        """What the summary of the last run says that failed."""
        lines = [
            record.getMessage()
            for record in self.caplog.records
            if record.levelno == logging.ERROR
        ]
        summary = [
            number for number, line in enumerate(lines) if "is incomplete" in line
        ]
        return [line.strip() for line in lines[summary[0] + 1 :]] if summary else []

    @property
    def failure(self) -> str:
        """The one line of the summary."""
        (line,) = self.failures
        assert "\n" not in line
        return line

    def asked(self, operation: str) -> int:
        """Return how often an operation was called so far."""
        return sum(seen.operation == operation for seen in self.amazon.seen)
