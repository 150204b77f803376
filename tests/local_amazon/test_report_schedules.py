"""Schedules of the Selling Partner API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local_amazon import LocalAmazon
    from tests.local_amazon.callers import Seller

US = "ATVPDKIKX0DER"
SCHEDULES = "/reports/2021-06-30/schedules"
INVENTORY = "GET_AFN_INVENTORY_DATA"
BODY: dict[str, Any] = {"reportType": INVENTORY, "marketplaceIds": [US]}


def test_schedules_live_and_end(amazon: LocalAmazon, seller: Seller) -> None:
    """A schedule is made, replaced by one of the same subject, read and cancelled."""
    body = {**BODY, "period": "P1D"}
    first = seller.call("POST", SCHEDULES, json=body)
    second = seller.call("POST", SCHEDULES, json={**body, "period": "PT12H"})
    schedule_id = second.json()["reportScheduleId"]
    listed = seller.get("/schedules", f"reportTypes={INVENTORY}").json()
    one = seller.get(f"/schedules/{schedule_id}").json()
    ended = seller.call("DELETE", f"{SCHEDULES}/{schedule_id}")

    assert (201, 201, 200) == (
        first.status_code,
        second.status_code,
        ended.status_code,
    )
    assert ([one], "PT12H") == (listed["reportSchedules"], one["period"])
    assert 3 == len(amazon.selling_partner.schedules)
    assert 404 == seller.get(f"/schedules/{schedule_id}").status_code


@pytest.mark.parametrize("changes", [{"period": "P5D"}, {"period": None}])
def test_wrong_schedules_are_refused(
    amazon: LocalAmazon, seller: Seller, changes: dict[str, Any]
) -> None:
    """Only the documented periods are taken."""
    body = {**BODY, "period": "P1D", **changes}
    answer = seller.call("POST", SCHEDULES, json=body)

    assert (400, 1) == (answer.status_code, len(amazon.refused))
