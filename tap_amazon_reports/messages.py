"""Singer messages to standard output: fast, whole, and never torn by a signal."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from singer_sdk.contrib.msgspec import MsgSpecWriter
from singer_sdk.singerlib.encoding.simple import RecordMessage

if TYPE_CHECKING:
    from types import FrameType

    from singer_sdk.singerlib.encoding.simple import Message


class MessageWriter(MsgSpecWriter):
    """The SDK's msgspec writer, with two differences.

    It does not flush after each record, only after every other message. And a signal
    that comes while a line is being written waits for the end of that line: half a
    line, or a STATE message inside a RECORD message, would break the target.
    """

    def __init__(self) -> None:
        """Start outside of a line."""
        super().__init__()
        self._inside_a_line = False
        self._signal: int | None = None

    def write_message(self, message: Message) -> None:
        """Write one line."""
        self._inside_a_line = True
        try:
            sys.stdout.buffer.write(self.format_message(message))
            if not isinstance(message, RecordMessage):
                sys.stdout.buffer.flush()
        finally:
            self._inside_a_line = False
        if self._signal is not None:
            _leave(self._signal)

    def interrupt(self, signum: int, frame: FrameType | None) -> None:
        """Handle SIGTERM or SIGINT: leave now, or after the line in hand.

        Raises:
            SystemExit: with 128 and the signal's number, as a shell reports it.
        """
        # A second signal while leaving must not tear the last lines either.
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, signal.SIG_IGN)
        if self._inside_a_line:
            self._signal = signum
            return
        _leave(signum)


def _leave(signum: int) -> NoReturn:
    raise SystemExit(128 + signum)
