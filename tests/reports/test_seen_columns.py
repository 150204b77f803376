"""Columns that real files have, each in the table and none of them left over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_amazon_reports.documents.column_names import normalise
from tap_amazon_reports.documents.objects import ObjectReader
from tap_amazon_reports.documents.typed import column_names
from tests.reports.type_documents import CATALOGUE, read, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_amazon_reports.reports.report_types import ReportType

_ADDRESS = ["address-name", "address-field-1", "address-field-2", "city", "country"]
_ORDERS = [
    *("is-ispu-order", "is-pickup-point-order", "buyer-tax-registration-id"),
    *(
        f"{which}-ship-from-{part}"
        for which in ("default", "actual")
        for part in (*_ADDRESS, "postal-code")
    ),
]
_UNSHIPPED = [
    *("payment-method-details", "number-of-items", "ship-service-name"),
    *("address-type", "customized-url", "customized-page", "is-premium-order"),
    *("is-replacement-order", "is-exchange-order", "is-transparency"),
    *(f"default-ship-from-{part}" for part in (*_ADDRESS, "state", "postal-code")),
    *("is-ispu-order", "is-buyer-requested-cancellation", "tax-collection-model"),
    *("tax-collection-responsible-party", "verge-of-cancellation"),
    *("verge-of-lateShipment", "signature-confirmation-recommended", "is-iba"),
]
_PLANNING = [
    *("quantity-to-be-charged-ais-366-455-days", "estimated-ais-366-455-days"),
    *("quantity-to-be-charged-ais-456-plus-days", "estimated-ais-456-plus-days"),
    "Exempted from Low-Inventory-Level fee?",
    "Low-Inventory-Level fee applied in current week?",
    *("supplier", "is-seasonal-in-next-3-months", "season-name", "fc-transfer"),
    *("season-start-date", "season-end-date", "Reserved Staging"),
    "Fulfillment Service and Programs",
]
_CANCELLED = [
    *("Business Price", "Quantity Price Type", "Progressive Price Type"),
    *(f"Quantity {what} {n}" for n in range(1, 6) for what in ("Lower Bound", "Price")),
    *(
        f"Progressive {what} {n}"
        for n in range(1, 4)
        for what in ("Lower Bound", "Price")
    ),
]
_STOCK = ["afn-fc-transfer-quantity", "afn-onhand-buyable-quantity"]
SEEN = {
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL": _ORDERS,
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL": _ORDERS,
    "GET_FLAT_FILE_ACTIONABLE_ORDER_DATA_SHIPPING": _UNSHIPPED,
    "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING": ["sales-channel"],
    "GET_FBA_INVENTORY_PLANNING_DATA": _PLANNING,
    "GET_FBA_STORAGE_FEE_CHARGES_DATA": [
        *("sku", "avg_qty_for_sus", "est_vol_for_sus", "est_base_msf", "est_sus")
    ],
    "GET_FBA_MYI_ALL_INVENTORY_DATA": _STOCK,
    "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA": _STOCK,
    "GET_RESERVED_INVENTORY_DATA": ["reserved_staging"],
    "GET_MERCHANT_CANCELLED_LISTINGS_DATA": _CANCELLED,
    "GST_MTR_B2B": ["Shipping Cess Tax Amount"],
}
"""By type, headers that comparison with real files of 2025 and 2026 showed."""

CELLS = {
    "date-time": "2026-11-25T16:19:39+00:00",
    "date": "2026-11-25",
    "number": "1",
    "integer": "1",
    "boolean": "true",
}


def _cell(kind: ReportType, header: str) -> str:
    """Return what fits the column of a header, or any text where there is none."""
    for column, spec in kind.layout.records[0].schema["properties"].items():
        if normalise(header) in map(normalise, column_names(column, spec)):
            return CELLS.get(spec.get("format", spec["type"][0]), "text")
    return "text"


def _keys(kind: ReportType) -> list[str]:
    (records,) = kind.layout.records
    properties = records.schema["properties"]
    return [properties[key].get("x-name", key) for key in records.key]


def _read(
    name: str, line: Sequence[str], *, country: str | None = None
) -> tuple[dict[str, object], dict[str, str]]:
    kind = CATALOGUE.find("selling_partner", name)
    line = list(dict.fromkeys([*_keys(kind), *line]))
    cells = [_cell(kind, header) for header in line]
    rows, extras = read(kind, table(kind, line, cells), country=country)
    return rows[0], extras[0]


@pytest.mark.parametrize("name", SEEN)
def test_columns_of_real_files_are_columns_of_the_table(name: str) -> None:
    """What sellers see in their files is a column of its own, and not in `_extra`."""
    row, extra = _read(name, SEEN[name])

    assert {} == extra
    assert len(SEEN[name]) <= sum(value is not None for value in row.values())


@pytest.mark.parametrize(
    ("count", "status"),
    [
        ("lateShipmentCount", "accountHealthRatingStatus"),
        ("defectsCount", "ahrStatus"),
    ],
)
def test_two_names_of_one_thing_are_one_column(count: str, status: str) -> None:
    """Amazon's example and its schema disagree: either fills the same columns."""
    kind = CATALOGUE.find("selling_partner", "GET_V2_SELLER_PERFORMANCE_REPORT")
    schema = kind.layout.records[1].schema
    reader = ObjectReader(schema, conventions=kind.layout.conventions("US"))
    rating = {status: "GREAT", "ahrScore": "900"}
    values, extra = reader.read(
        {"accountHealthRating": rating, "lateShipmentRate": {count: 2}}
    )

    assert {} == extra
    assert (2, "GREAT", 900) == (
        values["late_shipment_rate_late_shipment_count"],
        values["account_health_rating_account_health_rating_status"],
        values["account_health_rating_ahr_score"],
    )


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2015-12-02T04:15:26+00:00", "2015-12-02T04:15:26Z"),
        ("2023-01-03 10:00:00 UTC", "2023-01-03T10:00:00Z"),
    ],
)
def test_lines_of_the_first_settlement_layout_have_moments(
    text: str, moment: str
) -> None:
    """`posted-date` is when it was posted, to the second, and no day."""
    kind = CATALOGUE.find("selling_partner", "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE")
    rows, extras = read(
        kind, table(kind, ["settlement-id", "posted-date"], ["1", text])
    )

    assert (moment, {}) == (rows[0]["posted_date"], extras[0])


