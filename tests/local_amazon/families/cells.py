"""The text of one cell, by its column: as sellers of that country see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local_amazon.marketplaces import Marketplace

    from .dice import Dice
    from .layout import Field, Layout

TEXTS = {
    "na": ('Rack 19" wide, "new"', "Café “Crème”", "Plain & simple", "N/A", '"Quoted"'),
    "eu": ("Möwen über Köln", 'Regal 19"', "5 €, „été”", "--", 'so "genannt" ß'),
    "fe": ('棚 19" ①', "ソフトウェア表", "ｶﾀｶﾅ & かな", "高島屋・髙島屋", '"引用"'),
}
"""Texts in which each charset that a region uses has something to lose."""
COMMA_COUNTRIES = frozenset({"DE", "FR", "IT", "ES", "NL", "BE", "SE", "PL", "TR"})
"""Where settlements are written with a decimal comma."""
BOOLEANS = (("Yes", "No"), ("true", "false"), ("Y", "N"), ("y", "n"), ("TRUE", "FALSE"))
MISFITS = ("see note", "12,34,56", "tomorrow", "0x1F", "1e999")
"""Texts that are no number and no date."""
MISSING = ("N/A", "--", " ", "")


@dataclass(frozen=True)
class Cellar:
    """Makes the cells of one row.

    Attributes:
        layout: the type.
        marketplace: whose row it is.
        moment: when it happened.
        dice: the row's own.
    """

    layout: Layout
    marketplace: Marketplace
    moment: datetime
    dice: Dice

    def text(self, field: Field) -> str:
        """Return what is in the column, if there is anything."""
        if field.name == self.layout.incremental:
            return self._date(field, self.moment) or self.moment_text(self.moment)
        if field.shape:
            earlier = self.moment - timedelta(minutes=self.dice.below(20_000))
            return self._date(field, earlier) or self.moment_text(earlier)
        return self._PLAIN[field.kind](self, field)

    def _date(self, field: Field, moment: datetime) -> str:
        if field.shape == "date-time":
            return ""
        return self.date_text(moment.astimezone(self._zone))

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.marketplace.time_zone)

    def date_text(self, local: datetime) -> str:
        """Return a day as this type writes it."""
        order = self.layout.about.get("day_order")
        country = self.marketplace.country
        if order == "month_first":
            return f"{local:%m/%d/%Y}"
        if order == "marketplace" and country == "US":
            return f"{local:%m/%d/%y}"
        if order == "marketplace" and country in COMMA_COUNTRIES:
            return f"{local:%d.%m.%Y}"
        if order == "marketplace" and country in {"GB", "AU", "IN"}:
            return f"{local:%d/%m/%Y}"
        if order == "day_first":
            return f"{local:%d-%m-%Y}"
        return f"{local:%Y-%m-%d}"

    def moment_text(self, moment: datetime) -> str:
        """Return a moment as this family writes it."""
        name = self.layout.report_type
        local = moment.astimezone(self._zone)
        if "SETTLEMENT" in name:
            return settlement_moment(moment, self.marketplace.country)
        if "LISTING" in name:
            return f"{listing_day(local, self.marketplace.country)} {local:%H:%M:%S %Z}"
        if "FBA" in name or "FULFILLED" in name or "REMOVAL" in name:
            offset = f"{local:%z}"
            return f"{local:%Y-%m-%dT%H:%M:%S}{offset[:3]}:{offset[3:]}"
        if self.layout.service == "amazon_pay":
            return f"{local:%Y-%m-%dT%H:%M:%S %z}"
        if self.layout.format in {"json", "xml"}:
            return f"{moment.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
        return f"{moment.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%S}+00:00"

    def string(self, field: Field) -> str:
        """Return a text that belongs to the column's name."""
        name = field.name.lower()
        for words, make in _STRINGS:
            if any(word in name for word in words):
                return make(self)
        return self.dice.pick(TEXTS[self.marketplace.region])

    def number(self, field: Field) -> str:
        """Return an exact decimal as the type's marketplace writes it."""
        del field
        places = self.dice.pick((2, 2, 2, 0, 4))
        digits = self.dice.below(10 ** (places + self.dice.pick((1, 2, 3, 6))))
        sign = "-" if self.dice.once_in(5) else ""
        whole, fraction = divmod(digits, 10**places)
        text = f"{sign}{whole}" + (f".{fraction:0{places}d}" if places else "")
        return marketplace_decimal(text, self.layout, self.marketplace.country)

    def integer(self, field: Field) -> str:
        """Return a whole number."""
        del field
        return str(self.dice.below(10 ** self.dice.pick((1, 2, 4))))

    def boolean(self, field: Field) -> str:
        """Return a word of the column's own pair, or nothing that is a word of both."""
        words = BOOLEANS[len(field.name) % len(BOOLEANS)]
        return self.dice.pick(words)

    _PLAIN = {  # noqa: RUF012 (is never changed)
        "string": string,
        "number": number,
        "integer": integer,
        "boolean": boolean,
        "object": string,
        "array": string,
    }


def listing_day(local: datetime, country: str) -> str:
    """Return a day as listings write it (real files of the UK and of Japan)."""
    if country in {"GB", "AU", "IN", "IE"}:
        return f"{local:%d/%m/%Y}"
    return f"{local:%Y/%m/%d}" if country == "JP" else f"{local:%Y-%m-%d}"


def settlement_moment(moment: datetime, country: str) -> str:
    """Return a moment as settlements write it."""
    utc = moment.astimezone(timezone.utc)
    if country in COMMA_COUNTRIES:
        return f"{utc:%d.%m.%Y %H:%M:%S} UTC"
    return f"{utc:%Y-%m-%d %H:%M:%S} UTC"


def marketplace_decimal(text: str, layout: Layout, country: str) -> str:
    """Return a decimal with a comma where the type writes one."""
    by_marketplace = layout.about.get("decimals") == "marketplace"
    if by_marketplace and country in COMMA_COUNTRIES:
        return text.replace(".", ",")
    return text


def _order_id(cellar: Cellar) -> str:
    dice = cellar.dice
    return f"{dice.digits(3)}-{dice.digits(7)}-{dice.digits(7)}"


_STRINGS: tuple[tuple[tuple[str, ...], Callable[[Cellar], str]], ...] = (
    (("asin",), lambda cellar: f"B0{cellar.dice.code(8)}"),
    (("sku",), lambda cellar: f"00{cellar.dice.below(900):03d}-SKU"),
    (("order-id", "order id", "order_id", "orderid"), _order_id),
    (("currency",), lambda cellar: cellar.marketplace.currency),
    (("country", "jurisdiction"), lambda cellar: cellar.marketplace.country),
    (("email",), lambda cellar: f"b{cellar.dice.digits(5)}@marketplace.example"),
    (("postal",), lambda cellar: f"0{cellar.dice.digits(4)}"),
    (("phone",), lambda cellar: f"+49 0{cellar.dice.digits(7)}"),
    (("url",), lambda cellar: f"https://shop.example/?a={cellar.dice.digits(4)}&b=%20"),
    (("marketplace", "store"), lambda cellar: cellar.marketplace.id),
    (
        ("name", "title", "desc", "comment", "note", "reason", "address", "city"),
        lambda cellar: cellar.dice.pick(TEXTS[cellar.marketplace.region]),
    ),
    (("date", "time"), lambda cellar: f"{cellar.moment:%d-%b-%Y %H:%M:%S}"),
    (
        ("id", "code", "number", "ean", "upc", "isbn", "serial"),
        lambda cellar: f"0{cellar.dice.digits(9)}",
    ),
)
"""What a column's name says about its texts; the first that fits."""
