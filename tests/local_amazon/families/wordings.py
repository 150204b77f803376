"""In which words a FATAL report says why: its document's `errorDetails`.

Facts (what users met: amzn/selling-partner-api-models issues 4701 and 5210;
amzn/selling-partner-api-docs issue 1264; airbytehq/airbyte pull requests 42052 and
85294, read 2026-11-25): wordings vary, and "not yet" has several.
"""

from __future__ import annotations

NOT_YET = (
    "Report data is not yet available. Please try again later.",
    "The data for the requested date range is not available yet.",
    "The report is currently unavailable.",
    "Report generation failed, please try again later.",
)
"""What a report says when its data is not there yet."""
FOR_GOOD = (
    "This report encountered a client error in its parameters.",
    "The start and end date must be the same day for the DAY period.",
    "Vendor group rights or permissions are missing.",
    "The user inputs are invalid.",
)
"""What a report says when asking again would change nothing."""
