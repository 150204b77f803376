"""The marketplaces: found by any of their names, and right in every column."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from tap_amazon_reports.amazon.marketplaces import (
    MARKETPLACES,
    Marketplace,
    Region,
    find_marketplace,
)
from tests.local_amazon.marketplaces import BY_ID


@pytest.mark.parametrize("marketplace", MARKETPLACES, ids=lambda found: found.country)
def test_each_is_found_by_id_and_by_country(marketplace: Marketplace) -> None:
    """In either case, and with blanks around it."""
    names = (marketplace.country, marketplace.marketplace_id)
    for name in (*names, *(name.lower() for name in names), f" {names[0]}\n"):
        assert find_marketplace(name) == marketplace


def test_britain_has_two_names() -> None:
    """Sellers write UK where Amazon writes GB."""
    assert find_marketplace("UK") == find_marketplace("GB")
    assert find_marketplace("uk") is not None


@pytest.mark.parametrize("word", ["", "XX", "USA", "amazon.de", "ATVPDKIKX0DE"])
def test_an_unknown_one_is_not_guessed(word: str) -> None:
    """Whoever mistypes a marketplace is told, and not read the wrong one."""
    assert find_marketplace(word) is None


def test_none_is_listed_twice() -> None:
    """One country, one id."""
    assert len({found.country for found in MARKETPLACES}) == len(MARKETPLACES)
    assert len({found.marketplace_id for found in MARKETPLACES}) == len(MARKETPLACES)


@pytest.mark.parametrize("marketplace", MARKETPLACES, ids=lambda found: found.country)
def test_each_is_what_amazon_says(marketplace: Marketplace) -> None:
    """Region, currency and zone are those of the local Amazon's own table."""
    known = BY_ID[marketplace.marketplace_id]

    assert (
        marketplace.country,
        marketplace.region.value,
        marketplace.currency,
        marketplace.time_zone,
    ) == (known.country, known.region, known.currency, known.time_zone)


@pytest.mark.parametrize("marketplace", MARKETPLACES, ids=lambda found: found.country)
def test_each_has_a_time_zone_and_a_currency(marketplace: Marketplace) -> None:
    """The zone exists on every machine, and the currency has its three letters."""
    assert ZoneInfo(marketplace.time_zone).key == marketplace.time_zone
    assert marketplace.currency.isalpha()
    assert 3 == len(marketplace.currency)


def test_the_local_amazon_knows_no_other() -> None:
    """A marketplace that Amazon has can be set."""
    assert set(BY_ID) == {found.marketplace_id for found in MARKETPLACES}


@pytest.mark.parametrize(
    ("region", "sandbox", "url"),
    [
        (Region.NA, False, "https://sellingpartnerapi-na.amazon.com"),
        (Region.EU, False, "https://sellingpartnerapi-eu.amazon.com"),
        (Region.FE, False, "https://sellingpartnerapi-fe.amazon.com"),
        (Region.EU, True, "https://sandbox.sellingpartnerapi-eu.amazon.com"),
    ],
)
def test_each_region_has_its_address(
    *, region: Region, sandbox: bool, url: str
) -> None:
    """Production and sandbox are hosts of their own."""
    assert region.base_url(sandbox=sandbox) == url
