"""The value of a cell, parsed by plain means and by nothing of the tap's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMA = frozenset({"BE", "DE", "ES", "FR", "IT", "NL", "PL", "SE", "TR"})
DAY_FIRST = frozenset({"DE", "ES", "FR", "IT", "NL", "GB", "IN", "AU", "PL", "BE"})
ZONES = {
    "UTC": 0,
    "GMT": 0,
    "BST": 1,
    "CET": 1,
    "CEST": 2,
    "JST": 9,
    "PST": -8,
    "PDT": -7,
    "EST": -5,
    "EDT": -4,
    "IST": 5.5,
    "MET": 1,
    "MEST": 2,
}
_WORDS = {
    **dict.fromkeys(("yes", "y", "true", "t", "1"), True),
    **dict.fromkeys(("no", "n", "false", "f", "0"), False),
}
_MOMENT = re.compile(r"(\S+?)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(\S.*)")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
ALWAYS_CLEAR = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d.%m.%y")
"""Shapes of days that have one meaning in every country."""


class Unreadable(ValueError):  # noqa: N818 (it is no error: it belongs in `_extra`)
    """A text that is no value of its column."""


@dataclass(frozen=True)
class Reading:
    """What texts mean in one document.

    Attributes:
        country: of the marketplace.
        about: the `x-report` of the type's file.
    """

    country: str
    about: Mapping[str, Any]

    @property
    def has_commas(self) -> bool:
        """Whether decimals have a comma."""
        return self.about.get("decimals") == "marketplace" and self.country in COMMA

    @property
    def day_shapes(self) -> tuple[str, ...]:
        """How days are written whose year stands last."""
        order = self.about.get("day_order", "marketplace")
        if order == "marketplace" and self.country == "US":
            order = "month_first"
        if order == "marketplace" and self.country in DAY_FIRST:
            order = "day_first"
        shapes = {
            "month_first": ("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y"),
            "day_first": ("%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y"),
        }
        return shapes.get(order, ())


def read_text(cell: str, spec: Mapping[str, Any], reading: Reading) -> Any:
    """Return what a cell says; None where it says that there is nothing.

    Raises:
        Unreadable: it does not fit the column.
    """
    kind = _kind(spec)
    if kind == "string":
        return cell if cell.strip() else None
    if cell.strip().lower() in {"", "--", "n/a"}:
        return None
    return _READERS[kind](cell.strip(), reading)


def read_value(value: Any, spec: Mapping[str, Any], reading: Reading) -> Any:
    """Return what a JSON value, or an XML element, says.

    Raises:
        Unreadable: it does not fit the column.
    """
    kind = _kind(spec)
    if kind == "array":
        return value if isinstance(value, list) else [value]
    if isinstance(value, (dict, list)):
        if kind == "object" and isinstance(value, dict):
            return value
        raise Unreadable
    if isinstance(value, str):
        return read_text(value, spec, reading)
    fits = {
        "number": isinstance(value, (int, Decimal)) and not isinstance(value, bool),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "boolean": isinstance(value, bool),
    }
    if not fits.get(kind):
        raise Unreadable
    return value


def _kind(spec: Mapping[str, Any]) -> str:
    types = spec["type"] if isinstance(spec["type"], list) else [spec["type"]]
    return str(spec.get("format") or next(word for word in types if word != "null"))


def _number(cell: str, reading: Reading) -> Decimal:
    if reading.has_commas:
        cell = cell.replace(".", "").replace(",", ".", 1) if "," in cell else cell
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", cell):
        raise Unreadable
    return Decimal(cell)


def _integer(cell: str, _reading: Reading) -> int:
    if not re.fullmatch(r"[+-]?\d{1,18}", cell):
        raise Unreadable
    return int(cell)


def _boolean(cell: str, _reading: Reading) -> bool:
    if cell.lower() not in _WORDS:
        raise Unreadable
    return _WORDS[cell.lower()]


def _date(cell: str, reading: Reading) -> str:
    for shape in (*ALWAYS_CLEAR, *reading.day_shapes):
        try:
            return datetime.strptime(cell, shape).date().isoformat()  # noqa: DTZ007
        except ValueError:
            continue
    raise Unreadable


def _moment(cell: str, reading: Reading) -> str:
    found = _MOMENT.fullmatch(cell)
    if found is None:
        raise Unreadable
    clock = found[2] if found[2].count(":") > 1 else f"{found[2]}:00"
    text = f"{_date(found[1], reading)}T{clock}"
    utc = datetime.fromisoformat(text) - timedelta(hours=_hours(found[3]))
    return f"{utc.replace(tzinfo=timezone.utc).isoformat()}".replace("+00:00", "Z")


def _hours(zone: str) -> float:
    if zone in ZONES or zone == "Z":
        return ZONES.get(zone, 0)
    found = _OFFSET.fullmatch(zone)
    if found is None:
        raise Unreadable
    hours = int(found[2]) + int(found[3]) / 60
    return -hours if found[1] == "-" else hours


def _nothing(_cell: str, _reading: Reading) -> None:
    raise Unreadable


_READERS = {
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
    "date-time": _moment,
    "object": _nothing,
}
