"""What can be wrong with what a document says, when its bytes are sound."""

from __future__ import annotations

from tap_amazon_reports.amazon.errors import AmazonError

__all__ = ["NotATableError"]

_SENTENCE_CHARACTERS = 300


class NotATableError(AmazonError):
    """A report that Amazon calls finished, and that holds a sentence, not a table.

    Attributes:
        sentence: what the document says: one line, at most 300 characters.
    """

    def __init__(self, text: str) -> None:
        """Quote `text`, made one line and cut to 300 characters."""
        self.sentence = " ".join(text.split())[:_SENTENCE_CHARACTERS]
        super().__init__(f"the document holds no table, but says: {self.sentence}")
