"""What the tables of the demo must agree on, as SQL of DuckDB.

Each query returns two numbers: how many cases there are, and how many agree.
"""

from __future__ import annotations

from typing import NamedTuple


class Join(NamedTuple):
    """One thing that several tables tell.

    Attributes:
        cases: what is counted, in the plural.
        agree: what those that agree do.
        query: of the two numbers.
    """

    cases: str
    agree: str
    query: str


JOINS = (
    Join(
        "settlements",
        "add up to their deposit",
        """
        WITH deposits AS (
            SELECT settlement_id, max(total_amount) AS amount
            FROM sp_v2_settlement_report_data_flat_file_v2
            WHERE total_amount IS NOT NULL GROUP BY 1
        ), lines AS (
            SELECT settlement_id, sum(amount) AS amount
            FROM sp_v2_settlement_report_data_flat_file_v2
            WHERE total_amount IS NULL GROUP BY 1
        )
        SELECT count(*),
            count(*) FILTER (abs(deposits.amount - lines.amount) < 0.005)
        FROM deposits LEFT JOIN lines USING (settlement_id)
        """,
    ),
    Join(
        "lines of settlements",
        "have the price of their order",
        """
        SELECT count(*), count(*) FILTER (settled.amount = ordered.item_price)
        FROM sp_v2_settlement_report_data_flat_file_v2 AS settled
        JOIN sp_flat_file_all_orders_data_by_last_update_general AS ordered
            ON ordered.amazon_order_id = settled.order_id
            AND ordered.order_item_id = settled.order_item_code
        WHERE settled.transaction_type = 'Order'
            AND settled.amount_description = 'Principal'
        """,
    ),
    Join(
        "days of sales",
        "are the sum of their orders",
        """
        WITH shops (marketplace_id, sales_channel) AS (
            VALUES ('ATVPDKIKX0DER', 'Amazon.com'), ('A2EUQ1WTGCTBG2', 'Amazon.ca')
        ), days AS (
            SELECT metrics.interval_start, shops.sales_channel,
                max(metrics.total_sales_amount) AS told,
                sum(ordered.item_price) AS summed
            FROM sp_order_metrics AS metrics
            JOIN shops USING (marketplace_id)
            LEFT JOIN sp_flat_file_all_orders_data_by_last_update_general AS ordered
                ON ordered.sales_channel = shops.sales_channel
                AND ordered.purchase_date >= metrics.interval_start
                AND ordered.purchase_date < metrics.interval_end
                AND ordered.order_status NOT IN ('Pending', 'Cancelled')
            WHERE metrics.granularity = 'Day' AND metrics.interval_start >= (
                SELECT min(data_start_time)
                FROM sp_flat_file_all_orders_data_by_last_update_general
            )
            GROUP BY ALL
        )
        SELECT count(*), count(*) FILTER (abs(told - coalesce(summed, 0)) < 0.005)
        FROM days
        """,
    ),
    Join(
        "settlements of Amazon Pay",
        "are what was disbursed",
        """
        WITH lines AS (
            SELECT settlement_id, sum(net_transaction_amount) AS amount
            FROM pay_settlement_data
            WHERE transaction_type <> 'Transfer' GROUP BY 1
        ), paid AS (
            SELECT settlement_id, sum(amount) AS amount
            FROM pay_disbursements GROUP BY 1
        )
        SELECT count(*), count(*) FILTER (abs(lines.amount - paid.amount) < 0.005)
        FROM lines LEFT JOIN paid USING (settlement_id)
        """,
    ),
)


def sentence(join: Join, cases: int, agreeing: int) -> str:
    """Return what is printed: `all 14 settlements add up to their deposit`."""
    if cases == agreeing:
        return f"all {cases} {join.cases} {join.agree}"
    return f"{agreeing} of {cases} {join.cases} {join.agree}"