@pytest.mark.parametrize(
    "name", ["GST_MTR_B2B", "GST_MTR_B2C", "GET_GST_MTR_B2B_CUSTOM"]
)
def test_times_of_indias_tax_reports_are_indias(name: str) -> None:
    """A time without a zone is that of India, five and a half hours ahead of UTC."""
    kind = CATALOGUE.find("selling_partner", name)
    line = [*_keys(kind), "Order Date"]
    cells = ["x"] * len(_keys(kind)) + ["2026-11-25 21:49:39"]
    rows, extras = read(kind, table(kind, line, cells), country="IN")

    assert ("2026-11-25T16:19:39Z", {}) == (rows[0]["order_date"], extras[0])


@pytest.mark.parametrize("lines", [5, 7])
def test_prose_before_the_header_is_no_row(lines: int) -> None:
    """Transactions of a date range begin with some lines for people."""
    kind = CATALOGUE.find(
        "selling_partner", "GET_DATE_RANGE_FINANCIAL_TRANSACTION_DATA"
    )
    prose = [["Includes Amazon Marketplace transactions, and others"]] * lines
    header = ["date/time", "settlement id", "type", "order id", "total"]
    cells = ["Nov 25, 2026 8:19:39 AM PST", "1", "Order", "2", "-1,052.64"]
    rows, extras = read(kind, table(kind, *prose, header, cells), country="US")

    assert [{}] == extras
    assert ("2026-11-25T16:19:39Z", "-1052.64") == (
        rows[0]["date_time"],
        str(rows[0]["total"]),
    )


def test_attributes_of_a_browse_node_are_told_with_their_names() -> None:
    """Each value has its name at the same place, and the node says how many."""
    kind = CATALOGUE.find("selling_partner", "GET_XML_BROWSE_TREE_DATA")
    document = (
        b'<?xml version="1.0"?><Result><Node><browseNodeId>1</browseNodeId>'
        b'<browseNodeAttributes count="2"><attribute name="item_type">spoon</attribute>'
        b'<attribute name="material">steel</attribute></browseNodeAttributes>'
        b"</Node></Result>"
    )
    rows, extras = read(kind, document)

    assert [{}] == extras
    assert (["spoon", "steel"], ["item_type", "material"], 2) == (
        rows[0]["browse_node_attributes_attribute"],
        rows[0]["browse_node_attributes_attribute_name"],
        rows[0]["browse_node_attributes_count"],
    )


def test_what_an_item_costs_is_rows_of_its_own() -> None:
    """Several prices and fees of one item keep their types, amounts and currencies."""
    kind = CATALOGUE.find("selling_partner", "GET_ORDER_REPORT_DATA_SHIPPING")
    part = "<{0}><Type>{1}</Type><Amount currency='USD'>{2}</Amount></{0}>"
    prices = part.format("Component", "Principal", "15.50")
    prices += part.format("Component", "Shipping", "3.99")
    fees = part.format("Fee", "Commission", "-2.33")
    document = (
        "<AmazonEnvelope><Header/><MessageType>OrderReport</MessageType><Message>"
        "<OrderReport><AmazonOrderID>1</AmazonOrderID><Item>"
        f"<AmazonOrderItemCode>2</AmazonOrderItemCode><ItemPrice>{prices}</ItemPrice>"
        f"<ItemFees>{fees}</ItemFees></Item></OrderReport></Message></AmazonEnvelope>"
    )
    rows, extras = read(kind, document.encode())

    assert [{}] * 5 == extras
    assert [
        ("Principal", "15.50", "USD"),
        ("Shipping", "3.99", "USD"),
        ("Commission", "-2.33", "USD"),
    ] == [
        (row["type"], str(row["amount"]), row["amount_currency"])
        for row in rows
        if "amount" in row
    ]
