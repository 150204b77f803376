"""XML from elements, and the records that are in them.

A record is a dict: an element inside by its name, `name@attribute` beside it, a list
where elements repeat, and text where there is nothing else.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from .content import Element, ExpectedRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PROLOGUE = '<?xml version="1.0" encoding="UTF-8"?>\n'


def xml_text(element: Element, *, indent: str | None = None) -> str:
    """Return the text of an element, one line each if there is an indent."""
    return PROLOGUE + "".join(_written(element, indent, "\n"))


def _written(element: Element, indent: str | None, margin: str) -> Iterator[str]:
    attributes = "".join(
        f' {name}="{escape(text)}"' for name, text in element.attributes.items()
    )
    if not element.inside:
        text = escape(element.text, quote=False)
        end = f">{text}</{element.name}>" if text else "/>"
        yield f"<{element.name}{attributes}{end}"
        return
    yield f"<{element.name}{attributes}>"
    for inside in element.inside:
        if indent is not None:
            yield margin + indent
        yield from _written(inside, indent, margin + (indent or ""))
    yield f"{'' if indent is None else margin}</{element.name}>"


def xml_records(root: Element, paths: Sequence[str]) -> dict[str, list[ExpectedRow]]:
    """Return the records of each path, in their order; `*` is each child of the root.

    A record that holds nothing is none.
    """
    found: dict[str, list[ExpectedRow]] = {path: [] for path in paths}
    for path in paths:
        if path == "*":
            rows = (ExpectedRow(path, _record(one, set())) for one in root.inside)
        else:
            rows = (row for row in _at(root, path.split("/")[1:], path, paths, ()))
        found[path] = [row for row in rows if row.cells]
    return found


def _at(
    around: Element,
    steps: list[str],
    path: str,
    paths: Sequence[str],
    parents: tuple[dict[str, Any], ...],
) -> Iterator[ExpectedRow]:
    names = path.split("/")
    here = "/".join(names[: len(names) - len(steps) + 1])
    inner = {
        other[len(here) + 1 :].split("/")[0]
        for other in paths
        if other.startswith(f"{here}/")
    }
    for element in around.inside:
        if element.name != steps[0]:
            continue
        if len(steps) == 1:
            yield ExpectedRow(path, _record(element, inner), parents=parents)
        else:
            more = (_record(element, inner),) if here in paths else ()
            yield from _at(element, steps[1:], path, paths, (*parents, *more))


def _record(element: Element, inner: set[str]) -> dict[str, Any]:
    value = _value(element, inner)
    record = value if isinstance(value, dict) else {"value": value} if value else {}
    return {f"@{name}": text for name, text in element.attributes.items()} | record


def _value(element: Element, inner: set[str]) -> dict[str, Any] | str | None:
    if not element.inside:
        return element.text if element.text.strip() else None
    members: dict[str, Any] = {}
    for child in element.inside:
        if child.name not in inner:
            _add(members, child)
    return members


def _add(members: dict[str, Any], child: Element) -> None:
    value = _value(child, set())
    there = members.get(child.name)
    rank = 0
    if child.name not in members:
        members[child.name] = value
    elif isinstance(there, list):
        rank = len(there)
        there.append(value)
    else:
        rank = 1
        members[child.name] = [there, value]
    for name, text in child.attributes.items():
        _add_attribute(members, f"{child.name}@{name}", text, rank)


def _add_attribute(members: dict[str, Any], key: str, text: str, rank: int) -> None:
    if rank == 0:
        members[key] = text
        return
    there = members.get(key)
    texts = there if isinstance(there, list) else [there]
    members[key] = [*texts, *[None] * (rank - len(texts)), text]
