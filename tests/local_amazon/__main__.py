"""Run the local Amazon alone: `python -m tests.local_amazon`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from typing import TYPE_CHECKING

from .local import LocalAmazon
from .marketplaces import SELLS_IN
from .settings import environment_lines

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; print the settings first.

    The first line is the settings as one JSON object, the lines after it are the same
    as environment variables.

    Returns:
        0, or 1 when there were requests that it does not know.
    """
    options = _parser().parse_args(arguments)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: ended.set())
    amazon = LocalAmazon(port=options.port, speed=options.speed, region=options.region)
    amazon.start()
    try:
        _tell(amazon)
        ended.wait()
    finally:
        amazon.stop()
    return _farewell(amazon)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.local_amazon",
        description="A small Amazon on loopback, to rehearse without an account.",
    )
    parser.add_argument("--port", type=int, default=0, help="default: any free port")
    parser.add_argument(
        "--speed",
        type=float,
        default=1.0,
        help="how much faster than published the quotas refill (default: %(default)s)",
    )
    parser.add_argument(
        "--region",
        choices=sorted(SELLS_IN),
        default="na",
        help="where the seller sells (default: %(default)s)",
    )
    return parser


def _tell(amazon: LocalAmazon) -> None:
    settings = amazon.settings()
    lines = [json.dumps(settings), *environment_lines(settings)]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _farewell(amazon: LocalAmazon) -> int:
    sys.stderr.write(
        f"{len(amazon.seen)} requests, {len(amazon.refused)} refused, "
        f"{len(amazon.throttled)} throttled\n"
    )
    try:
        amazon.check()
    except AssertionError as complaint:
        sys.stderr.write(f"{complaint}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
