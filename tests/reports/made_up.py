"""A report type that somebody made up, and its file."""

from __future__ import annotations

from typing import Any

MADE_UP: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "GET_MADE_UP_DATA",
    "description": "One row per thing that somebody made up.",
    "x-report": {
        "service": "selling_partner",
        "report_type": "GET_MADE_UP_DATA",
        "tier": "extended",
        "status": "active",
        "format": "csv",
        "requestable": True,
        "schedulable": False,
        "restricted": False,
        "regional": False,
        "dates": {"mode": "day"},
        "latency_hours": 6,
        "lookback_days": 2,
        "fresh_hours": 12,
        "retention_days": 90,
        "header": {"landmarks": ["Thing", "Price"]},
        "records": [
            {
                "stream": "sp_made_up_data",
                "path": None,
                "key": ["thing", "data_start_time"],
                "unique": True,
                "schema": "#",
            }
        ],
    },
    "type": "object",
    "properties": {
        "thing": {"type": ["string", "null"], "x-name": "Thing"},
        "price": {"type": ["number", "null"], "x-name": "Price"},
    },
}
