"""docs/report-types.md, made from what the tap knows of each type.

`python -m tests.report_type_page --write` writes it; without `--write` it tells whether
it is as it should be, and a test does the same.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from tap_amazon_reports.reports.plan import planned_windows
from tap_amazon_reports.reports.questions import QUESTIONS
from tap_amazon_reports.reports.report_types import DateMode
from tap_amazon_reports.reports.schema_files import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tap_amazon_reports.reports.report_types import ReportType

PAGE = Path(__file__).parents[1] / "docs" / "report-types.md"
SERVICES = {
    "selling_partner": "Selling Partner",
    "amazon_pay": "Amazon Pay",
    "appstore": "Appstore",
}
_BURST, _PAUSE_SECONDS = 15, 60
"""Of createReport: so many at once, and then one in so many seconds."""
_MONTH = (
    datetime(2026, 9, 1, tzinfo=timezone.utc),
    datetime(2026, 10, 1, tzinfo=timezone.utc),
)
_INTRODUCTION = """\
# Report types

Made by `python -m tests.report_type_page --write` from what the tap knows of each type.
`amazon-reports types TYPE` tells more: columns, key, report options, notes, sources.
A type that is not listed here can be read too: name it, and each row is one object.

## By question

The first type is the best answer. The words after a question lead to it, too.

"""
_COSTS = """
## What each costs

- *Windows*: what one report covers at most; *collected* means that Amazon or a schedule
  creates the reports, and the tap reads them.
- *A month*: how many reports September 2026 takes for one marketplace, or for one
  region if the type covers a region, and how long it takes to create them within
  Amazon's quota, 15 at once and one a minute, or within the type's own limit. Add the
  time that Amazon takes to make a report, usually minutes; all types of a run share the
  quota.
- *Again*: how many days each run reads again.

`amazon-reports plan` says what your own settings cost.
"""


def page() -> str:
    """Return the text of the page."""
    return "".join((_INTRODUCTION, *_questions(), _COSTS, *_costs()))


def _questions() -> Iterator[str]:
    for asked in QUESTIONS:
        yield f"**{asked.question}** ({', '.join(asked.words)})\n\n"
        for name in asked.types:
            yield f"- `{name}`: {_find(name).description}\n"
        yield "\n"


def _find(name: str) -> ReportType:
    (kind,) = (
        CATALOGUE.find(service, name)
        for service in SERVICES
        if name in CATALOGUE.known(service)
    )
    return kind


def _costs() -> Iterator[str]:
    for service, title in SERVICES.items():
        yield f"\n### {title}\n\n"
        yield "| report type | streams | windows | a month | again | kept by Amazon |\n"
        yield "| --- | --- | --- | --- | --- | --- |\n"
        for name in sorted(CATALOGUE.known(service)):
            kind = CATALOGUE.find(service, name)
            if not kind.removal and not kind.refused:
                yield f"| {' | '.join(_row(kind))} |\n"


def _row(kind: ReportType) -> tuple[str, ...]:
    streams = ", ".join(f"`{records.stream}`" for records in kind.records)
    kept = _days(kind.retention_days)
    again = _days(kind.lookback_days)
    return f"`{kind.report_type}`", streams, _windows(kind), month(kind), again, kept


def _windows(kind: ReportType) -> str:
    dates = kind.dates
    if kind.service == "appstore":
        return "a month"
    if not kind.requestable:
        return "collected"
    if dates.mode is DateMode.NONE:
        return "a snapshot of now"
    if dates.mode is DateMode.PERIOD:
        return ", ".join(rule.word for rule in dates.periods)
    if dates.mode is DateMode.HOURS:
        return f"{dates.longest_hours} hours"
    return _days(1 if dates.mode is DateMode.DAY else dates.longest_days)


def _days(count: int | None) -> str:
    return "1 day" if count == 1 else f"{count} days" if count else ""


def month(kind: ReportType) -> str:
    """Return how many reports a month takes, and how long creating them does."""
    if kind.service == "appstore":
        return "1 file"
    if not kind.requestable:
        return "none created"
    if kind.dates.mode is DateMode.NONE:
        return "1 each run"
    options = {
        name: option.default for name, option in kind.options.items() if option.default
    }
    chosen = kind.dates.option
    if kind.dates.mode is not DateMode.PERIOD or chosen in options:
        return _asked(kind, options)
    return ", ".join(
        f"{rule.word} {_asked(kind, {**options, str(chosen): rule.word})}"
        for rule in kind.dates.periods
    )


def _asked(kind: ReportType, options: Mapping[str, str]) -> str:
    windows = planned_windows(kind.for_options(options), *_MONTH, days=None)
    count = len(list(windows))
    if kind.service == "amazon_pay":
        return f"{count}"
    own = kind.limits.least_seconds(count) if kind.limits else 0.0
    seconds = max(0.0, (count - _BURST) * _PAUSE_SECONDS, own)
    return f"{count}" if seconds == 0 else f"{count} in {_duration(seconds)}"


def _duration(seconds: float) -> str:
    minutes = timedelta(seconds=seconds) / timedelta(minutes=1)
    hour = 60
    if minutes < hour:
        return f"{minutes:.0f} min"
    return f"{minutes / hour:.1f} h".replace(".0 h", " h")


def main(arguments: Sequence[str]) -> int:
    """Write the page, or tell whether it is written."""
    if "--write" in arguments:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    return int(PAGE.read_text(encoding="utf-8") != page())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
