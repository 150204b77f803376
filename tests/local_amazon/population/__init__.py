"""What an ordinary account holds, counted back from a given moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.local_amazon.marketplaces import BY_COUNTRY, SELLS_IN
from tests.report_types import SETTLEMENT

from .appstore import fill_appstore
from .collected import fill_collected
from .pay import fill_pay
from .selling_partner import fill_selling_partner

if TYPE_CHECKING:
    from datetime import datetime

    from tests.local_amazon.appstore.models import Appstore
    from tests.local_amazon.pay.models import Pay
    from tests.local_amazon.selling_partner.models import SellingPartner


def populate(
    appstore: Appstore, selling_partner: SellingPartner, pay: Pay, *, now: datetime
) -> None:
    """Fill all the services; the same `now` makes the same holdings."""
    fill_appstore(appstore, now)
    fill_selling_partner(selling_partner, now)
    fill_collected(selling_partner, now, [SETTLEMENT])
    currency = BY_COUNTRY[SELLS_IN[selling_partner.region][0]].currency
    fill_pay(pay, now, currency)
