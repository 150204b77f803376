"""How long it takes to say what there is, in processor time: it waits for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_amazon_reports.reports.schema_files import CATALOGUE
from tests.bench.running import run, run_tap
from tests.bench.stage import Scene, Stage
from tests.bench.table import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_amazon_reports.reports.report_types import ReportType

MOST = 1.5
WANTED = ("appstore_reports", "sp_report_types", "pay_report_types")
COUNTRIES = ("DE", "IN")
"""Where most of the types exist that do not exist everywhere."""


def discovery_lines(*, repeats: int) -> Iterator[Line]:
    """Yield the line on discovery, each side measured so often, the best counting."""
    with Stage(Scene()) as stage:
        settings = {**stage.settings, **every_type()}
    ours, empty = [], []
    for _ in range(repeats):
        ours.append(run_tap(settings, discovering=True).cpu_seconds)
        empty.append(run(["-m", "tests.bench.sdk_empty", "--discover"]).cpu_seconds)
    ratio = min(ours) / min(empty)
    types = sum(len(found) for name, found in settings.items() if name in WANTED)
    yield Line(
        f"--discover with {types} report types",
        f"{min(ours):.2f} s",
        f"{min(empty):.2f} s: the SDK's own empty tap",
        f"{ratio:.2f} x",
        f"under {MOST} x",
        reached=ratio < MOST,
    )


def every_type() -> dict[str, list[Any]]:
    """Return the settings that want each known type whose rows can be read."""
    return {
        "sp_marketplaces": list(COUNTRIES),
        "appstore_reports": ["sales", *CATALOGUE.known("appstore")],
        "sp_report_types": [
            {"report_type": kind.report_type, "report_options": _required(kind)}
            for kind in _readable("selling_partner")
        ],
        "pay_report_types": [kind.report_type for kind in _readable("amazon_pay")],
    }


def _readable(service: str) -> list[ReportType]:
    kinds = [CATALOGUE.find(service, name) for name in CATALOGUE.known(service)]
    return [
        kind
        for kind in kinds
        if not kind.refused
        and not kind.removal
        and (not kind.marketplaces or set(COUNTRIES) & set(kind.marketplaces))
    ]


def _required(kind: ReportType) -> dict[str, str]:
    """Return some value for each option without which nothing can be asked."""
    wanted = {name for name, option in kind.options.items() if option.required}
    wanted.update(*kind.one_of[:1])
    return {name: (*kind.options[name].values, "any")[0] for name in sorted(wanted)}
