"""Random histories of runs against a model of the truth: collected reports."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tap_amazon_reports.reports.report import ReportRequest
from tests.reports.run_model.amazon import Fate
from tests.reports.run_model.histories import (
    FATES,
    MARKETS,
    RANDOM,
    WHO,
    Histories,
)
from tests.reports.run_model.kinds import COLLECTED, TYPE

STUCK_HOURS = 60


class CollectHistories(Histories):
    """Of types whose reports a schedule makes."""

    @initialize(name=st.sampled_from(sorted(COLLECTED)))
    def begin(self, name: str) -> None:
        """Begin with a type of one stream, or of two."""
        self._begin(COLLECTED[name], collects=True)

    @rule(
        fate=st.one_of(FATES, st.just(Fate(seconds=STUCK_HOURS * 3600))),
        market=st.sampled_from(MARKETS),
    )
    def a_schedule_makes_a_report(self, fate: Fate, market: str) -> None:
        """Of the day before, with a row that no other report has."""
        self.clock.advance(seconds=1)
        self._place(market, hours_ago=1)
        now = self.clock.now().replace(microsecond=0)
        self.amazon.make(
            ReportRequest(
                report_type=TYPE,
                marketplace_ids=(market,),
                data_start=now - timedelta(days=1),
                data_end=now,
            ),
            "a schedule",
            fate,
        )

    @rule(who=WHO)
    def two_complete_runs(self, who: int) -> None:
        """Then every report was read, and a second run reads nothing."""
        pipeline = self.pipelines[who]
        self.clock.advance(hours=STUCK_HOURS)
        self._run_until_complete(pipeline)
        assert not pipeline.unread()
        read = self.amazon.calls["document"]

        assert pipeline.run().is_complete

        assert read == self.amazon.calls["document"]


TestCollectHistories = CollectHistories.TestCase
TestCollectHistories.settings = RANDOM
