"""What is said of a wanted report type decides what Amazon is asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tap_amazon_reports.reports.report_catalogue import ReportCatalogue
from tests.local_amazon import StoredObject
from tests.report_types import LISTINGS, LISTINGS_IN_ANY_LANGUAGE, RETURNS
from tests.reports.made_up import MADE_UP
from tests.streams.content_runs import US
from tests.tap_run import discover

if TYPE_CHECKING:
    from pathlib import Path

    from tests.streams.content_runs import ContentRuns

CA = "A2EUQ1WTGCTBG2"
RETURNS_STREAM = "sp_flat_file_returns_data_by_return_date"
SALES = "GET_SALES_AND_TRAFFIC_REPORT"
VAT_INVOICES = "GET_FLAT_FILE_VAT_INVOICE_DATA_REPORT"
UNKNOWN = "GET_NEXT_YEARS_DATA"
UNKNOWN_STREAM = "sp_next_years_data"
MADE_UP_CSV = b"Made up\r\n\r\nThing,Price,Colour\r\nspoon,1.50,red\r\nfork,,\r\n"


def _asked(content: ContentRuns) -> list[dict[str, Any]]:
    """Return the bodies with which reports were asked for."""
    return [json.loads(seen.body) for seen in content.seen("createReport")]


def test_options_are_sent_as_they_are_given(content: ContentRuns) -> None:
    """Each option goes to Amazon letter by letter, and nothing beside it."""
    options = {"dateGranularity": "WEEK", "asinGranularity": "SKU"}
    output = content.read({"report_type": SALES, "report_options": options})
    assert 0 == output.status
    bodies = _asked(content)
    assert 2 == len(bodies)
    assert all(options == body["reportOptions"] for body in bodies)


def test_without_options_none_are_sent(content: ContentRuns) -> None:
    """Amazon's own defaults hold where nothing is said."""
    content.read(RETURNS)
    assert all("reportOptions" not in body for body in _asked(content))


def test_each_type_has_its_own_start_and_windows(content: ContentRuns) -> None:
    """`start_date` and `window_days` of a type go before those of all."""
    entry = {
        "report_type": RETURNS,
        "start_date": "2026-11-11",
        "window_days": 5,
        "lookback_days": 3,
    }
    first = content.read(entry, start_date="2026-11-19")
    starts = [body["dataStartTime"][:10] for body in _asked(content)]
    assert "2026-11-11" == starts[0]
    assert 3 == len(starts)
    content.clock.advance(days=1)
    content.read(entry, state=first.state)
    assert "2026-11-18" == _asked(content)[3]["dataStartTime"][:10]


def test_marketplaces_of_a_type(content: ContentRuns) -> None:
    """A type can be wanted of fewer marketplaces than there are; each is asked for."""
    more: dict[str, Any] = {"sp_marketplaces": ["US", "CA"]}
    content.read({"report_type": RETURNS, "marketplaces": ["CA"]}, **more)
    assert {(CA,)} == {tuple(body["marketplaceIds"]) for body in _asked(content)}
    output = content.read(RETURNS, **more)
    asked = {tuple(body["marketplaceIds"]) for body in _asked(content)}
    assert {(US,), (CA,)} == asked
    rows = output.records(RETURNS_STREAM)
    assert {US, CA} == {row["marketplace_id"] for row in rows}


def test_a_regional_report_is_asked_for_once(content: ContentRuns) -> None:
    """Where one report has all marketplaces of a region, there is one report."""
    content.read(
        "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
        sp_marketplaces=["US", "CA"],
        start_date="2026-11-05",
    )
    (body,) = _asked(content)
    assert [US, CA] == body["marketplaceIds"]


def test_a_type_that_nobody_knows(content: ContentRuns) -> None:
    """Its rows arrive as objects, by the names that the file itself has."""
    content.amazon.selling_partner.new_types.add(UNKNOWN)
    output = content.read(UNKNOWN)
    rows = output.records(UNKNOWN_STREAM)
    assert len(rows) > 10
    documents = [
        content.amazon.families.document(report["reportId"])
        for report in content.reports(UNKNOWN)
    ]
    cells = [
        [cell if cell.strip() else None for cell in row]
        for found in documents
        for row in found.rows
    ]
    names = [name.replace("-", "_") for name in documents[0].header]
    assert [dict(zip(names, row, strict=False)) for row in cells] == [
        {name: row["row"][name] for name in names[: len(line)]}
        for row, line in zip(rows, cells, strict=True)
    ]


