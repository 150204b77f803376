"""Whether batch files can be written as the settings say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PARTS = ("encoding", "storage", "batch_size")
_ENCODING = ("format", "compression")
_STORAGE = ("root", "prefix", "params")


def batch_problems(given: Any) -> Iterator[str]:
    """Yield a line for each part of `batch_config` that cannot be used.

    The SDK's own declaration knows neither `batch_size` nor that there has to be a
    folder; with a size of 0 it would write files without end. Meltano passes an empty
    object where nobody has set any part, which is as if it were not there.
    """
    if given is None or given == {}:
        return
    if not isinstance(given, dict):
        yield _problem("batch_config", given, "an object with encoding and storage")
        return
    yield from _unknown("batch_config", given, _PARTS)
    for name, parts in (("encoding", _ENCODING), ("storage", _STORAGE)):
        if given.get(name) is None:
            yield _problem(f"batch_config.{name}", None, "an object")
        elif isinstance(given[name], dict):
            yield from _unknown(f"batch_config.{name}", given[name], parts)
    size = given.get("batch_size", 1)
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        yield _problem("batch_config.batch_size", size, "a whole number, 1 or more")
    storage = given.get("storage")
    if isinstance(storage, dict) and not (
        isinstance(storage.get("root"), str) and storage["root"].strip()
    ):
        yield _problem(
            "batch_config.storage.root",
            storage.get("root"),
            "the address of a folder, such as file:///tmp/batches",
        )


def _unknown(
    name: str, found: Mapping[str, object], known: tuple[str, ...]
) -> Iterator[str]:
    """Yield a line for each part that the SDK would end in a `TypeError` for."""
    for part in found:
        if part not in known:
            yield _problem(name, part, f"only {', '.join(known)}")


def _problem(name: str, found: object, allowed: str) -> str:
    what = "nothing" if found is None else repr(found)
    return f"{name}: found {what}, allowed: {allowed}"
