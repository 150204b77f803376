"""JSON and XML documents made from a type's fields."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from .asked import UTC
from .cells import Cellar
from .content import Element, JsonContent, XmlContent, leaf
from .dice import Dice
from .periods import Period, periods_of
from .specification import specification
from .tables import Event, events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .asked import Asked
    from .content import Json
    from .layout import Field, Layout, RecordLayout

UNKNOWN = "futureField"
"""A field that no type file knows."""
STARTS = frozenset({"startDate", "date", "startTime", "dataStartTime"})
ENDS = frozenset({"endDate", "endTime", "dataEndTime"})
OBJECTS_A_PERIOD = 3


def json_content(asked: Asked) -> JsonContent:
    """Return the document of a request: what was asked for, and its arrays."""
    value: dict[str, Json] = {"reportSpecification": specification(asked)}
    for records in asked.layout.records:
        path = "dataByRow[]" if records.path == "*" else str(records.path)
        if path.count("[]") == 1:
            value[path.removesuffix("[]")] = [
                record_of(asked, records, event, period)
                for event, period in happenings(asked)
            ]
    return JsonContent(value)


def happenings(asked: Asked) -> Iterator[tuple[Event, Period]]:
    """Yield what the records tell of, and the period that each belongs to."""
    if asked.layout.mode not in {"period", "hours", "day"}:
        for event in events(asked):
            day = event.moment.astimezone(UTC).date()
            yield event, Period(day, day)
        return
    for period in periods_of(asked):
        begin = period.begin
        for marketplace in asked.busy():
            dice = Dice("period", asked.layout.report_type, marketplace.id, begin)
            for n in range(1 + dice.below(OBJECTS_A_PERIOD)):
                yield Event(marketplace, begin, (begin, n)), period


def record_of(
    asked: Asked, records: RecordLayout, event: Event, period: Period
) -> dict[str, Json]:
    """Return the record of an event, with the records inside it."""
    layout = asked.layout
    dice = Dice(
        "object", layout.report_type, records.path, event.marketplace.id, *event.key
    )
    cellar = Cellar(layout, event.marketplace, event.moment, dice)
    record: dict[str, Json] = {}
    for field in records.fields:
        if field.name.startswith("^"):
            continue
        if field.is_key or not dice.once_in(8):
            _put(record, field.name.split("."), _value(cellar, field, period))
        elif dice.once_in(2):
            _put(record, field.name.split("."), None)
    if dice.once_in(5):
        record[UNKNOWN] = {"nested": [1, Decimal("2.50")]}
    for inner in _inside(layout, records):
        name = str(inner.path).rpartition(".")[2].removesuffix("[]")
        record[name] = [
            record_of(asked, inner, _within(event, name, n), period)
            for n in range(dice.below(4))
        ]
    return record


def _inside(layout: Layout, records: RecordLayout) -> list[RecordLayout]:
    outer = f"{records.path}."
    return [
        inner
        for inner in layout.records
        if str(inner.path).startswith(outer)
        and "." not in str(inner.path)[len(outer) :]
    ]


def _within(event: Event, name: str, n: int) -> Event:
    return Event(event.marketplace, event.moment, (*event.key, name, n))


def _put(record: dict[str, Json], steps: list[str], value: Json) -> None:
    for step in steps[:-1]:
        record = record.setdefault(step, {})
    record[steps[-1]] = value


def _value(cellar: Cellar, field: Field, period: Period) -> Json:
    limit = _limit(field, period)
    if limit is not None:
        return limit
    make = _VALUES.get(field.kind)
    return cellar.text(field) if make is None else make(cellar, field)


def _number(cellar: Cellar, field: Field) -> Json:
    dice = cellar.dice
    # Amazon writes a word where it has no number, now and then.
    if not field.is_key and dice.once_in(60):
        return "unavailable"
    return Decimal(dice.below(10**6)).scaleb(-dice.pick((0, 1, 2, 4)))


def _object(cellar: Cellar, field: Field) -> Json:
    del field
    count = cellar.dice.below(9)
    return {"from": "2024-01-01", "value": Decimal("0.10"), "count": count}


_VALUES: dict[str, Callable[[Cellar, Field], Json]] = {
    "number": _number,
    "object": _object,
    "integer": lambda cellar, _: cellar.dice.below(10 ** cellar.dice.pick((1, 2, 4))),
    "boolean": lambda cellar, _: cellar.dice.once_in(2),
    "array": lambda cellar, field: [
        cellar.string(field) for _ in range(cellar.dice.below(3))
    ],
}


def _limit(field: Field, period: Period) -> str | None:
    """Return a period's first or last day or moment, for a field that holds it."""
    if field.name not in STARTS | ENDS:
        return None
    if field.shape == "date-time":
        moment = period.begin if field.name in STARTS else period.close
        return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    day = period.first if field.name in STARTS else period.last
    return day.isoformat()


def xml_content(asked: Asked) -> XmlContent:
    """Return the document of a request: an envelope with a message for each event."""
    paths = [str(records.path) for records in asked.layout.records]
    names = "AmazonEnvelope/Message/Row" if paths[0] == "*" else paths[0]
    root, *between, name = names.split("/")
    top = Element(root)
    if root == "AmazonEnvelope":
        top.attributes["xmlns:xsi"] = "http://www.w3.org/2001/XMLSchema-instance"
        version = [leaf("DocumentVersion", "1.01")]
        top.inside += [Element("Header", version), leaf("MessageType", name)]
    for event in events(asked):
        element = element_of(asked, asked.layout.records[0], event, name)
        for around in reversed(between):
            element = Element(around, [element])
        top.inside.append(element)
    return XmlContent(top)


def element_of(asked: Asked, records: RecordLayout, event: Event, name: str) -> Element:
    """Return the element of an event, with the records inside it."""
    layout = asked.layout
    dice = Dice("xml", layout.report_type, name, event.marketplace.id, *event.key)
    cellar = Cellar(layout, event.marketplace, event.moment, dice)
    element = Element(name)
    inner = [
        one
        for one in layout.records
        if str(one.path).rpartition("/")[0] == records.path
    ]
    inner_names = {str(one.path).rpartition("/")[2]: one for one in inner}
    for field in records.fields:
        steps = field.name.replace(" ", "").split("/")
        if field.name.startswith("^") or steps[0] in inner_names:
            continue
        if field.is_key or not dice.once_in(8):
            _plant(element, steps, cellar, field)
    for inner_name, one in inner_names.items():
        for n in range(1 + dice.below(3)):
            inside = element_of(asked, one, _within(event, inner_name, n), inner_name)
            # A return's items stand before its own fields (XML returns by date).
            element.inside.insert(n, inside)
    return element


def _plant(element: Element, steps: list[str], cellar: Cellar, field: Field) -> None:
    for step in steps[:-1]:
        element = _child(element, step)
    name, _, attribute = steps[-1].partition("@")
    if attribute:
        _child(element, name).attributes[attribute] = cellar.text(field)
    elif field.kind == "array":
        count = 2 + cellar.dice.below(2)
        element.inside += [leaf(name, cellar.string(field)) for _ in range(count)]
    elif field.kind == "object":
        inside = [leaf("name", cellar.string(field)), leaf("value", "1")]
        _child(element, name).inside += inside
    else:
        element.inside.append(leaf(name, cellar.text(field)))


def _child(element: Element, name: str) -> Element:
    """Return the element inside of that name, a new one if there is none."""
    for inside in element.inside:
        if inside.name == name:
            return inside
    made = Element(name)
    element.inside.append(made)
    return made
