"""Each report type that is known, wanted alone: every cell of every row arrives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.clock import NOON
from tests.local_amazon import LocalAmazon
from tests.local_amazon.families.asked import QUIET
from tests.local_amazon.families.layout import known_types, layout_of
from tests.local_amazon.marketplaces import BY_COUNTRY
from tests.streams.document_compare import TypeFile, assert_arrived, type_file
from tests.tap_run import discover, selecting, sync

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clock import ScriptedClock
    from tests.local_amazon.wire import Wire
    from tests.tap_run import Output

COUNTRIES = ("US", "DE", "JP")
OPTIONS = {
    "reportPeriod": "WEEK",
    "distributorView": "MANUFACTURING",
    "sellingProgram": "RETAIL",
    "asin": "B0LOCAL001",
    "productType": "SHOES",
    "currencyCode": "USD",
    "promotionStartDateFrom": "2026-10-01T00:00:00Z",
    "promotionStartDateTo": "2026-11-01T00:00:00Z",
    "couponStartDateFrom": "2026-10-01T00:00:00Z",
    "couponStartDateTo": "2026-11-01T00:00:00Z",
}
"""A value for each option that some type requires."""


def readable_types(service: str) -> list[str]:
    """Return the types that have a file, are rows, and can be had."""
    layouts = map(layout_of, known_types(service))
    return [
        layout.report_type
        for layout in layouts
        if not layout.is_refused and not (layout.is_requestable and layout.is_removed)
    ]


@dataclass
class Case:
    """One report type, wanted alone.

    Attributes:
        amazon: where it is.
        clock: the time of both sides.
        kind: the type's file.
        country: where it is asked for.
        config: the settings.
    """

    amazon: LocalAmazon
    clock: ScriptedClock
    kind: TypeFile
    country: str
    config: dict[str, Any]

    @property
    def place(self) -> str:
        """What `marketplace_id` is in its rows."""
        about, marketplace = self.kind.about, BY_COUNTRY[self.country]
        asked = about["regional"] and about["requestable"]
        return marketplace.region if asked else marketplace.id

    @property
    def streams(self) -> list[str]:
        """The streams that the type becomes."""
        return [array.stream for array in self.kind.arrays]

    def run(self, state: dict[str, Any] | None = None) -> Output:
        """Discover, select the type's streams and no others, and read them."""
        catalog = discover(self.config, clock=self.clock)
        chosen = selecting(catalog, self.streams)
        output = sync(self.config, clock=self.clock, state=state, catalog=chosen)
        assert 0 == output.status
        return output

    def check_manners(self) -> None:
        """Fail if Amazon had to refuse anything, or to slow anybody down."""
        assert [] == self.amazon.refused
        assert [] == self.amazon.throttled
        self.amazon.check()


@pytest.fixture
def bare(clock: ScriptedClock) -> Iterator[LocalAmazon]:
    """Yield an Amazon that holds no reports yet."""
    with LocalAmazon(clock=clock, populate=False) as amazon:
        yield amazon


def selling_partner_case(amazon: LocalAmazon, clock: ScriptedClock, name: str) -> Case:
    """Return a type as somebody would set it up who wants its rows."""
    kind = type_file("selling_partner", name)
    about = kind.about
    every = readable_types("selling_partner")
    exists = about.get("marketplaces") or COUNTRIES
    countries = [country for country in exists if country not in QUIET]
    country = countries[every.index(name) % len(countries)]
    amazon.selling_partner.region = BY_COUNTRY[country].region
    options = about.get("options", {})
    needed = [word for word, option in options.items() if option.get("required")]
    needed += (about.get("one_of") or [[]])[0]
    config = {
        **amazon.settings(),
        "sp_marketplaces": [country],
        "sp_report_types": [name],
        "start_date": _start(about),
        "end_date": f"{NOON:%Y-%m-%dT%H:%M:%SZ}",
    }
    chosen: dict[str, str | None] = {word: OPTIONS[word] for word in needed}
    if not any(array.key for array in kind.arrays):
        # With options, a snapshot that has been read does not stand for the next one,
        # and without a key its rows are others.
        chosen |= {word: None for word, option in options.items() if "sent" in option}
    if chosen:
        config["sp_report_types"] = [{"report_type": name, "report_options": chosen}]
    if not about["requestable"]:
        amazon.hold_collected(name)
    return Case(amazon, clock, kind, country, config)


def _start(about: dict[str, Any]) -> str:
    """Return a start for which few windows are needed."""
    if about["dates"]["mode"] == "hours":
        return "2026-11-20"
    return "2026-10-25" if about["requestable"] else "2026-08-25"


@pytest.mark.parametrize("name", readable_types("selling_partner"))
def test_every_cell_of_a_selling_partner_type_arrives(
    name: str, bare: LocalAmazon, clock: ScriptedClock
) -> None:
    """Each cell is in its column, or in `_extra`; a second run adds no row.

    What it reads again, as Amazon may restate it, is upserted under its key.
    """
    case = selling_partner_case(bare, clock, name)
    output = case.run()
    held = [
        report
        for report in bare.selling_partner.reports
        if BY_COUNTRY[case.country].id in report["marketplaceIds"]
    ]
    assert held
    count = 0
    for report in held:
        rows = rows_of(case, output, report)
        document = bare.families.document(report["reportId"])
        count += assert_arrived(case.kind, document, rows, country=case.country)
        assert_envelope(report, rows, case.place)
    assert count == sum(len(output.records(stream)) for stream in case.streams)
    assert count > 0
    assert_keys(case, output)
    # Until the quotas are full again.
    clock.advance(seconds=1200)
    again = case.run(output.state)
    assert set(again.rows()) <= set(output.rows())
    case.check_manners()


def rows_of(case: Case, output: Output, report: Wire) -> dict[str, list[Any]]:
    """Return the rows that arrived of one report, by stream."""
    return {
        stream: [
            row
            for row in output.records(stream)
            if row["report_id"] == report["reportId"]
        ]
        for stream in case.streams
    }


def assert_envelope(report: Wire, rows: dict[str, list[Any]], place: str) -> None:
    """Fail unless each row says which report it is of."""
    said = {
        "report_id": report["reportId"],
        "report_type": report["reportType"],
        "marketplace_id": place,
        "data_start_time": _utc(report.get("dataStartTime")),
        "data_end_time": _utc(report.get("dataEndTime")),
        "report_created_time": _utc(report["createdTime"]),
    }
    for row in (row for found in rows.values() for row in found):
        assert said == {name: row[name] for name in said}


def _utc(text: str | None) -> str | None:
    return text and text.replace("+00:00", "Z")


def assert_keys(case: Case, output: Output) -> None:
    """Fail unless keys are those of the type's file, and each row has its own."""
    for array in case.kind.arrays:
        assert array.primary_key == output.schemas[array.stream]["key_properties"]
    output.rows()
