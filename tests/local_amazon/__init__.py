"""A small, strict Amazon on loopback: all the services that the tap talks to."""

from __future__ import annotations

from .appstore.models import AnswerStyle, AppstoreFile, Member
from .faults import (
    Altered,
    BadJson,
    ConnectionLost,
    CutShort,
    ExpiredToken,
    Redirect,
    Silent,
    Slow,
    Status,
    Trickling,
)
from .journal import Seen
from .local import LocalAmazon
from .quota import UsagePlan
from .ripening import STUCK, ByLooks, BySeconds, Outcome
from .selling_partner.sales import expected_metrics
from .storage.models import StoredObject

__all__ = [
    "STUCK",
    "Altered",
    "AnswerStyle",
    "AppstoreFile",
    "BadJson",
    "ByLooks",
    "BySeconds",
    "ConnectionLost",
    "CutShort",
    "ExpiredToken",
    "LocalAmazon",
    "Member",
    "Outcome",
    "Redirect",
    "Seen",
    "Silent",
    "Slow",
    "Status",
    "StoredObject",
    "Trickling",
    "UsagePlan",
    "expected_metrics",
]
