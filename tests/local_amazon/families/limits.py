"""What Amazon refuses to make, and in which words.

Facts (threads of github.com/amzn/selling-partner-api-models on FATAL reports, 2021 to
2026): FATAL with `errorDetails` for windows that are no exact periods or too long, and
for data that is not there yet; a sentence in a DONE document for order reports of more
than thirty days.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from .periods import period_around, period_word, periods_of

if TYPE_CHECKING:
    from .asked import Asked

TRAVEL = timedelta(seconds=90)
TOO_LONG = "The date range of this report cannot be longer than {days} days."
STRICT = ("BRAND_ANALYTICS", "VENDOR", "END_USER")
ONE_MARKETPLACE = (*STRICT, "SALES_AND_TRAFFIC")
NOT_YET = "Report data is not yet available. Please try again later."
RIPE_AFTER = timedelta(hours=24)
"""How long after a period's end its data is there; often it takes longer."""


def refusal(asked: Asked) -> str | None:
    """Return why Amazon cannot make this report; None if it can."""
    countries = asked.layout.countries
    if countries and not any(one.country in countries for one in asked.marketplaces):
        return f"{asked.layout.report_type} is not available in this marketplace."
    only_one = any(word in asked.layout.report_type for word in ONE_MARKETPLACE)
    if only_one and len(asked.marketplaces) > 1:
        return "This report takes exactly one marketplace."
    if asked.layout.mode == "period":
        return _period_refusal(asked)
    if asked.layout.mode == "hours":
        hours = asked.layout.about["dates"]["longest_hours"]
        if asked.end - asked.start > timedelta(hours=hours) + TRAVEL:
            return f"The window cannot be longer than {hours} hours."
    return _span_refusal(asked)


def is_sentence(asked: Asked) -> bool:
    """Tell whether the refusal comes as a DONE document that holds a sentence."""
    return asked.layout.format == "tsv" and "ORDER" in asked.layout.report_type


def _span_refusal(asked: Asked) -> str | None:
    days = asked.layout.about["dates"].get("longest_days")
    if asked.layout.mode != "window" or days is None:
        return None
    if asked.end - asked.start <= timedelta(days=days) + TRAVEL:
        return None
    return TOO_LONG.format(days=days)


def _period_refusal(asked: Asked) -> str | None:
    if not any(word in asked.layout.report_type for word in STRICT):
        return None
    word = period_word(asked.layout, asked.options)
    first, last = asked.start.date(), asked.end.date()
    if (
        period_around(first, word).first != first
        or period_around(last, word).last != last
    ):
        return f"start and end must be the first and the last day of a {word}."
    at_most = asked.layout.about["dates"].get("periods", {}).get(word)
    if at_most is None:
        return f"reportPeriod {word} is not supported."
    if sum(1 for _ in periods_of(asked)) > at_most:
        return f"start and end must be at most {at_most} of {word} apart."
    if period_around(last, word).close + RIPE_AFTER > asked.at:
        return NOT_YET
    return None
