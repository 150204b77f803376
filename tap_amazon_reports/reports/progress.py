"""A bar on a terminal; elsewhere the lines of the log say it all."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NoReturn, TextIO

    from tqdm import tqdm


class Progress:
    """Shows how many of the wanted reports have been read."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """Show nothing yet.

        Args:
            stream: to write to if it is a terminal; by default standard error.
        """
        self._stream = stream or sys.stderr
        self._bar: tqdm[NoReturn] | None = None
        self._wanted = 0
        self._read = 0
        self._exits = ExitStack()

    def grow(self, reports: int) -> None:
        """Expect so many reports more."""
        if not self._stream.isatty():
            return
        self._wanted += reports
        if self._bar is None and reports:
            self._show()
        if self._bar is not None:
            self._bar.total = self._wanted
            self._bar.refresh()

    def _show(self) -> None:
        # Most runs have no terminal, and need none of it.
        from tqdm import tqdm  # noqa: PLC0415
        from tqdm.contrib.logging import logging_redirect_tqdm  # noqa: PLC0415

        self._bar = tqdm(unit=" reports", file=self._stream, leave=False)
        # Lines of the log go above the bar, and not into it.
        self._exits.enter_context(logging_redirect_tqdm())

    def step(self) -> None:
        """Count one report that is read, and leave when it was the last."""
        if self._bar is None:
            return
        self._bar.update()
        self._read += 1
        if self._read >= self._wanted:
            self.close()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        self._exits.close()
