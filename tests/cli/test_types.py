"""`amazon-reports types`: which type holds what somebody looks for."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from tap_amazon_reports.cli.command import main
from tap_amazon_reports.reports.questions import QUESTIONS
from tap_amazon_reports.reports.schema_files import CATALOGUE

if TYPE_CHECKING:
    from tap_amazon_reports.reports.report_types import ReportType

GENERIC = [
    kind
    for service in ("selling_partner", "amazon_pay", "appstore")
    for kind in (CATALOGUE.find(service, name) for name in CATALOGUE.known(service))
    if any(list(records.schema["properties"]) == ["row"] for records in kind.records)
]
"""Types whose columns nobody outside Amazon has told."""
READABLE = [
    kind for kind in GENERIC if kind.removal is None and kind.layout.format.is_readable
]


def _types(*words: str) -> Result:
    return CliRunner().invoke(main, ["types", *words])


def _found(*words: str) -> list[str]:
    result = _types(*words, "--json")
    assert 0 == result.exit_code, result.output
    return [found["report_type"] for found in json.loads(result.stdout)]


@pytest.mark.parametrize(
    ("words", "best"),
    [
        ("what did I sell", "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"),
        ("SKU-level orders", "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"),
        ("what is in stock?", "GET_FBA_MYI_ALL_INVENTORY_DATA"),
        ("inventory", "GET_FBA_MYI_ALL_INVENTORY_DATA"),
        ("what was paid out?", "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"),
        ("payout", "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"),
        ("Returns", "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"),
        ("traffic by asin", "GET_SALES_AND_TRAFFIC_REPORT"),
        ("amazon pay refund", "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_"),
        ("appstore", "earnings"),
    ],
)
def test_a_search_begins_with_the_best_answer(words: str, best: str) -> None:
    """Who has never seen Amazon's names finds the type by words of one's own."""
    assert best == _found(words)[0]


def test_words_may_stand_apart() -> None:
    """A search needs no quotes."""
    assert _found("sku-level orders") == _found("sku-level", "orders")


def test_a_column_is_found() -> None:
    """A type is found by what stands in its rows, too."""
    assert "GET_FBA_REIMBURSEMENTS_DATA" in _found("reimbursement_id")


@pytest.mark.parametrize("kind", GENERIC, ids=lambda kind: str(kind.report_type))
def test_a_type_without_columns_says_so(kind: ReportType) -> None:
    """Nobody expects typed columns and finds one object in their place."""
    assert "each row as one object" in _types(kind.report_type).output


@pytest.mark.parametrize("kind", READABLE, ids=lambda kind: str(kind.report_type))
def test_a_type_without_columns_says_why(kind: ReportType) -> None:
    """Its file says that nobody tells its columns, or what stands in the way."""
    assert re.search("one object|No public source", " ".join(kind.notes))


def test_few_types_are_without_columns() -> None:
    """What a public source tells is in the files: the rest is named, and counted."""
    assert 22 >= len(READABLE)


def test_a_search_without_an_answer_says_how_to_go_on() -> None:
    """Nothing found is a sentence and a failure, not an empty table."""
    result = _types("zeppelin")

    assert 1 == result.exit_code
    assert "no known report type matches 'zeppelin'" in result.output
    assert "name it in sp_report_types" in result.output


def test_one_type_is_told_whole() -> None:
    """Windows, reach, options, streams, key and columns are in one answer."""
    about = json.loads(_types("GET_SALES_AND_TRAFFIC_REPORT", "--json").stdout)

    assert "sp_report_types" == about["setting"]
    assert about["windows"].startswith("whole periods: DAY (at most 1")
    assert ["DAY", "WEEK", "MONTH"] == about["options"]["dateGranularity"]["values"]
    assert 730 == about["reach_days"]
    assert [
        "sp_sales_and_traffic_report_by_date",
        "sp_sales_and_traffic_report_by_asin",
    ] == about["streams"]
    assert (
        "number"
        == (
            about["records"][0]["columns"]["sales_by_date_ordered_product_sales_amount"]
        )
    )


def test_one_type_is_found_by_its_stream() -> None:
    """The name of a table leads to its report type."""
    about = json.loads(_types("pay_settlement_data", "--json").stdout)

    assert "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SETTLEMENT_DATA_" == about["report_type"]


def test_the_text_of_one_type_has_all_that_its_json_has() -> None:
    """People see the key, every option, every column and every note."""
    name = "GET_LEDGER_SUMMARY_VIEW_DATA"
    kind = CATALOGUE.find("selling_partner", name)
    text = _types(name).output

    for word in (*kind.options, *kind.notes, *kind.records[0].schema["properties"]):
        assert word in text
    assert f"key: {', '.join(kind.records[0].key)}" in text


@pytest.mark.parametrize("service", ["selling_partner", "amazon_pay", "appstore"])
def test_every_known_type_can_be_told(service: str) -> None:
    """No type's file is one that the command cannot show, as text and as JSON."""
    for name in CATALOGUE.known(service):
        assert 0 == _types(name).exit_code, name
        assert name == json.loads(_types(name, "--json").stdout)["report_type"]


def test_the_list_has_the_usual_types_and_the_questions() -> None:
    """Without a word, what most people want is listed, by question too."""
    text = _types().output

    assert "GET_SALES_AND_TRAFFIC_REPORT" in text
    assert "GET_XML_VAT_INVOICE_DATA_REPORT" not in text
    assert all(asked.question in text for asked in QUESTIONS)
    assert "GET_XML_VAT_INVOICE_DATA_REPORT" in _types("--all").output


def test_questions_name_types_that_are_known() -> None:
    """A question never leads to a type without a file."""
    known = {
        name
        for service in ("selling_partner", "amazon_pay", "appstore")
        for name in CATALOGUE.known(service)
    }

    assert set() == {name for asked in QUESTIONS for name in asked.types} - known


def test_each_usual_type_answers_a_question() -> None:
    """A type that is in common use can be found without knowing its name."""
    answering = {name for asked in QUESTIONS for name in asked.types}
    usual = {*CATALOGUE.core("selling_partner"), *CATALOGUE.core("amazon_pay")}

    assert set() == usual - answering
