"""Report types found by their files, and types that have none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tap_amazon_reports.documents.layout import DocumentFormat
from tap_amazon_reports.reports.report_catalogue import (
    ReportCatalogue,
    ReportFileError,
    stream_name,
)
from tap_amazon_reports.reports.report_types import (
    DateMode,
    ReportStatus,
)
from tests.reports.made_up import MADE_UP

SCHEMAS = Path(__file__).parents[2] / "schemas"


@pytest.fixture(name="catalogue", scope="module")
def _catalogue() -> ReportCatalogue:
    return ReportCatalogue(SCHEMAS)


def _write(directory: Path, file: object) -> ReportCatalogue:
    """Put the file of the made-up type into a folder; return the catalogue of it."""
    folder = directory / "selling_partner"
    folder.mkdir()
    (folder / "GET_MADE_UP_DATA.json").write_text(json.dumps(file), encoding="utf-8")
    return ReportCatalogue(directory)


def _with(**changes: object) -> dict[str, Any]:
    """Return the made-up file with changes in its `x-report`; None takes away."""
    about = {**MADE_UP["x-report"], **changes}
    kept = {name: value for name, value in about.items() if value is not None}
    return {**MADE_UP, "x-report": kept}


@pytest.mark.parametrize(
    ("service", "count"), [("selling_partner", 128), ("amazon_pay", 8), ("appstore", 3)]
)
def test_every_known_type_has_a_file(
    catalogue: ReportCatalogue, service: str, count: int
) -> None:
    """No report type that Amazon documents is missing."""
    assert count == len(catalogue.known(service))


def test_core_types_are_those_that_are_listed_unasked(
    catalogue: ReportCatalogue,
) -> None:
    """The index of reports covers the types in common use, without being told."""
    core = catalogue.core("selling_partner")

    assert 68 == len(core)
    assert core == sorted(core)
    assert all(
        "row" not in records.schema["properties"]
        for name in core
        for records in catalogue.find("selling_partner", name).records
    )


def test_a_file_is_all_that_a_new_type_needs(tmp_path: Path) -> None:
    """Who drops a file into the folder has a typed report type."""
    catalogue = _write(tmp_path, MADE_UP)
    found = catalogue.find("selling_partner", "GET_MADE_UP_DATA")
    (records,) = found.records

    assert ["GET_MADE_UP_DATA"] == catalogue.known("selling_partner")
    assert [] == catalogue.core("selling_partner") == catalogue.known("amazon_pay")
    assert (DocumentFormat.CSV, ReportStatus.ACTIVE) == (
        found.layout.format,
        found.status,
    )
    assert DateMode.DAY is found.dates.mode
    assert (6, 2, 12) == (found.latency_hours, found.lookback_days, found.fresh_hours)
    assert ("Thing", "Price") == found.layout.landmarks
    assert ("sp_made_up_data", None) == (records.stream, records.path)
    assert ("thing", "data_start_time") == records.key
    assert records.unique
    assert MADE_UP["properties"] == records.schema["properties"]


def test_a_file_is_read_once(tmp_path: Path) -> None:
    """Discovery with many types configured does not read files again and again."""
    catalogue = _write(tmp_path, MADE_UP)
    first = catalogue.find("selling_partner", "GET_MADE_UP_DATA")
    (tmp_path / "selling_partner" / "GET_MADE_UP_DATA.json").unlink()

    assert first is catalogue.find("selling_partner", "GET_MADE_UP_DATA")


def test_names_are_listed_without_reading(tmp_path: Path) -> None:
    """One broken file does not take the others' names away."""
    assert ["GET_MADE_UP_DATA"] == _write(tmp_path, "broken").known("selling_partner")


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        ({}, "it lacks 'x-report'"),
        ("text", ""),
        (_with(records=None), "it lacks 'records'"),
        (_with(format=None), "format"),
        (_with(format="parquet"), "'parquet' is not a valid DocumentFormat"),
        (_with(dates={"mode": "sometimes"}), "'sometimes' is not a valid DateMode"),
        (_with(dates={"mode": "period", "periods": {"AGE": 1}}), "it lacks 'AGE'"),
        (_with(dates={"mode": "day", "longest": 3}), "longest"),
        (_with(lookback=3), "unknown words in x-report: lookback"),
        (_with(report_type="GET_OTHER_DATA"), "its report_type is not GET_MADE_UP"),
        (_with(service="amazon_pay"), "its service is not selling_partner"),
    ],
)
def test_a_file_with_a_mistake_is_named(
    tmp_path: Path, file: object, problem: str
) -> None:
    """Who writes a file of their own is told which one is wrong, and what."""
    catalogue = _write(tmp_path, file)
    with pytest.raises(ReportFileError) as caught:
        catalogue.find("selling_partner", "GET_MADE_UP_DATA")

    assert "GET_MADE_UP_DATA.json: " in str(caught.value)
    assert problem in str(caught.value)


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    """A file that was cut short is told from a type that has none."""
    catalogue = _write(tmp_path, MADE_UP)
    path = tmp_path / "selling_partner" / "GET_MADE_UP_DATA.json"
    path.write_text('{"title": ', encoding="utf-8")
    with pytest.raises(
        ReportFileError, match=r"GET_MADE_UP_DATA\.json: it is not JSON"
    ):
        catalogue.find("selling_partner", "GET_MADE_UP_DATA")


