"""What is inside the reports: every family in its real shape."""

from __future__ import annotations

from .content import Document, ExpectedRow
from .families import Ending, Families, fatal, sentence
from .presentation import Presentation

__all__ = [
    "Document",
    "Ending",
    "ExpectedRow",
    "Families",
    "Presentation",
    "fatal",
    "sentence",
]
