"""Who hands out the URLs of one document, and what lies behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_amazon_reports.amazon.secret import DocumentUrl
from tests.local_amazon.storage.models import StoredObject

if TYPE_CHECKING:
    from tests.local_amazon import LocalAmazon

URL_LIFETIME_SECONDS = 30


class ScriptedUrls:
    """Hands out a new URL each time, and each time another document if told so.

    Attributes:
        asked: how many URLs were handed out.
    """

    def __init__(self, amazon: LocalAmazon, *versions: StoredObject | bytes) -> None:
        """Store the first of `versions` for the first URL, and so on to the last."""
        self._amazon = amazon
        self._versions = list(versions)
        self.asked = 0

    def __call__(self) -> DocumentUrl:
        """Return a URL that lives for thirty seconds."""
        version = self._versions[min(self.asked, len(self._versions) - 1)]
        made = StoredObject(version) if isinstance(version, bytes) else version
        self.asked += 1
        self._amazon.storage.put("reports/one", made)
        url = self._amazon.storage.presign(
            "reports/one", lifetime_seconds=URL_LIFETIME_SECONDS
        )
        return DocumentUrl(url)
