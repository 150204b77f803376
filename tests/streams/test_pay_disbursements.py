"""What Amazon Pay paid out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.local_amazon.moments import milliseconds
from tests.tap_run import number, spelled, sync

if TYPE_CHECKING:
    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon

STREAM = "pay_disbursements"


def _utc(text: str) -> str:
    """Return a moment with milliseconds as the tap writes it: none if they are 0."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    return f"{whole}Z" if fraction == "000" else f"{whole}.{fraction}000Z"


def _row(payout: dict[str, Any]) -> dict[str, Any]:
    return {
        "settlement_id": payout["settlementId"],
        "amazon_disbursement_reference_id": payout["amazonDisbursementReferenceId"],
        "seller_id": payout["sellerId"],
        "amount": number(payout["amount"]),
        "currency_code": payout["currencyCode"],
        "transaction_time": _utc(payout["transactionTime"]),
        "_extra": None,
    }


def _in_time(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: str(row["amazon_disbursement_reference_id"]))


def test_every_payout_arrives(amazon: LocalAmazon, clock: ScriptedClock) -> None:
    """Each payout is one row, its amount with every digit that Amazon wrote."""
    output = sync(amazon.settings(), clock=clock, only=[STREAM])
    expected = [_row(payout) for payout in amazon.pay.disbursements]

    assert 0 == output.status
    assert spelled(_in_time(expected)) == spelled(_in_time(output.records(STREAM)))
    assert len(expected) == len(output.rows())
    assert '"amount":12345678901234.57,' in output.text
    assert '"amount":1000.50,' in output.text
    assert ([], []) == (amazon.refused, amazon.throttled)


def test_a_second_run_adds_no_keys(amazon: LocalAmazon, clock: ScriptedClock) -> None:
    """A run right after the first reads the look-back again, and nothing new."""
    first = sync(amazon.settings(), clock=clock, only=[STREAM])
    second = sync(amazon.settings(), clock=clock, only=[STREAM], state=first.state)

    assert second.rows().keys() <= first.rows().keys()
    assert 0 < len(second.rows()) < 10
    assert ([], []) == (amazon.refused, amazon.throttled)


def test_a_payout_that_is_booked_late_is_read(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """What appears behind the bookmark, within the look-back, is found."""
    first = sync(amazon.settings(), clock=clock, only=[STREAM])
    late = {
        **amazon.pay.disbursements[0],
        "amazonDisbursementReferenceId": "LATE",
        "transactionTime": milliseconds(clock.now() - timedelta(days=6)),
    }
    amazon.pay.disbursements.append(late)
    second = sync(amazon.settings(), clock=clock, only=[STREAM], state=first.state)

    assert _row(late) in second.records(STREAM)


def test_pages_are_followed_to_the_last(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """More payouts than a page holds all arrive, each once."""
    pattern = amazon.pay.disbursements[-1]
    amazon.pay.disbursements += [
        {**pattern, "amazonDisbursementReferenceId": f"MANY{n}"} for n in range(250)
    ]
    held = len(amazon.pay.disbursements)
    output = sync(amazon.settings(), clock=clock, only=[STREAM])

    assert 250 < held == len(output.records(STREAM)) == len(output.rows())
    assert ([], []) == (amazon.refused, amazon.throttled)


def test_a_payout_without_a_settlement_is_kept(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """A key that Amazon leaves out is a word, never null."""
    amazon.pay.disbursements.append(
        {**amazon.pay.disbursements[-1], "settlementId": None}
    )
    output = sync(amazon.settings(), clock=clock, only=[STREAM])

    assert ["Unknown"] == [
        row["settlement_id"]
        for row in output.records(STREAM)
        if not row["settlement_id"].startswith("0")
    ]


def test_payouts_that_share_a_key_are_told(
    amazon: LocalAmazon, clock: ScriptedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A table that is updated by key keeps one of them: that is no secret."""
    pattern = amazon.pay.disbursements[-1]
    without = {"settlementId": None, "amazonDisbursementReferenceId": None}
    payouts = [{**pattern, **without, "amount": amount} for amount in (1, 2, 3)]
    amazon.pay.disbursements[:] = [pattern, *payouts]
    output = sync(amazon.settings(), clock=clock, only=[STREAM])
    told = [one.message for one in caplog.records if "share" in one.message]

    assert (0, 4) == (output.status, len(output.records(STREAM)))
    assert [f"{STREAM}: 2 payouts share the key of another"] == [
        line.partition(",")[0] for line in told
    ]


@pytest.mark.parametrize("amount", ["1.234,56", "many", True, ["1"]])
def test_an_amount_that_does_not_fit_is_kept(
    amazon: LocalAmazon, clock: ScriptedClock, amount: object
) -> None:
    """An amount that is no number is null, and stands in `_extra` as it was."""
    payout = {**amazon.pay.disbursements[-1], "amount": amount}
    amazon.pay.disbursements[:] = [payout]
    (row,) = sync(amazon.settings(), clock=clock, only=[STREAM]).records(STREAM)

    assert row["amount"] is None
    assert ["amount"] == list(row["_extra"])
    assert str(amount).strip("[']").lower() in row["_extra"]["amount"].lower()
