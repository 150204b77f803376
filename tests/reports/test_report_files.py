"""The report types' files: each is whole, and all are of one form."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from tap_amazon_reports.amazon.marketplaces import find_marketplace
from tap_amazon_reports.documents.column_names import normalise, snake_case
from tap_amazon_reports.reports.report_catalogue import ReportCatalogue, stream_name
from tap_amazon_reports.reports.report_types import ReportStatus
from tests.reports.made_up import MADE_UP

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

SCHEMAS = Path(__file__).parents[2] / "schemas"
FILES = sorted(SCHEMAS.glob("*/*.json"))
FILE_SCHEMA = json.loads(
    (Path(__file__).parent / "report_file.schema.json").read_bytes()
)
POSTGRES_NAME = 63
ENVELOPE = {
    "_extra",
    "data_end_time",
    "data_start_time",
    "marketplace_id",
    "occurrence",
    "report_created_time",
    "report_id",
    "report_row",
    "report_type",
}

SHORTENED = {
    "estimated_future_fee_current_selling_on_amazon_future_fulfillment_fees": (
        "estimated_future_fee"
    ),
}
"""Amazon's words that are too long for a name in PostgreSQL."""


def _name(path: Path) -> str:
    return path.stem


def _load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_bytes())
    return loaded


def _schemas(path: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield each record set of a file, with the columns of its rows."""
    file = _load(path)
    for records in file["x-report"]["records"]:
        name = records["schema"].removeprefix("#").removeprefix("/$defs/")
        yield records, (file["$defs"][name] if name else file)["properties"]


@pytest.fixture(name="catalogue", scope="module")
def _catalogue() -> ReportCatalogue:
    return ReportCatalogue(SCHEMAS)


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_file_has_the_form_of_all(path: Path) -> None:
    """Whoever has read one file can read and write any other."""
    problems = [
        f"{error.json_path}: {error.message}"
        for error in Draft202012Validator(FILE_SCHEMA).iter_errors(_load(path))
    ]

    assert [] == problems


def test_form_of_all_is_a_schema() -> None:
    """The form itself says nothing that a JSON schema cannot say."""
    Draft202012Validator.check_schema(FILE_SCHEMA)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("x-report", "format"), "parquet"),
        (("x-report", "lookback"), 3),
        (("x-report", "dates"), {"mode": "window"}),
        (("properties", "thing"), {"type": ["string", "null"]}),
        (("properties", "Thing"), {"type": ["string", "null"], "x-name": "Thing"}),
        (("description",), "no sentence"),
    ],
)
def test_form_of_all_refuses_what_is_not_of_it(
    place: tuple[str, ...], value: object
) -> None:
    """A file with a mistake does not get past the test above."""
    file = json.loads(json.dumps(MADE_UP))
    spot = file
    for step in place[:-1]:
        spot = spot[step]
    spot[place[-1]] = value

    assert Draft202012Validator(FILE_SCHEMA).is_valid(MADE_UP)
    assert not Draft202012Validator(FILE_SCHEMA).is_valid(file)


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_file_is_where_it_says(path: Path) -> None:
    """A type's file is found by the service's name and Amazon's name of the type."""
    file = _load(path)
    about = file["x-report"]

    assert path.parent.name == about["service"]
    assert path.stem == about["report_type"] == file["title"]


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_rows_have_schemas_that_validators_take(path: Path) -> None:
    """A target can validate rows against the file as it is."""
    Draft202012Validator.check_schema(_load(path))


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_each_set_of_columns_is_used(path: Path) -> None:
    """No columns are written down that no stream has."""
    defined = {f"#/$defs/{name}" for name in _load(path).get("$defs", ["#"])}
    used = [records["schema"] for records, _ in _schemas(path)]

    assert len(used) == len(set(used))
    assert set(used) in (defined, {"#"})


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_a_generic_row_has_a_reason(path: Path) -> None:
    """Who finds objects instead of columns is told why there are none."""
    about = _load(path)["x-report"]
    generic = any(set(columns) == {"row"} for _, columns in _schemas(path))

    reasons = ("notes", "refused", "status_note", "removed")
    assert not generic or any(about.get(reason) for reason in reasons)


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_keys_are_columns(path: Path) -> None:
    """A key column is in the row, or in what the tap adds to each row."""
    for records, columns in _schemas(path):
        assert set(records["key"]) <= set(columns) | {
            "data_start_time",
            "data_end_time",
        }
        assert records["key"] or not records["unique"]


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_columns_leave_room_for_what_the_tap_adds(path: Path) -> None:
    """No column of Amazon's is overwritten by one of the tap's, nor the reverse."""
    for _, columns in _schemas(path):
        assert set() == set(columns) & ENVELOPE


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_names_fit_postgresql(path: Path) -> None:
    """No table and no column has a name that PostgreSQL would cut."""
    for records, columns in _schemas(path):
        assert [] == [name for name in (records["stream"], *columns) if len(name) > 63]


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_columns_are_named_in_amazons_words(path: Path) -> None:
    """Who knows the report knows the column: it is the header in snake case."""
    for _, columns in _schemas(path):
        for column, about in columns.items():
            words = snake_case(about.get("x-name", column))
            wanted = f"row_{words}" if words in ENVELOPE else words
            assert column == SHORTENED.get(wanted, wanted)


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_headers_lead_to_one_column(path: Path) -> None:
    """No header, however it is written, could mean two columns."""
    for _, columns in _schemas(path):
        headers = Counter(
            normalise(name)
            for column, about in columns.items()
            for name in (about.get("x-name", column), *about.get("x-aliases", ()))
        )
        assert {1} == set(headers.values())


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_identifiers_are_text(path: Path) -> None:
    """No leading zero and no digit of an identifier is ever lost."""
    identifier = re.compile(
        # Units per ASIN are a count of units.
        r"(^|(?<!_per)_)(id|sku|asin|fnsku|postal_code|phone_number|code)$"
    )
    for _, columns in _schemas(path):
        for column, about in columns.items():
            if identifier.search(column) and "array" not in about["type"]:
                assert ["string", "null"] == about["type"], column


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_bookmark_column_is_a_date(path: Path) -> None:
    """The column that grows is there, and can be compared."""
    column = _load(path)["x-report"].get("incremental")
    found = [columns[column] for _, columns in _schemas(path) if column in columns]

    assert bool(column) == bool(found)
    assert all("format" in about for about in found)


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_records_have_a_place_in_documents_with_places(path: Path) -> None:
    """A table has rows; JSON and XML need a path to them."""
    has_places = _load(path)["x-report"]["format"] in {"json", "xml"}

    assert {has_places} == {
        records["path"] is not None for records, _ in _schemas(path)
    }


def _around(place: str, sets: Container[str | None]) -> str:
    """Return the place of the record that is around the ones at `place`."""
    while place := re.sub(r"(^|[./])[^./]+$", "", place):
        if place in sets:
            break
    return place


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_fields_of_the_record_around_exist(path: Path) -> None:
    """What a nested record takes from the one around it is a field of that one."""
    sets = {records["path"]: columns for records, columns in _schemas(path)}
    for place, columns in sets.items():
        borrowed = {
            about["x-name"][1:]
            for about in columns.values()
            if about.get("x-name", "").startswith("^")
        }
        around = sets.get(_around(place or "", sets), {})
        assert borrowed <= {about.get("x-name") for about in around.values()}


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_periods_are_values_of_their_option(path: Path) -> None:
    """The option that says the period can say each of the known ones, and no other."""
    about = _load(path)["x-report"]
    option = about["dates"].get("option")
    if option:
        assert about["options"][option]["values"] == list(about["dates"]["periods"])
        assert about["options"][option]["required"] or (
            about["options"][option]["default"] in about["dates"]["periods"]
        )
    assert set(about["dates"].get("reach_periods", {})) <= set(
        about["dates"].get("periods", {})
    )


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_options_are_coherent(path: Path) -> None:
    """A default is an allowed value, and a group names options that exist."""
    about = _load(path)["x-report"]
    options = about.get("options", {})
    for option in options.values():
        assert option.get("default") in [None, *option.get("values", [])]
    for group in about.get("one_of", []):
        assert set(group) <= set(options)


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_marketplaces_exist(path: Path) -> None:
    """A type that is for some countries names ones that the tap knows, in order."""
    countries = _load(path)["x-report"].get("marketplaces", [])

    assert countries == sorted(countries)
    assert all(find_marketplace(country) for country in countries)


def test_streams_have_names_of_their_own() -> None:
    """No two kinds of rows end in one table, nor in that of a core stream."""
    names = [records["stream"] for path in FILES for records, _ in _schemas(path)] + [
        path.stem for path in SCHEMAS.glob("*.json")
    ]

    assert [] == [name for name, times in Counter(names).items() if times > 1]


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_streams_are_named_after_their_type(path: Path) -> None:
    """Who knows the type's name finds the table, with the array's name behind it."""
    wanted = stream_name(path.parent.name, path.stem)
    several = len(list(_schemas(path))) > 1
    for records, _ in _schemas(path):
        suffix = records["schema"].removeprefix("#").removeprefix("/$defs/")
        assert records["stream"] == (f"{wanted}_{suffix}" if several else wanted)


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_every_file_is_understood(catalogue: ReportCatalogue, path: Path) -> None:
    """What a file says is what the tap goes by."""
    about = _load(path)["x-report"]
    found = catalogue.find(path.parent.name, path.stem)

    assert found.is_known
    assert about["format"] == found.layout.format.value
    assert about["dates"]["mode"] == found.dates.mode.value
    assert len(about["dates"].get("periods", ())) == len(found.dates.periods)
    assert list(about.get("options", {})) == list(found.options)
    assert [(columns, records["key"]) for records, columns in _schemas(path)] == [
        (records.schema["properties"], list(records.key)) for records in found.records
    ]


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_what_cannot_be_read_is_refused(catalogue: ReportCatalogue, path: Path) -> None:
    """Asking is refused for workbooks and PDFs, and for what Amazon does not offer."""
    found = catalogue.find(path.parent.name, path.stem)
    capture = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_CAPTURE_DATA_"

    assert found.removal or (found.refused is None) == (
        found.layout.format.is_readable and found.report_type != capture
    )
    assert (found.removal is None) == (found.status is not ReportStatus.REMOVED)


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_what_replaced_a_type_is_there(catalogue: ReportCatalogue, path: Path) -> None:
    """Nobody is sent from a type that is gone to another that is."""
    removal = catalogue.find(path.parent.name, path.stem).removal
    for name in removal.replaced_by if removal else ():
        other = catalogue.find(path.parent.name, name)
        assert other.is_known
        assert other.removal is None


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_windows_overlap_only_under_keys(
    catalogue: ReportCatalogue, path: Path
) -> None:
    """A day that is read twice is not there twice."""
    kind = catalogue.find(path.parent.name, path.stem)

    assert kind.has_keys or not kind.overlap_days


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_periods_of_an_array_alone_are_periods(path: Path) -> None:
    """What one report may span for one array is said of periods that the type has."""
    about = _load(path)["x-report"]
    for records in about["records"]:
        for word, longest in records.get("longest", {}).items():
            assert longest >= about["dates"]["periods"][word]


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_names_fit_tables(path: Path) -> None:
    """PostgreSQL has room for 63 bytes in the name of a table."""
    for records, _ in _schemas(path):
        assert len(records["stream"]) <= POSTGRES_NAME
