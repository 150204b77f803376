"""What can be wrong with what a document says, when its bytes are sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.counted import counted
from tap_amazon_reports.amazon.errors import AmazonError, DocumentDamagedError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "MissingColumnError",
    "NotATableError",
    "UnreadableFormatError",
    "no_table",
]

_SENTENCE_CHARACTERS = 300


class NotATableError(AmazonError):
    """A report that Amazon calls finished, and that holds a sentence, not a table.

    Attributes:
        sentence: what the document says: one line, at most 300 characters. It may be
            a row, with a buyer's name in it, so that it is not printed.
    """

    def __init__(self, text: str) -> None:
        """Keep `text`, made one line and cut to 300 characters."""
        self.sentence = " ".join(text.split())[:_SENTENCE_CHARACTERS]
        super().__init__(
            "the document is not a table, but a text: it begins with"
            f" {counted(len(self.sentence.split()), 'word')} and no column of the"
            " report type; look at it with `amazon-reports reports fetch`"
        )


class UnreadableFormatError(AmazonError):
    """A document of a format in which the tap finds no rows."""

    def __init__(self, what: str) -> None:
        """Say what it is, with its article."""
        super().__init__(
            f"the document is {what}, which this tap cannot read: fetch the file with"
            " `amazon-reports reports fetch`, and remove its type from the settings"
        )


class MissingColumnError(AmazonError):
    """A table without a column that tells its rows apart.

    Its header may be in a language that nobody has recorded, or be no header: so no
    name that was found is quoted.

    Attributes:
        names: Amazon's names of the columns that are missing.
        found: how many columns the header has.
    """

    def __init__(self, names: Sequence[str], *, found: int) -> None:
        """Name what is missing."""
        self.names = tuple(names)
        self.found = found
        missing = ", ".join(f"`{name}`" for name in names)
        super().__init__(
            f"the header has no column for {missing} (found"
            f" {counted(found, 'column')}), so no row was read, because rows could not"
            " be told apart; if Amazon offers the report in English, set"
            " preferredReportDocumentLocale to en_US in its report_options; otherwise"
            " look at the document with `amazon-reports reports fetch` and report its"
            " header to this tap's maintainers"
        )


def no_table(text: str) -> AmazonError:
    """Return what is wrong with a document that begins with `text`, and has no table.

    What has control characters, or could not be decoded, is no sentence of anybody's.
    """
    if all(map(_is_written, text)):
        return NotATableError(text)
    return DocumentDamagedError("the document is damaged: it is not text")


def _is_written(sign: str) -> bool:
    return sign != "\ufffd" and (sign.isprintable() or sign.isspace())
