"""What a zone written behind a time means: abbreviations and numeric offsets.

Facts:
    - Times carry abbreviations of three or four letters that follow daylight saving,
      `2022-03-31 00:00:00 CEST`; the documents show `PST` on a day in May, so a label
      is taken by its word (developer.amazon.com, Sales Reports; for the first
      github.com/MiguelCouto-DA/pypayment_v2, earnings of March 2022).
    - `CST` is China's for China, `EST` and `EDT` are Sydney's for Australia, `IST` is
      India's and `BST` Britain's (IANA time zone database, 2026; which one Amazon means
      is documented nowhere).
    - Numeric offsets come with and without a blank before them
      (github.com/wikimedia/wikimedia-fundraising-SmashPig, Amazon audit files of 2015
      and 2018).
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache

__all__ = ["UnknownZoneError", "country_of", "utc_offset"]


class UnknownZoneError(ValueError):
    """A time without a zone, or with one that no table knows.

    Attributes:
        zone: the zone as it was written; empty when there is none.
    """

    def __init__(self, zone: str = "") -> None:
        """Name the zone, if there is one."""
        self.zone = zone
        known = f"with the unknown zone {zone!r}" if zone else "without a zone"
        super().__init__(f"a time {known}")


_HOURS = {
    "UTC": 0,
    "GMT": 0,
    "Z": 0,
    "PST": -8,
    "PDT": -7,
    "MST": -7,
    "MDT": -6,
    "CST": -6,
    "CDT": -5,
    "EST": -5,
    "EDT": -4,
    "AKST": -9,
    "AKDT": -8,
    "HST": -10,
    "BRT": -3,
    "BRST": -2,
    "BST": 1,
    "WET": 0,
    "WEST": 1,
    "CET": 1,
    "CEST": 2,
    # The same zone, by the names that older Java and German locales give it.
    "MET": 1,
    "MEST": 2,
    "MEZ": 1,
    "MESZ": 2,
    "EET": 2,
    "EEST": 3,
    "TRT": 3,
    "SAST": 2,
    "IST": 5.5,
    "SGT": 8,
    "JST": 9,
    "AWST": 8,
    "ACST": 9.5,
    "ACDT": 10.5,
    "AEST": 10,
    "AEDT": 11,
}
_HOURS_IN = {
    ("CST", "CN"): 8,
    ("EST", "AU"): 10,
    ("EDT", "AU"): 11,
}
_NUMERIC = re.compile(r"(?:UTC|GMT)?([+-])([0-9]{1,2})(?::?([0-5][0-9]))?")
_HOURS_MAX = 14
# Free text from a document: kept short where it can reach a log.
_ZONE_CHARACTERS_MAX = 12


@lru_cache(maxsize=1024)
def utc_offset(zone: str, country: str | None = None) -> timedelta:
    """Return what a zone is ahead of UTC.

    Args:
        zone: an abbreviation in any case, `Z`, `UTC`, or an offset: `+01:00`, `-0700`,
            `-03`, `GMT+1`.
        country: two letters, in capitals; decides abbreviations that several have.

    Raises:
        UnknownZoneError: no table knows it, or there is none.
    """
    word = zone.strip().upper()
    hours = _HOURS_IN.get((word, country or ""), _HOURS.get(word))
    return timedelta(hours=hours) if hours is not None else _numeric(word)


def _numeric(word: str) -> timedelta:
    found = _NUMERIC.fullmatch(word)
    if found is None or int(found[2]) > _HOURS_MAX:
        raise UnknownZoneError(word[:_ZONE_CHARACTERS_MAX])
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return -offset if found[1] == "-" else offset


def country_of(marketplace: str) -> str | None:
    """Return the country of a marketplace: `AU` for `Amazon.com.au`, `au` and `AU`.

    `Amazon.com` is `US`, and `UK` is `GB`. None when it does not say.
    """
    last = marketplace.strip().rpartition(".")[2].upper()
    country = {"COM": "US", "UK": "GB"}.get(last, last)
    return country if re.fullmatch("[A-Z]{2}", country) else None