@pytest.mark.parametrize(
    ("service", "name", "kind", "stream"),
    [
        ("selling_partner", "GET_NEW_DATA", DocumentFormat.TSV, "sp_new_data"),
        ("selling_partner", "GET_XML_NEW_DATA", DocumentFormat.XML, "sp_xml_new_data"),
        (
            "amazon_pay",
            "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_NEW_DATA_",
            DocumentFormat.CSV,
            "pay_new_data",
        ),
        ("appstore", "installs", DocumentFormat.CSV, "appstore_installs"),
    ],
)
def test_a_type_that_nobody_knows_works(
    catalogue: ReportCatalogue,
    service: str,
    name: str,
    kind: DocumentFormat,
    stream: str,
) -> None:
    """A report type that Amazon adds tomorrow can be read tomorrow."""
    found = catalogue.find(service, name)
    (records,) = found.records

    assert not found.is_known
    assert found.requestable
    assert kind is found.layout.format
    assert (DateMode.WINDOW, 30, False) == (
        found.dates.mode,
        found.dates.longest_days,
        found.dates.required,
    )
    assert (stream, "*", ()) == (records.stream, records.path, records.key)
    assert ["row"] == list(records.schema["properties"])


@pytest.mark.parametrize("name", ["../selling_partner/GET_MADE_UP_DATA", "", "a\0b"])
def test_a_name_is_no_path(tmp_path: Path, name: str) -> None:
    """A type's name in the settings opens no file but its own."""
    catalogue = _write(tmp_path, MADE_UP)

    assert not catalogue.find("selling_partner", name).is_known


def test_stream_names_fit_postgresql() -> None:
    """A type with a very long name has a table of its own that nothing cuts."""
    long, longer = "GET_" + "A" * 80 + "_ONE", "GET_" + "A" * 80 + "_TWO"
    names = {stream_name("selling_partner", name) for name in (long, longer)}

    assert 2 == len(names)
    assert {63} == set(map(len, names))
    assert all(name.startswith("sp_aaaa") for name in names)


def test_a_folder_is_looked_through_once(tmp_path: Path) -> None:
    """To want a hundred types costs one look at what there is, not a hundred."""
    catalogue = _write(tmp_path, MADE_UP)
    known = catalogue.known("selling_partner")
    (tmp_path / "selling_partner" / "GET_LATER_DATA.json").write_text("{}", "utf-8")

    assert known == catalogue.known("selling_partner")
    assert catalogue.service_of("GET_LATER_DATA") is None
