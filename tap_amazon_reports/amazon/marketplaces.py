"""The marketplaces of the Selling Partner API: ids, regions, currencies, time zones."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

# Facts (SP-API documentation, "Marketplace IDs" and "SP-API endpoints"; 2026): ids,
# regions, hosts. Amazon publishes no time zones: these are what its sellers observe.


class Region(enum.Enum):
    """A region: one authorisation of a selling partner is good for one of them."""

    NA = "na"
    EU = "eu"
    FE = "fe"

    def base_url(self, *, sandbox: bool) -> str:
        """Return the address of the Selling Partner API in this region."""
        host = f"sellingpartnerapi-{self.value}.amazon.com"
        return f"https://sandbox.{host}" if sandbox else f"https://{host}"


class Marketplace(NamedTuple):
    """One country in which one sells."""

    country: str
    marketplace_id: str
    region: Region
    currency: str
    time_zone: str


MARKETPLACES = (
    Marketplace("US", "ATVPDKIKX0DER", Region.NA, "USD", "America/Los_Angeles"),
    Marketplace("CA", "A2EUQ1WTGCTBG2", Region.NA, "CAD", "America/Los_Angeles"),
    Marketplace("MX", "A1AM78C64UM0Y8", Region.NA, "MXN", "America/Los_Angeles"),
    Marketplace("BR", "A2Q3Y263D00KWC", Region.NA, "BRL", "America/Sao_Paulo"),
    Marketplace("GB", "A1F83G8C2ARO7P", Region.EU, "GBP", "Europe/London"),
    Marketplace("DE", "A1PA6795UKMFR9", Region.EU, "EUR", "Europe/Berlin"),
    Marketplace("FR", "A13V1IB3VIYZZH", Region.EU, "EUR", "Europe/Paris"),
    Marketplace("IT", "APJ6JRA9NG5V4", Region.EU, "EUR", "Europe/Rome"),
    Marketplace("ES", "A1RKKUPIHCS9HS", Region.EU, "EUR", "Europe/Madrid"),
    Marketplace("NL", "A1805IZSGTT6HS", Region.EU, "EUR", "Europe/Amsterdam"),
    Marketplace("BE", "AMEN7PMS3EDWL", Region.EU, "EUR", "Europe/Brussels"),
    Marketplace("IE", "A28R8C7NBKEWEA", Region.EU, "EUR", "Europe/Dublin"),
    Marketplace("SE", "A2NODRKZP88ZB9", Region.EU, "SEK", "Europe/Stockholm"),
    Marketplace("PL", "A1C3SOZRARQ6R3", Region.EU, "PLN", "Europe/Warsaw"),
    Marketplace("TR", "A33AVAJ2PDY3EV", Region.EU, "TRY", "Europe/Istanbul"),
    Marketplace("EG", "ARBP9OOSHTCHU", Region.EU, "EGP", "Africa/Cairo"),
    Marketplace("SA", "A17E79C6D8DWNP", Region.EU, "SAR", "Asia/Riyadh"),
    Marketplace("AE", "A2VIGQ35RCS4UG", Region.EU, "AED", "Asia/Dubai"),
    Marketplace("IN", "A21TJRUUN4KGV", Region.EU, "INR", "Asia/Kolkata"),
    Marketplace("ZA", "AE08WJ6YKNBMC", Region.EU, "ZAR", "Africa/Johannesburg"),
    Marketplace("JP", "A1VC38T7YXB528", Region.FE, "JPY", "Asia/Tokyo"),
    Marketplace("AU", "A39IBJ37TRP1C6", Region.FE, "AUD", "Australia/Sydney"),
    Marketplace("SG", "A19VAU5U5O7RUS", Region.FE, "SGD", "Asia/Singapore"),
)

_BY_WORD = {
    word: marketplace
    for marketplace in MARKETPLACES
    for word in (marketplace.country, marketplace.marketplace_id)
} | {"UK": next(found for found in MARKETPLACES if found.country == "GB")}


def find_marketplace(word: str) -> Marketplace | None:
    """Return the marketplace with that id or country code, in any case, or None."""
    return _BY_WORD.get(word.strip().upper())


def countries_of(marketplace_ids: Iterable[str]) -> str:
    """Return marketplaces as a log names them: by country, in order."""
    found = ((find_marketplace(one), one) for one in marketplace_ids)
    return ", ".join(sorted(known.country if known else one for known, one in found))
