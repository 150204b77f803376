"""What Amazon Pay's report types are called, and which of them can be asked for.

Facts (Amazon Pay API v2, Reports, Report types).
"""

from __future__ import annotations

FLAT = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_"
SETTLEMENT = f"{FLAT}SETTLEMENT_DATA_"
SANDBOX_SETTLEMENT = f"{FLAT}SANDBOX_SETTLEMENT_DATA_"
ORDER_REFERENCE = f"{FLAT}ORDER_REFERENCE_DATA_"
BILLING_AGREEMENT = f"{FLAT}BILLING_AGREEMENT_DATA_"
AUTHORIZATION = f"{FLAT}AUTHORIZATION_DATA_"
CAPTURE = f"{FLAT}CAPTURE_DATA_"
REFUND = f"{FLAT}REFUND_DATA_"
MULTI_CURRENCY = "_GET_CSV_CUSTOM_OFFAMAZONPAYMENTS_MULTI_CURRENCY_PAYMENTS_DATA_"

KNOWN = frozenset(
    {
        SETTLEMENT,
        SANDBOX_SETTLEMENT,
        ORDER_REFERENCE,
        BILLING_AGREEMENT,
        AUTHORIZATION,
        CAPTURE,
        REFUND,
        MULTI_CURRENCY,
    }
)
REQUESTABLE = {
    "live": KNOWN - {SETTLEMENT, SANDBOX_SETTLEMENT, CAPTURE},
    "sandbox": frozenset({SANDBOX_SETTLEMENT}),
}
"""By environment: Amazon makes settlements itself, captures are not offered."""

FREQUENCIES = frozenset(
    [
        "PT5M",
        "PT15M",
        "PT30M",
        "PT1H",
        "PT2H",
        "PT4H",
        "PT8H",
        "PT12H",
        "PT84H",
        "P1D",
        "P2D",
        "P3D",
        "P7D",
        "P14D",
        "P15D",
        "P18D",
        "P30D",
    ]
)
STATUSES = frozenset({"IN_PROGRESS", "COMPLETED", "FAILED", "CANCELLED"})
