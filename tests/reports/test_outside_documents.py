"""Documents in the shapes that public sources show, read by the types' files."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tap_amazon_reports.documents.container import members
from tap_amazon_reports.documents.document_rows import DocumentRows
from tests.reports.type_documents import CATALOGUE, read

ALL_ORDERS = "GET_XML_ALL_ORDERS_DATA_BY_{}_GENERAL"
ENVELOPE = """<?xml version="1.0" encoding="ISO-8859-1"?>
<AmazonEnvelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <Header><DocumentVersion>1.00</DocumentVersion></Header>
  <MessageType>AllOrdersReport</MessageType>
  <Message><Order>
    <AmazonOrderID>111-0000000-0000001</AmazonOrderID>
    <PurchaseDate>2026-10-30T20:06:06+00:00</PurchaseDate>
    <LastUpdatedDate>2026-10-30T21:06:11+00:00</LastUpdatedDate>
    <OrderStatus>Pending</OrderStatus>
    <SalesChannel>Amazon.com</SalesChannel>
    <FulfillmentData>
      <FulfillmentChannel>Merchant</FulfillmentChannel>
      <ShipServiceLevel>Standard</ShipServiceLevel>
      <Address>
        <City>SOMEWHERE</City><State>FL</State><PostalCode>00010-0001</PostalCode>
        <Country>US</Country>
      </Address>
    </FulfillmentData>
    <IsBusinessOrder>false</IsBusinessOrder>
    <OrderItem>
      <ASIN>B000000001</ASIN><SKU>0001</SKU><ItemStatus>Unshipped</ItemStatus>
      <ProductName>Spoon &amp; fork</ProductName><Quantity>2</Quantity>
      <ItemPrice>
        <Component>
          <Type>Principal</Type><Amount currency="USD">15.50</Amount>
        </Component>
        <Component><Type>GiftWrap</Type><Amount currency="USD">0.0</Amount></Component>
      </ItemPrice>
      <Promotion>
        <PromotionIDs>US Core Free Shipping</PromotionIDs>
        <ShipPromotionDiscount>3.99</ShipPromotionDiscount>
      </Promotion>
    </OrderItem>
    <OrderItem>
      <ASIN>B000000002</ASIN><SKU>0002</SKU><Quantity>1</Quantity>
      <ItemPrice>
        <Component>
          <Type>Principal</Type><Amount currency="USD">24.99</Amount>
        </Component>
      </ItemPrice>
    </OrderItem>
  </Order></Message>
</AmazonEnvelope>
"""
EPR = (
    "report_period_start",
    "report_period_end",
    "asin",
    "amazon_marketplace",
    "ship_to_country_code",
    "epr_category",
    "units_per_asin",
    "paper_kg",
)
EPR_CELLS = (
    *("2026-09-01", "2026-09-30", "B000000001", "Amazon.de", "DE", "PACKAGING"),
    *("12", "0.125"),
)


def _rows(name: str, document: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a document by the end of the stream's name."""
    kind = CATALOGUE.find("selling_partner", name)
    rows = DocumentRows(kind.layout, country="US")
    found: dict[str, list[dict[str, Any]]] = {}
    for part in rows.blocks(members([document.encode()]), content_type="text/xml"):
        assert not part.extras
        suffix = part.records.stream.rpartition("_general_")[2]
        found.setdefault(suffix, []).extend(part.block.rows())
    return found


@pytest.mark.parametrize("by", ["LAST_UPDATE", "ORDER_DATE"])
def test_all_orders_in_xml_are_four_tables(by: str) -> None:
    """Orders, items, what an item costs in parts, and promotions, to be joined."""
    rows = _rows(ALL_ORDERS.format(by), ENVELOPE)

    (order,) = rows["orders"]
    assert ("111-0000000-0000001", "00010-0001", False) == (
        order["amazon_order_id"],
        order["fulfillment_data_address_postal_code"],
        order["is_business_order"],
    )
    assert "2026-10-30T21:06:11Z" == order["last_updated_date"]
    assert [("0001", "Spoon & fork", 2), ("0002", None, 1)] == [
        (one["sku"], one["product_name"], one["quantity"]) for one in rows["items"]
    ]
    assert [
        ("0001", "Principal", Decimal("15.50"), "USD"),
        ("0001", "GiftWrap", Decimal("0.0"), "USD"),
        ("0002", "Principal", Decimal("24.99"), "USD"),
    ] == [
        (one["sku"], one["type"], one["amount"], one["amount_currency"])
        for one in rows["item_prices"]
    ]
    (promotion,) = rows["promotions"]
    assert ("0001", Decimal("3.99"), None) == (
        promotion["sku"],
        promotion["ship_promotion_discount"],
        promotion["item_promotion_discount"],
    )
    assert {"111-0000000-0000001"} == {
        row["amazon_order_id"] for found in rows.values() for row in found
    }


@pytest.mark.parametrize("between", [",", "\t"])
def test_what_amazon_calls_comma_separated_may_have_tabs(between: str) -> None:
    """The first line says which of the two it is; no cell is read as a part of one."""
    kind = CATALOGUE.find("selling_partner", "GET_EPR_MONTHLY_REPORTS")
    lines = (("seller", *EPR), ("A1", *EPR_CELLS))
    rows, extras = read(kind, "\r\n".join(map(between.join, lines)).encode())

    assert [("B000000001", 12, Decimal("0.125"), "2026-09-30")] == [
        (row["asin"], row["units_per_asin"], row["paper_kg"], row["report_period_end"])
        for row in rows
    ]
    assert [{"seller": "A1"}] == extras
