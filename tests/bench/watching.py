"""What can be seen of a run in the lines that it writes: first rows, and states."""

from __future__ import annotations

import json
import re
import time
from typing import Any

_RECORD = re.compile(rb'\{"type":"RECORD","stream":"([^"]+)"')
_STATE = b'{"type":"STATE"'
_END_OF_LIST = b'"]'
"""In a state of reports that were asked for, each list is one that was not read."""


class Watch:
    """Looks at each line when it comes."""

    def __init__(self) -> None:
        """Have seen nothing."""
        self._rest = b""
        self._first_rows: dict[str, float] = {}
        self._largest = 0
        self._fullest = b""
        self._state_bytes = 0
        self._states = 0

    def see(self, piece: bytes) -> None:
        """Look at what was written, which may end within a line."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            if found := _RECORD.match(line):
                self._first_rows.setdefault(found[1].decode(), time.time())
            elif line.startswith(_STATE):
                self._see_state(line)

    def _see_state(self, line: bytes) -> None:
        self._states += 1
        self._state_bytes += len(line)
        self._largest = max(self._largest, len(line))
        if line.count(_END_OF_LIST) > self._fullest.count(_END_OF_LIST):
            self._fullest = line

    def told(self) -> dict[str, Any]:
        """Return what was seen, as the fields of `running.Watched`."""
        under_way, without = _without_created(self._fullest)
        return {
            "first_rows": self._first_rows,
            "states": self._states,
            "state_bytes": self._state_bytes,
            "largest_state_bytes": self._largest,
            "under_way": under_way,
            "under_way_bytes": len(self._fullest) - without,
        }


def _without_created(line: bytes) -> tuple[int, int]:
    """Return how many reports a state has under way, and its bytes without them."""
    if not line:
        return 0, 0
    state = json.loads(line)
    count = 0
    for stream in state["value"]["bookmarks"].values():
        for place in (stream, *stream.get("partitions", ())):
            count += len(place.pop("created", ()))
    return count, len(json.dumps(state, separators=(",", ":"), ensure_ascii=False))
