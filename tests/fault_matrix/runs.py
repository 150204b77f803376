"""A run of one way, and what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.local_amazon import Silent, Trickling
from tests.rehearsal import Rehearsal
from tests.tap_run import discover, selecting, sync

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.cli.running import Called, Commands
    from tests.clock import ScriptedClock
    from tests.fault_matrix.faults import Trouble
    from tests.fault_matrix.ways import Way
    from tests.local_amazon import LocalAmazon
    from tests.local_amazon.faults import Fault
    from tests.local_amazon.wire import Request
    from tests.tap_run import Output

TIME_OUTS: dict[type[Fault], float] = {Silent: 0.15, Trickling: 10}
"""In seconds, where an answer never comes, and where it comes drop by drop.

The first is waited for really, the second passes on scripted time.
"""
SPAN = {"start_date": "2026-10-25", "end_date": "2026-11-20"}
_CREDENTIALS = {
    "appstore": ("appstore_client_id", "appstore_client_secret"),
    "sp": ("sp_client_id", "sp_client_secret", "sp_refresh_token"),
    "pay": ("pay_public_key_id", "pay_private_key"),
}
_CATALOGS: dict[str, dict[str, Any]] = {}
Rows = frozenset[str]
"""Records as JSON, so that they can be compared as sets."""


@dataclass
class Runs(Rehearsal):
    """Runs of one way after another, against a small account."""

    way: Way = field(kw_only=True)
    fault: type[Fault] | None = None

    def trouble(self, operation: str, trouble: Trouble) -> None:
        """Let the way's requests of an operation meet a fault, until `mend`."""
        began = self.clock.monotonic()
        seconds = trouble.for_seconds
        self.fault = type(trouble.fault)

        def is_met(request: Request) -> bool:
            is_over = (
                seconds is not None and self.clock.monotonic() - began >= seconds
            ) or self.mended
            return not is_over and self.way.is_meant(operation, request)

        self.amazon.faults.add(
            operation, trouble.fault, times=trouble.times, when=is_met
        )
        if trouble.then:
            self.amazon.faults.add(operation, trouble.then, when=is_met)

    def run(
        self,
        *,
        state: Mapping[str, Any] | None = None,
        clock: ScriptedClock | None = None,
        **more: Any,
    ) -> Output:
        """Run the way's streams, by another clock and with more settings if need be."""
        self.caplog.clear()
        config = {**settings_of(self.way, self.amazon), **self._time_out(), **more}
        catalog = _catalog(self.way, config, self.clock)
        output = sync(config, clock=clock or self.clock, catalog=catalog, state=state)
        self.outputs.append(output)
        self.check()
        return output

    def command(self, commands: Commands) -> Called:
        """Give the way's command."""
        return commands(*self.way.words, settings=self._time_out())

    def _time_out(self) -> dict[str, float]:
        seconds = TIME_OUTS.get(self.fault) if self.fault else None
        return {"request_timeout": seconds} if seconds else {}

    def rows(self, output: Output, stream: str) -> Rows:
        """Return the rows of a stream, but for what differs from run to run."""
        return frozenset(
            json.dumps(_kept(record, self.way.volatile), default=str, sort_keys=True)
            for record in output.records(stream)
        )


def settings_of(way: Way, amazon: LocalAmazon) -> dict[str, Any]:
    """Return the settings of a run, with the credentials that its streams need."""
    services = {name.partition("_")[0] for name in (way.stream, way.beside)}
    foreign = [
        name
        for service, names in _CREDENTIALS.items()
        if service not in services
        for name in names
    ]
    config = {
        **amazon.settings(),
        **SPAN,
        "sp_marketplaces": ["US"],
        "sp_order_metrics": {},
        **way.settings,
    }
    return {name: value for name, value in config.items() if name not in foreign}


def _catalog(
    way: Way, config: Mapping[str, Any], clock: ScriptedClock
) -> dict[str, Any]:
    """Return a catalog of the way's two streams and no other, asked for once."""
    if way.name not in _CATALOGS:
        names = {way.stream, way.beside}
        found = selecting(discover(config, clock=clock), names)
        streams = [one for one in found["streams"] if one["tap_stream_id"] in names]
        _CATALOGS[way.name] = {"streams": streams}
    return _CATALOGS[way.name]


def _kept(record: Mapping[str, Any], volatile: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in volatile}


def is_passed(state: Mapping[str, Any], stream: str) -> bool:
    """Tell whether the next run would not look again at what was to be read.

    A collected report that could not be had is remembered beside its bookmark.
    """
    kept = state.get("bookmarks", {}).get(stream, {})
    parts = [kept, *kept.get("partitions", [])]
    return any(
        "replication_key_value" in part and not part.get("unread_reports")
        for part in parts
    )