def test_a_new_type_is_one_file(content: ContentRuns, tmp_path: Path) -> None:
    """A JSON file among the others makes a typed stream, with no line of code."""
    folder = tmp_path / "selling_partner"
    folder.mkdir()
    name = MADE_UP["x-report"]["report_type"]
    (folder / f"{name}.json").write_text(json.dumps(MADE_UP), encoding="utf-8")
    made = StoredObject(MADE_UP_CSV, "text/csv")
    content.amazon.selling_partner.contents[name] = lambda _report: made
    output = content.read(
        name, catalogue=ReportCatalogue(tmp_path), start_date="2026-11-19"
    )
    assert 0 == output.status
    days = ["2026-11-19", "2026-11-20"]
    assert days == [body["dataStartTime"][:10] for body in _asked(content)]
    message = output.schemas["sp_made_up_data"]
    assert ["thing", "data_start_time", "marketplace_id"] == message["key_properties"]
    rows = output.records("sp_made_up_data")
    assert 4 == len(rows) == len(output.rows())
    seen = [(str(row["thing"]), str(row["price"]), row["_extra"]) for row in rows[:2]]
    assert [("spoon", "1.50", {"colour": "red"}), ("fork", "None", None)] == seen


def test_two_entries_of_one_type(content: ContentRuns) -> None:
    """Days and weeks of one type are streams of their own, each with its bookmark."""
    days = {"report_type": SALES, "report_options": {"dateGranularity": "DAY"}}
    weeks = {
        "report_type": SALES,
        "report_options": {"dateGranularity": "WEEK"},
        "name": "weekly",
    }
    output = content.read(days, weeks, start_date="2026-11-08")
    assert 0 == output.status
    by_day = output.records("sp_sales_and_traffic_report_by_date")
    by_week = output.records("weekly_date")
    assert len(by_day) > len(by_week) > 0
    assert not {row["report_id"] for row in by_day} & {
        row["report_id"] for row in by_week
    }
    ends = {
        stream: output.state["bookmarks"][stream]["partitions"][0][
            "replication_key_value"
        ]
        for stream in ("sp_sales_and_traffic_report_by_date", "weekly_date")
    }
    assert {
        "sp_sales_and_traffic_report_by_date": "2026-11-18T00:00:00Z",
        "weekly_date": "2026-11-15T00:00:00Z",
    } == ends


@pytest.mark.parametrize("wanted", [True, False])
def test_the_index_lists_what_is_wanted(content: ContentRuns, *, wanted: bool) -> None:
    """Report types whose rows are wanted are also what `sp_reports` lists."""
    content.read(*([RETURNS] if wanted else []), only=["sp_reports"])
    (types,) = {
        dict(seen.query)["reportTypes"].count(",") + 1
        for seen in content.seen("getReports")[:1]
    }
    assert (1 == types) is wanted


def test_streams_are_offered_without_asking_amazon(content: ContentRuns) -> None:
    """Discovery needs the settings and the type files, and no network."""
    settings = {**content.amazon.settings(), "sp_report_types": [RETURNS, UNKNOWN]}
    catalog = discover(settings, clock=content.clock)
    offered = {stream["tap_stream_id"] for stream in catalog["streams"]}
    assert {RETURNS_STREAM, UNKNOWN_STREAM} <= offered
    assert [] == content.amazon.seen
    content.read(RETURNS)


def test_a_slip_of_the_pen_is_told(content: ContentRuns) -> None:
    """The log says which type may have been meant, before anything is asked for."""
    slip = "GET_FLAT_FILE_RETURN_DATA_BY_RETURN_DATE"
    settings = {**content.amazon.settings(), "sp_report_types": [slip]}
    discover(settings, clock=content.clock)
    assert f"did you mean {RETURNS}" in content.warnings
    assert [] == content.amazon.seen
    content.read(RETURNS)
    assert "did you mean" not in content.warnings


def test_a_type_is_regional_when_that_is_said(content: ContentRuns) -> None:
    """With `regional`, two marketplaces are one report, and each row is there once."""
    wished = {"report_type": RETURNS, "regional": True}
    output = content.read(wished, sp_marketplaces=["US", "CA"])
    assert {(US, CA)} == {tuple(body["marketplaceIds"]) for body in _asked(content)}
    assert {"na"} == {row["marketplace_id"] for row in output.records(RETURNS_STREAM)}


def test_invoices_in_any_state_are_asked_for_by_dates(content: ContentRuns) -> None:
    """The option All wants dates, as Amazon says; without it there are none."""
    content.amazon.selling_partner.region = "eu"
    options = {"All": "true"}
    content.read(
        {"report_type": VAT_INVOICES, "report_options": options},
        {"report_type": VAT_INVOICES, "name": "pending_invoices"},
        sp_marketplaces=["DE"],
    )
    asked = {
        "dataStartTime" in body: body.get("reportOptions") for body in _asked(content)
    }
    assert {True: options, False: None} == asked


def test_listings_are_asked_for_in_english(content: ContentRuns) -> None:
    """Amazon is told the language of the headers, unless somebody takes that away."""
    content.read(LISTINGS)
    content.clock.advance(seconds=86400)
    content.read(LISTINGS_IN_ANY_LANGUAGE)
    assert [{"preferredReportDocumentLocale": "en_US"}, None] == [
        body.get("reportOptions") for body in _asked(content)
    ]
