"""A seller of whom nothing was asked yet, for the streams of rows."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from tests.amazon import LocalAmazon
from tests.streams.content_runs import ContentRuns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clock import ScriptedClock


@pytest.fixture
def content(
    clock: ScriptedClock, caplog: pytest.LogCaptureFixture
) -> Iterator[ContentRuns]:
    """Yield runs against an Amazon that holds no reports yet; nothing may leak."""
    caplog.set_level(logging.DEBUG)
    with LocalAmazon(clock=clock, populate=False) as amazon:
        runs = ContentRuns(amazon, clock, caplog)
        yield runs
        runs.check()
    assert runs.outputs, "nothing was read"
