"""How reports are usually read: ask, wait, fetch, one after another.

It reads what to ask for from standard input, and writes each row as a line of JSON.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
import time
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT_SECONDS = 60


class UsualLoop:
    """A client as it is written in an afternoon."""

    def __init__(self, settings: Mapping[str, Any], poll_seconds: float) -> None:
        """Log in."""
        self._session = requests.Session()
        self._url = f"{settings['sp_base_url']}/reports/2021-06-30"
        self._poll_seconds = poll_seconds
        form = {
            "grant_type": "refresh_token",
            "refresh_token": settings["sp_refresh_token"],
            "client_id": settings["sp_client_id"],
            "client_secret": settings["sp_client_secret"],
        }
        answer = self._session.post(
            settings["lwa_token_url"], data=form, timeout=TIMEOUT_SECONDS
        )
        self._headers = {
            "x-amz-access-token": answer.json()["access_token"],
            "user-agent": "Usual/1",
        }

    def rows(self, body: Mapping[str, Any]) -> list[dict[str, str]]:
        """Return the rows of one report."""
        report_id = self._call("POST", "/reports", json=body)["reportId"]
        while True:
            time.sleep(self._poll_seconds)
            report = self._call("GET", f"/reports/{report_id}")
            if report["processingStatus"] == "DONE":
                break
        document = self._call("GET", f"/documents/{report['reportDocumentId']}")
        content = requests.get(document["url"], timeout=TIMEOUT_SECONDS).content
        if document.get("compressionAlgorithm") == "GZIP":
            content = gzip.decompress(content)
        text = io.StringIO(content.decode("utf-8"), newline="")
        return list(csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE))

    def _call(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        answer = self._session.request(
            method,
            f"{self._url}{path}",
            headers=self._headers,
            timeout=TIMEOUT_SECONDS,
            **more,
        )
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


def main() -> None:
    """Read all reports that standard input names."""
    given = json.load(sys.stdin)
    loop = UsualLoop(given["settings"], given["poll_seconds"])
    for body in given["reports"]:
        for row in loop.rows(body):
            sys.stdout.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
