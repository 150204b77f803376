"""Random histories of runs against a model of the truth: reports by windows.

The rules are what happens to a pipeline: runs, runs that are cut off at any message,
runs while another application works, states that arrive late, days without a run,
reports that are stuck, fail, are cancelled or forgotten, orders that are new, late or
restated, and settings that change. `TAP_TEST_HISTORIES=20000` runs so many of them;
`--hypothesis-seed` repeats one.
"""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from tap_amazon_reports.reports.status import ReportStatus
from tests.clock import ScriptedClock
from tests.reports.run_model.amazon import Amazon, Fate
from tests.reports.run_model.histories import DAY, RANDOM, WHO, Histories
from tests.reports.run_model.kinds import KINDS
from tests.reports.run_model.pipeline import Pipeline

OFTEN = ["JSON of two streams", "JSON of whole days"] * 2
"""Where documents tell their options, there is more that can go wrong."""


class WindowHistories(Histories):
    """Of types that are asked for by windows."""

    @initialize(name=st.sampled_from([*sorted(KINDS), *OFTEN]))
    def begin(self, name: str) -> None:
        """Begin with one of all kinds of types."""
        self._begin(KINDS[name])

    @rule(who=WHO)
    def two_complete_runs(self, who: int) -> None:
        """Then the table is the truth, but for what is left to the next run."""
        pipeline = self.pipelines[who]
        self.amazon.fates = []
        # What is stuck ripens, and what is older than now is no longer adopted.
        self.clock.advance(hours=self.kind.kind.fresh_hours + 1)
        self._run_until_complete(pipeline)
        self.clock.advance(hours=2)
        now, created = self.clock.now(), self.amazon.calls["create"]

        assert pipeline.run().is_complete

        behind = timedelta(hours=self.kind.behind_hours)
        for bookmark in pipeline.bookmarks():
            reached = bookmark or pipeline.first_start
            assert reached >= min(pipeline.settings.end, now) - behind
        assert not pipeline.untrue()
        created = self.amazon.calls["create"] - created
        assert created <= self._most_reports(pipeline)

    def _most_reports(self, pipeline: Pipeline) -> int:
        """Return how many reports read the look-back and the hours since."""
        behind = timedelta(hours=self.kind.behind_hours)
        span = pipeline.settings.lookback + behind + 2 * DAY
        longest = min(self.kind.longest_days, pipeline.settings.window_days or 30)
        each = -(-span // (max(1, longest) * DAY)) + 1
        return each * len(pipeline.partitions)

    @invariant()
    def nothing_behind_a_bookmark_is_missing(self) -> None:
        """A bookmark never passes what was not read, whatever happened."""
        for pipeline in self.pipelines:
            assert not pipeline.missing()


TestWindowHistories = WindowHistories.TestCase
TestWindowHistories.settings = RANDOM


def _pipeline(name: str) -> Pipeline:
    """Return one of a kind of type, for one marketplace, that was never run."""
    kind = KINDS[name]
    pipeline = Pipeline("one", Amazon(ScriptedClock(), kind.kind), kind)
    pipeline.settings.markets = ("US",)
    return pipeline


def test_each_cancellation_is_the_first_once_the_window_was_there() -> None:
    """A look-back that is cancelled, then empty, then cancelled again, loses no row."""
    pipeline = _pipeline("a flat file")
    amazon = pipeline.amazon
    cancelled = Fate(status=ReportStatus.CANCELLED)
    left = []
    for fate in (Fate(), cancelled, Fate(), cancelled):
        amazon.clock.advance(hours=24)
        amazon.fates = [fate]
        left.append(bool(pipeline.run().left))

    assert [False, True, False, True] == left


def test_a_look_back_that_was_created_is_found_in_the_listing() -> None:
    """Amazon tells milliseconds of when it made a report; no window begins at them."""
    pipeline = _pipeline("a flat file")
    amazon, clock = pipeline.amazon, pipeline.amazon.clock
    pipeline.settings.window_days = 1
    clock.advance(seconds=0.4)
    # Created in one run and read in the next: the look-back counts from the first.
    pipeline.run(messages=1)
    clock.advance(hours=1)
    pipeline.run()
    clock.advance(hours=24)
    read = len(amazon.made)
    pipeline.run(messages=0)
    clock.advance(hours=1)

    assert pipeline.run().is_complete

    requests = [made.request for made in amazon.made.values()][read:]
    assert len(set(requests)) == len(requests)


def test_of_two_remembered_reports_the_newer_is_read() -> None:
    """A stream that was not selected meanwhile may remember one that is gone."""
    pipeline = _pipeline("JSON of whole days")
    amazon = pipeline.amazon
    orders, items = pipeline.settings.streams
    pipeline.settings.streams = (items,)
    pipeline.run(messages=1)
    amazon.made["100"].is_gone = True
    pipeline.settings.streams = (orders, items)
    pipeline.run(messages=2)

    assert pipeline.run().is_complete
    requests = [made.request for made in amazon.made.values() if not made.is_gone]
    assert len(set(requests)) == len(requests)
