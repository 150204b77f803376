"""Singer messages to standard output: fast, whole, and never torn by a signal."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from singer_sdk.contrib.msgspec import MsgSpecWriter, encoder

from tap_amazon_reports.amazon.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from types import FrameType

    from singer_sdk.singerlib.encoding.simple import Message

    from tap_amazon_reports.amazon.clock import Clock

logger = logging.getLogger(__name__)

STOP_SECONDS = 8.0
"""How long after a signal the last lines and the state may take to be read."""
_SAME_STOP_SECONDS = 1.0
"""Ctrl-C comes twice within that: from the terminal, and from who has started this."""
_BLOCK_BYTES = 64 * 1024
"""What a pipe holds."""


class OutputError(BrokenPipeError):
    """Standard output takes nothing more, for another reason than a target's end."""


class MessageWriter(MsgSpecWriter):
    """The SDK's msgspec writer, with two differences.

    RECORD messages gather in a buffer until it is large, or another message comes, or
    the tap waits. And a signal that comes while lines are being written waits for the
    end of the last one: half a line, or a STATE message inside a RECORD message, would
    break the target.

    Attributes:
        has_untold_records: whether records were written since the last STATE message.
    """

    def __init__(self) -> None:
        """Start with nothing to write."""
        super().__init__()
        self.has_untold_records = False
        # Only whole lines are ever added, each by one call that no signal can divide.
        self._lines = bytearray()
        self._is_writing = False
        self._signal: int | None = None

    def write_message(self, message: Message) -> None:
        """Write one line, and all those before it."""
        self.write_line(encoder.encode(message.to_dict()) + b"\n")

    def write_line(self, line: bytes) -> None:
        """Write one line, and all those before it."""
        self._lines.extend(line)
        self.flush()

    def write_state(self, line: bytes) -> None:
        """Write a STATE message, and all lines before it."""
        self.write_line(line)
        self.has_untold_records = False

    def record_lines(
        self, stream: str, *, version: int | None, now: Callable[[], datetime]
    ) -> Callable[[bytes], None]:
        """Return what writes records of a stream, a JSON line each, as RECORD messages.

        Args:
            stream: its name.
            version: of the table, if targets are to replace what they have.
            now: tells the time of extraction, which records written together share.
        """
        start: dict[str, Any] = {"type": "RECORD", "stream": stream}
        if version is not None:
            start["version"] = version
        head = encoder.encode(start)[:-1] + b',"record":'
        lines = self._lines

        def write(records: bytes) -> None:
            tail = b',"time_extracted":' + encoder.encode(now()) + b"}\n"
            # In JSON, an end of a line is never inside of a text.
            messages = records.removesuffix(b"\n").replace(b"\n", tail + head)
            lines.extend(b"".join((head, messages, tail)))
            self.has_untold_records = True
            if len(lines) > _BLOCK_BYTES:
                self.flush()

        return write

    def flush(self) -> None:
        """Give all lines to the target.

        Raises:
            BrokenPipeError: if it is gone, or the file is full that takes its place.
        """
        self._is_writing = True
        try:
            out = _output()
            # A signal cuts a long write to a full pipe short, without an error.
            while self._lines:
                del self._lines[: out.write(self._lines)]
            out.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            msg = f"standard output cannot be written: {error.strerror}"
            raise OutputError(msg) from None
        finally:
            self._is_writing = False
        if self._signal is not None:
            _leave(self._signal)

    def interrupt(self, signum: int, frame: FrameType | None) -> None:
        """Handle SIGTERM or SIGINT: leave now, or after the lines in hand.

        A target that does not read holds up neither for ever: after a while, and at
        another signal, the process ends as it is.

        Raises:
            SystemExit: with 128 and the signal's number, as a shell reports it.
        """
        _limit_the_end(signum)
        if self._is_writing:
            self._signal = signum
            logger.info(
                "stopping as soon as the target has read the last lines; after %.0f s,"
                " or at another signal, without them",
                STOP_SECONDS,
            )
            return
        _leave(signum)


def _output() -> BinaryIO:
    """Return standard output, for bytes.

    Raises:
        OutputError: there is none: the process was started with it closed.
    """
    out: BinaryIO | None = getattr(sys.stdout, "buffer", None)
    if out is None:
        msg = "standard output is closed, so no target can be reached"
        raise OutputError(msg)
    return out


def discard_output() -> None:
    """Let what is still written, also at the very end, go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    if getattr(sys.stdout, "buffer", None) is None:
        sys.stdout = os.fdopen(nowhere, "w")
    else:
        os.dup2(nowhere, sys.stdout.fileno())


def _limit_the_end(signum: int) -> None:
    """Let the process end as it is after some seconds, or when a signal comes again."""
    status, clock = 128 + signum, SystemClock()
    began = clock.monotonic()

    def end_at_once(_signum: int, _frame: FrameType | None) -> None:
        # What comes at once is the same stop, and must not tear the last lines.
        if clock.monotonic() - began >= _SAME_STOP_SECONDS:
            os._exit(status)

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, end_at_once)
    deadline = threading.Timer(STOP_SECONDS, os._exit, [status])
    deadline.daemon = True
    deadline.start()


def _leave(signum: int) -> NoReturn:
    raise SystemExit(128 + signum)


class PromptClock:
    """A clock before whose pauses something is done: what is ready goes out first.

    It is done in the thread that made the clock, which is the one that writes.
    """

    def __init__(self, clock: Clock, *, before_a_pause: Callable[[], None]) -> None:
        """Go by `clock`."""
        self._clock = clock
        self._before_a_pause = before_a_pause
        self._thread = threading.get_ident()
        self.now = clock.now
        self.monotonic = clock.monotonic

    def sleep(self, seconds: float) -> None:
        """Do what is to be done, then wait for so many seconds."""
        if threading.get_ident() == self._thread:
            self._before_a_pause()
        self._clock.sleep(seconds)
