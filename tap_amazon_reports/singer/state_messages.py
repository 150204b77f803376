"""STATE messages whose cost does not grow with what other streams have read.

Singer wants the whole state in each STATE message. The SDK copies all of it to see
whether it changed, and encodes all of it anew. Here each stream's part is encoded when
it changes and kept as bytes, so that a message is those bytes put together.

What a stream only remembers, a report that was created, is told within half a second
and before any pause, so that a burst of reports makes few messages. A run that is
killed meanwhile finds those reports in Amazon's listing.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from singer_sdk.contrib.msgspec import encoder
from singer_sdk.helpers._state import StateWriter

from tap_amazon_reports.singer.messages import MessageWriter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import TapState
    from singer_sdk.singerlib.encoding.base import GenericSingerWriter

    from tap_amazon_reports.amazon.clock import Clock

SOON_SECONDS = 0.5


class StateMessages(StateWriter):
    """The STATE messages of a run."""

    def __init__(
        self,
        writer: GenericSingerWriter,  # type: ignore[type-arg]  # as the SDK has it
        state: TapState,
        clock: Clock,
    ) -> None:
        """Tell of `state`, which streams change in place, through `writer`."""
        super().__init__(writer)
        self._state = state
        self._clock = clock
        self._parts: dict[str, bytes] = {}
        self._last = b""
        self._due_seconds: float | None = None
        self._holders = 0
        self._is_held = False

    def write_state(self, state: TapState) -> None:
        """Write a whole state, whoever changed it, unless it has been told."""
        self._parts.clear()
        self._write(state)

    def tell(self, stream: str) -> None:
        """Write what a stream has reached."""
        self._parts.pop(stream, None)
        if self._holders:
            self._is_held = True
        else:
            self._write(self._state)

    def tell_soon(self, stream: str) -> None:
        """Write what a stream remembers, now or with what comes soon after."""
        self._parts.pop(stream, None)
        if self._due_seconds is None:
            self._due_seconds = self._clock.monotonic() + SOON_SECONDS
        self.tell_what_is_due()

    def tell_what_is_due(self) -> None:
        """Write what has waited for long enough."""
        due = self._due_seconds
        if due is not None and not self._holders and self._clock.monotonic() >= due:
            self.tell_what_waits()

    def tell_what_waits(self) -> None:
        """Write what has not been told, because a pause comes."""
        if self._due_seconds is not None:
            self._write(self._state)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Tell in one message what several streams reach meanwhile."""
        self._holders += 1
        try:
            yield
        finally:
            self._holders -= 1
            if self._is_held and not self._holders:
                self._is_held = False
                self._write(self._state)

    def _write(self, state: TapState) -> None:
        self._due_seconds = None
        if not isinstance(self._message_writer, MessageWriter):
            super().write_state(state)
            return
        line = b'{"type":"STATE","value":%b}\n' % self._value(state)
        # A target may forget a state at the next record (target-jsonl 0.1.4 does).
        if line != self._last or self._message_writer.has_untold_records:
            self._message_writer.write_state(line)
            self._last = line

    def _value(self, state: TapState) -> bytes:
        if "bookmarks" not in state:
            return encoder.encode(state)
        bookmarks = state["bookmarks"]
        parts = self._parts
        for stream in bookmarks.keys() - parts.keys():
            name, part = encoder.encode(stream), encoder.encode(bookmarks[stream])
            parts[stream] = b"%b:%b" % (name, part)
        # In the order in which the streams came to have one.
        return b'{"bookmarks":{%b}}' % b",".join(parts[name] for name in bookmarks)
