"""What a tap has to be told to read the local Amazon."""

from __future__ import annotations

import json
import shlex
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from .marketplaces import SELLS_IN
from .pay.models import merchant_key_pem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .lwa.models import LoginWithAmazon
    from .pay.models import Pay

HISTORY_DAYS = 100
PAY_REGIONS = {"na": "na", "eu": "eu", "fe": "jp"}
"""What Amazon Pay calls the regions (Amazon Pay API v2, Endpoints)."""
PREFIX = "TAP_AMAZON_REPORTS_"


def tap_settings(
    url: str, *, lwa: LoginWithAmazon, pay: Pay, now: datetime, region: str
) -> dict[str, Any]:
    """Return the settings for all three services below `url`, in a region."""
    start = now - timedelta(days=HISTORY_DAYS)
    return {
        "start_date": start.strftime("%Y-%m-%dT00:00:00Z"),
        "appstore_client_id": lwa.appstore_client[0],
        "appstore_client_secret": lwa.appstore_client[1],
        "sp_client_id": lwa.sp_client[0],
        "sp_client_secret": lwa.sp_client[1],
        "sp_refresh_token": lwa.refresh_token,
        "sp_marketplaces": list(SELLS_IN[region]),
        "sp_order_metrics": [
            {"granularity": "Day"},
            {"granularity": "Hour"},
            {
                "granularity": "Week",
                "buyer_type": "B2B",
                "first_day_of_week": "Sunday",
            },
        ],
        "pay_public_key_id": pay.live_key_id,
        "pay_private_key": merchant_key_pem(),
        "pay_region": PAY_REGIONS[region],
        "lwa_token_url": f"{url}/lwa/auth/o2/token",
        "appstore_base_url": f"{url}/appstore",
        "sp_base_url": f"{url}/sp",
        "pay_base_url": f"{url}/pay",
    }


def environment_lines(settings: Mapping[str, Any]) -> Iterator[str]:
    """Yield one assignment for each setting, quoted for a shell or an .env file."""
    for name, value in settings.items():
        text = value if isinstance(value, str) else json.dumps(value)
        yield f"{PREFIX}{name.upper()}={shlex.quote(text)}"
