"""Tables made from a type's columns: the same rows for the same window, always."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from .asked import UTC, Asked
from .cells import MISFITS, MISSING, Cellar
from .content import Line, Table
from .dice import Dice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_amazon.marketplaces import Marketplace

    from .layout import Field, Layout

UNKNOWN = "future-attribute"
"""A column that no type file knows."""
EVENTS_A_DAY = 4
_LONG_AGO = datetime(2023, 3, 1, 8, 30, 15, tzinfo=UTC)


@dataclass(frozen=True)
class Event:
    """Something that a row tells of.

    Attributes:
        marketplace: where it happened.
        moment: when.
        key: what tells it from others of its type and marketplace.
    """

    marketplace: Marketplace
    moment: datetime
    key: tuple[object, ...]


def table(asked: Asked) -> Table:
    """Return the table of a request."""
    layout = asked.layout
    lines = [line for event in events(asked) for line in lines_of(layout, event)]
    return Table(columns(asked), lines, all_quoted=layout.service == "amazon_pay")


def columns(asked: Asked) -> list[str]:
    """Return the columns that this account has: not all, and one that is unknown."""
    layout = asked.layout
    present = [field.name for field in fields(layout, asked.marketplaces[0])]
    if has_unknown(layout, asked.marketplaces[0]):
        present.insert(len(present) // 2, UNKNOWN)
    return present


def fields(layout: Layout, marketplace: Marketplace) -> list[Field]:
    """Return the columns that a type has in a marketplace (Document formats)."""
    dice = Dice("columns", layout.report_type, marketplace.id)
    every = list(layout.records[0].fields)
    if not dice.once_in(4) or layout.about.get("by_position"):
        return every
    needed = {field.name for field in every if is_needed(layout, field)}
    away = {dice.pick(every).name for _ in range(2)} - needed
    return [field for field in every if field.name not in away]


def has_unknown(layout: Layout, marketplace: Marketplace) -> bool:
    """Tell whether a type has an unknown column in a marketplace."""
    by_position = layout.about.get("by_position")
    dice = Dice("unknown", layout.report_type, marketplace.id)
    return not by_position and dice.once_in(3)


def is_needed(layout: Layout, field: Field) -> bool:
    """Tell whether a column always holds something that fits."""
    landmarks = layout.about.get("header", {}).get("landmarks", ())
    # Without a first cell, a row could be blank, which is no row.
    is_first = field == layout.records[0].fields[0]
    wanted = (layout.incremental, *landmarks)
    return field.is_key or is_first or field.name in wanted


def events(asked: Asked) -> Iterator[Event]:
    """Yield what the document tells of, oldest first."""
    dated = asked.layout.mode != "none" or not asked.layout.is_requestable
    found = [
        event
        for marketplace in asked.busy()
        for event in (
            _in_window(asked, marketplace) if dated else _snapshot(asked, marketplace)
        )
    ]
    yield from sorted(found, key=lambda event: event.moment)


def _snapshot(asked: Asked, marketplace: Marketplace) -> Iterator[Event]:
    dice = Dice("snapshot", asked.layout.report_type, marketplace.id)
    for n in range(6 + dice.below(6)):
        moment = _LONG_AGO + timedelta(minutes=dice.below(500_000))
        yield Event(marketplace, moment, (n,))


def _in_window(asked: Asked, marketplace: Marketplace) -> Iterator[Event]:
    if is_by_day(asked.layout):
        yield from _by_day(asked, marketplace)
        return
    for day in asked.days():
        dice = Dice("events", asked.layout.report_type, marketplace.id, day)
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        for n in range(dice.below(EVENTS_A_DAY)):
            # Never on a full minute, so that no window's boundary is on an event.
            seconds = dice.below(1440) * 60 + 1 + dice.below(58)
            moment = midnight + timedelta(seconds=seconds)
            if asked.covers(moment):
                yield Event(marketplace, moment, (day, n))


def _by_day(asked: Asked, marketplace: Marketplace) -> Iterator[Event]:
    zone = ZoneInfo(marketplace.time_zone)
    for day in asked.local_days(marketplace):
        dice = Dice("days", asked.layout.report_type, marketplace.id, day)
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone)
        for n in range(dice.below(EVENTS_A_DAY)):
            yield Event(marketplace, noon, (day, n))


def is_by_day(layout: Layout) -> bool:
    """Tell whether a row belongs to a day of its marketplace and not to a moment."""
    if layout.incremental is None:
        return layout.format == "ledger"
    field = layout.field(layout.incremental)
    return field is not None and field.shape == "date"


def lines_of(layout: Layout, event: Event) -> Iterator[Line]:
    """Yield the row of an event; now and then another with the same natural key."""
    dice = Dice("row", layout.report_type, event.marketplace.id, *event.key)
    line = _line(layout, event, dice)
    yield line
    records = layout.records[0]
    if dice.once_in(12) and not records.is_unique:
        twin = _line(layout, event, Dice("twin", layout.report_type, *event.key))
        same = {field.name for field in records.fields if field.is_key}
        same.add(layout.incremental or "")
        yield Line({**twin.cells, **{k: line.cells[k] for k in same & set(line.cells)}})


def _line(layout: Layout, event: Event, dice: Dice) -> Line:
    cellar = Cellar(layout, event.marketplace, event.moment, dice)
    there = fields(layout, event.marketplace)
    cells = {field.name: _cell(layout, cellar, field) for field in there}
    if has_unknown(layout, event.marketplace):
        cells[UNKNOWN] = dice.pick(("", "new", "neu & 1"))
    fate = dice.below(12)
    if fate == 0:
        return _shortened(layout, there, cells)
    if fate == 1:
        beyond = tuple(f"beyond {n}" for n in range(1 + dice.below(2)))
        return Line(cells, beyond)
    return Line(cells)


def _cell(layout: Layout, cellar: Cellar, field: Field) -> str:
    dice = cellar.dice
    if is_needed(layout, field):
        return cellar.text(field)
    fate = dice.below(40)
    if fate < 6:
        return ""
    is_typed = field.kind != "string" or bool(field.shape)
    if fate == 6 and is_typed:
        return dice.pick(MISFITS)
    if fate == 7 and is_typed:
        return dice.pick(MISSING)
    return cellar.text(field)


def _shortened(layout: Layout, there: list[Field], cells: dict[str, str]) -> Line:
    """Return a row whose last cells are left out, as far as none is needed."""
    kept = max(
        (n for n, field in enumerate(there) if is_needed(layout, field)), default=0
    )
    for field in there[max(kept + 1, len(there) * 2 // 3) :]:
        cells[field.name] = ""
    return Line(cells, is_short=True)
