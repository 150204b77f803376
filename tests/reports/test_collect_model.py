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

    # What is of no matter here, so that the rest comes often.
    an_order_comes = None  # type: ignore[assignment]
    an_order_comes_late = None  # type: ignore[assignment]
    an_order_is_restated = None  # type: ignore[assignment]
    another_application_is_faster = None  # type: ignore[assignment]
    another_application_makes_a_report = None  # type: ignore[assignment]
    reports_go_wrong = None  # type: ignore[assignment]
    the_lookback_is_set = None  # type: ignore[assignment]
    waiting_is_set = None  # type: ignore[assignment]
    windows_are_set = None  # type: ignore[assignment]

    @initialize(name=st.sampled_from(sorted(COLLECTED)))
    def begin(self, name: str) -> None:
        """Begin with a type of one stream, or of two."""
        self._begin(COLLECTED[name], collects=True)
        for pipeline in self.pipelines:
            # More is wanted later, and then has to be read from its beginning.
            pipeline.settings.markets = MARKETS[:1]
            pipeline.settings.streams = pipeline.settings.streams[:1]

    @rule(
        fates=st.lists(
            st.one_of(
                st.just(Fate(seconds=0)),
                FATES,
                st.just(Fate(seconds=STUCK_HOURS * 3600)),
            ),
            min_size=1,
            max_size=4,
        ),
        market=st.integers(0, 2),
        hours=st.sampled_from([0, 3, 30]),
    )
    def a_schedule_makes_reports(
        self, fates: list[Fate], market: int, hours: int
    ) -> None:
        """Of one marketplace after the other, each with a row that no other has."""
        for number, fate in enumerate(fates):
            self.clock.advance(hours=hours, seconds=1)
            self._make(MARKETS[(market + number) % len(MARKETS)], fate)

    def _make(self, market: str, fate: Fate) -> None:
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


def test_each_stream_remembers_its_own_marketplaces() -> None:
    """A stream that is selected later and alone gets what it never had."""
    kind = COLLECTED["JSON of two streams"]
    histories = CollectHistories()
    histories.begin(name="JSON of two streams")
    (pipeline, _) = histories.pipelines
    orders, items = (one.stream for one in kind.kind.layout.records)
    histories.a_schedule_makes_reports(fates=[Fate(seconds=0)], market=1, hours=0)
    for markets, streams in (
        (("US", "CA"), (orders,)),
        (("US",), (orders, items)),
        (("US", "CA"), (items,)),
    ):
        histories.a_schedule_makes_reports(fates=[Fate(seconds=0)], market=0, hours=3)
        pipeline.settings.markets, pipeline.settings.streams = markets, streams
        assert pipeline.run().is_complete

    assert not pipeline.unread()
