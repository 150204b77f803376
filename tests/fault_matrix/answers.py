"""The answers of the local Amazon to each way, and their fields.

They are kept in `answers.json`, so that the cells are known before anything runs;
`python -m tests.fault_matrix` writes it anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.fault_matrix.runs import settings_of
from tests.fault_matrix.world import fill
from tests.local_amazon import Altered, LocalAmazon
from tests.tap_run import sync

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clock import ScriptedClock
    from tests.fault_matrix.ways import Way

ANSWERS = Path(__file__).with_name("answers.json")
Step = str | int
Route = tuple[Step, ...]
"""How a field is reached: names, and 0 for the first of a list."""
_NO_JSON = frozenset({"storage.get", "appstore.getReport"})


def recorded(way: Way, clock: ScriptedClock) -> dict[str, Any]:
    """Return the fullest answer to each operation of a way, in a run without trouble.

    Of its texts and numbers only the kind is kept.
    """
    bodies: dict[str, bytes] = {}

    def record(operation: str, body: bytes) -> bytes:
        bodies[operation] = max(bodies.get(operation, b""), body, key=len)
        return body

    with LocalAmazon(clock=clock, populate=False) as amazon:
        fill(amazon)
        for operation in way.roles:
            if operation not in _NO_JSON:
                amazon.faults.add(
                    operation,
                    Altered(lambda body, name=operation: record(name, body)),  # type: ignore[misc]
                    times=10_000,
                    when=lambda request, name=operation: way.is_meant(name, request),  # type: ignore[misc]
                )
        config = settings_of(way, amazon)
        output = sync(config, clock=clock, only=[way.stream, way.beside])
    assert 0 == output.status
    return {name: _skeleton(json.loads(body)) for name, body in bodies.items()}


def _skeleton(value: Any) -> Any:
    """Return a value with a text for texts and 1 for numbers; of a list the first."""
    if isinstance(value, dict):
        return {name: _skeleton(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_skeleton(item) for item in value[:1]]
    return "text" if isinstance(value, str) else value and 1


def kept() -> dict[str, dict[str, Any]]:
    """Return the answers in the file, by way and operation."""
    found: dict[str, dict[str, Any]] = json.loads(ANSWERS.read_bytes())
    return found


def routes(value: Any, above: Route = ()) -> Iterator[Route]:
    """Yield each field of an answer, at any depth; of a list the first item's."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield (*above, name)
            yield from routes(item, (*above, name))
    elif isinstance(value, list) and value and not isinstance(value[0], str):
        yield from routes(value[0], (*above, 0))


def at(value: Any, route: Route) -> Any:
    """Return what a route leads to."""
    for step in route:
        value = value[step]
    return value
