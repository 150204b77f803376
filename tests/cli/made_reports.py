"""Reports that `amazon-reports` creates, and how they come to their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.running import Commands


def create(amazon_reports: Commands, *words: str) -> str:
    """Create a report without being asked; return its id."""
    called = amazon_reports("reports", "create", *words, "--yes", "--json")
    assert 0 == called.status, called.err
    return str(called.json["reportId"])


def ripen(amazon_reports: Commands, report_id: str, *service: str) -> None:
    """Look at a report until it is done, or COMPLETED as Amazon Pay says it."""
    for _ in range(5):
        amazon_reports.clock.advance(hours=1)
        called = amazon_reports("reports", "get", report_id, *service, "--json")
        if called.json["processingStatus"] in {"DONE", "COMPLETED"}:
            return
    pytest.fail(f"report {report_id} is never done: {called.json}")
