"""Random histories of runs against a model of the truth: snapshots."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tap_amazon_reports.reports.adoption import tells_options
from tests.clock import ScriptedClock
from tests.reports.run_model.amazon import Amazon
from tests.reports.run_model.histories import RANDOM, WHO, Histories
from tests.reports.run_model.kinds import SNAPSHOTS
from tests.reports.run_model.pipeline import Pipeline


class SnapshotHistories(Histories):
    """Of types whose reports show how things are."""

    @initialize(name=st.sampled_from(sorted(SNAPSHOTS)))
    def begin(self, name: str) -> None:
        """Begin with one of all kinds of snapshots."""
        self._begin(SNAPSHOTS[name])

    @rule(who=WHO, replaces=st.booleans())
    def replacing_is_set(self, who: int, replaces: bool) -> None:  # noqa: FBT001
        """`emit_activate_version_messages`."""
        self.pipelines[who].settings.replaces = replaces

    @rule(who=WHO)
    def two_complete_runs(self, who: int) -> None:
        """The table is how things are, and the second run finds that out by itself."""
        pipeline = self.pipelines[who]
        self.amazon.fates = []
        # What is stuck ripens, and what is older than now is no longer adopted.
        self.clock.advance(hours=self.kind.kind.fresh_hours + 7)
        self._run_until_complete(pipeline)
        created = self.amazon.calls["create"]
        rows = dict(pipeline.target.rows)
        pipeline.target.rows.clear()

        assert pipeline.run().is_complete

        if tells_options(self.kind.kind) or not pipeline.settings.replaces:
            assert created == self.amazon.calls["create"]
        if pipeline.settings.replaces and self.kind.kind.dates.trailing_hours is None:
            assert rows.keys() >= pipeline.target.rows.keys()
            assert bool(rows) == bool(pipeline.target.rows)
        elif not pipeline.settings.replaces:
            assert {} == pipeline.target.rows
        pipeline.target.rows.update(rows)
        if self.kind.kind.dates.trailing_hours is None:
            assert not pipeline.untrue_now()


TestSnapshotHistories = SnapshotHistories.TestCase
TestSnapshotHistories.settings = RANDOM


def test_what_is_created_instead_of_an_old_snapshot_has_dates_of_now() -> None:
    """A run is cut off, and the next one comes days later."""
    kind = SNAPSHOTS["with dates"]
    clock = ScriptedClock()
    amazon = Amazon(clock, kind.kind)
    pipeline = Pipeline("one", amazon, kind)
    pipeline.run(messages=0)
    pipeline.run(messages=1)
    clock.advance(hours=72)

    assert pipeline.run().is_complete
    (*_, newest) = amazon.made.values()
    assert newest.request.data_end is not None
    assert clock.now() - newest.request.data_end < timedelta(hours=1)
