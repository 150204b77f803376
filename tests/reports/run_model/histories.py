"""What can happen to pipelines, in any order: the rules of random histories."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tap_amazon_reports.reports.report import ReportRequest
from tap_amazon_reports.reports.status import ReportStatus
from tests.clock import ScriptedClock
from tests.reports.run_model.amazon import BROKEN, NOT_YET, Amazon, Fate, Order
from tests.reports.run_model.kinds import DETAILS, TYPE
from tests.reports.run_model.pipeline import Pipeline
from tests.reports.run_model.wanted import FAR, START

if TYPE_CHECKING:
    from tests.reports.run_model.kinds import Kind

HISTORIES = int(os.environ.get("TAP_TEST_HISTORIES", "200"))
DAY = timedelta(days=1)
STUCK_SECONDS = 6 * 3600
MARKETS = ("US", "CA", "MX")
RUNS_UNTIL_COMPLETE = 3
FATES = st.one_of(
    st.builds(Fate, seconds=st.sampled_from([0, 60, 900, STUCK_SECONDS])),
    st.builds(
        Fate,
        status=st.just(ReportStatus.FATAL),
        reason=st.sampled_from([BROKEN, NOT_YET]),
    ),
    st.builds(Fate, status=st.just(ReportStatus.CANCELLED)),
)
HOURS_AGO = st.one_of(st.sampled_from([20, 23, 68, 71]), st.integers(1, 90))
"""Often a little less than a look-back."""
WHO = st.sampled_from([0, 0, 0, 1])
ARE_FEW = HISTORIES <= 200
PHASES = [phase for phase in Phase if phase is not Phase.shrink or ARE_FEW]
"""Of many histories it is enough to hear which seed fails."""
RANDOM = settings(
    max_examples=HISTORIES,
    stateful_step_count=25,
    deadline=None,
    phases=PHASES,
    # A few are the same each time, so that what fails in CI is of the change there.
    derandomize=ARE_FEW,
)


class Histories(RuleBasedStateMachine):
    """What can happen to one report type of two pipelines, in any order."""

    def _begin(self, kind: Kind, *, collects: bool = False) -> None:
        """Begin with a few orders in each marketplace, and without a run."""
        self.kind = kind
        self.clock = ScriptedClock()
        self.amazon = Amazon(self.clock, kind.kind)
        self.pipelines = [
            Pipeline(name, self.amazon, kind, collects=collects)
            for name in ("one", "other")
        ]
        for market in MARKETS:
            for days in (2, 5, 12):
                self._place(market, hours_ago=24 * days)

    # What happens outside.

    @rule(market=st.sampled_from(MARKETS))
    def an_order_comes(self, market: str) -> None:
        """It is there from its moment on."""
        self._place(market, hours_ago=0)

    @precondition(lambda self: self.kind.kind.has_keys)
    @rule(market=st.sampled_from(MARKETS), hours_ago=HOURS_AGO)
    def an_order_comes_late(self, market: str, hours_ago: int) -> None:
        """Within a look-back that is long enough, the next complete run has it."""
        self._place(market, hours_ago=hours_ago)

    def _place(self, market: str, *, hours_ago: int) -> None:
        moment = self.clock.now() - timedelta(hours=hours_ago)
        name = f"o{len(self.amazon.orders)}"
        self._tell(name, Order(market, moment.replace(microsecond=0), 1, timedelta()))

    def _tell(self, name: str, order: Order) -> None:
        """Have Amazon know it, from now on."""
        read = max((made.at for made in self.amazon.made.values()), default=START)
        if read >= order.updated:
            order.needs = self.clock.now() - order.updated
        self.amazon.orders[name] = order
        for pipeline in self.pipelines:
            pipeline.changed(name, order)

    @precondition(lambda self: self.amazon.orders and self.kind.kind.has_keys)
    @rule(data=st.data(), moves=st.booleans())
    def an_order_is_restated(self, data: st.DataObject, moves: bool) -> None:  # noqa: FBT001
        """By last update it moves to now; otherwise it stays in its window."""
        name = data.draw(st.sampled_from(sorted(self.amazon.orders)))
        before = self.amazon.orders[name]
        now = self.clock.now().replace(microsecond=0)
        updated = now if moves else before.updated
        order = Order(before.market, updated, before.version + 1, timedelta())
        self._tell(name, order)

    @rule(hours=st.one_of(st.integers(1, 30), st.integers(1, 200)))
    def time_passes(self, hours: int) -> None:
        """No run for hours, or for days."""
        self.clock.advance(hours=hours)

    @rule(days=st.integers(31, 80))
    def months_pass(self, days: int) -> None:
        """A pipeline was switched off, and is on again."""
        self.clock.advance(hours=24 * days)

    @rule(who=WHO, fates=st.lists(FATES, min_size=1, max_size=3))
    def reports_go_wrong(self, who: int, fates: list[Fate]) -> None:
        """The next ones are slow, stuck, failed or cancelled."""
        self.amazon.fates = fates
        self.pipelines[who].run()

    @rule(
        fate=FATES,
        detail=st.sampled_from([None, *DETAILS]),
        market=st.sampled_from(MARKETS),
        days=st.tuples(st.integers(1, 20), st.integers(0, 9)),
    )
    def another_application_makes_a_report(
        self, fate: Fate, detail: str | None, market: str, days: tuple[int, int]
    ) -> None:
        """Of days that the pipelines may want, of other options or of the same."""
        today = self.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        self.amazon.make(
            ReportRequest(
                report_type=TYPE,
                marketplace_ids=(market,),
                data_start=today - days[0] * DAY,
                data_end=today - (days[0] - days[1]) * DAY,
                options=self._options(detail),
            ),
            "another application",
            fate,
        )

    @rule(
        who=WHO,
        hours=st.sampled_from([0, 0, 1, 24]),
        detail=st.sampled_from([None, *DETAILS, DETAILS[-1]]),
        fate=st.one_of(st.just(Fate(seconds=0)), st.just(Fate()), FATES),
        messages=st.sampled_from([10**9, 10**9, 2, 5]),
    )
    def another_application_is_faster(
        self, who: int, hours: int, detail: str | None, fate: Fate, messages: int
    ) -> None:
        """It makes what a run is about to want, perhaps too early or otherwise."""
        pipeline = self.pipelines[who]
        self.clock.advance(hours=hours)
        requests = pipeline.asks_for()
        self.clock.advance(hours=-hours)
        options = self._options(detail)
        for request in requests:
            made = replace(request, options=options)
            self.amazon.make(made, "another application", fate)
        self.clock.advance(hours=hours)
        pipeline.run(messages=messages)

    def _options(self, detail: str | None) -> tuple[tuple[str, str], ...]:
        """Return what another application says, of a type that has options at all."""
        return (("detail", detail),) if detail and self.kind.kind.options else ()

    @precondition(lambda self: self.amazon.made)
    @rule(data=st.data())
    def amazon_forgets_a_report(self, data: st.DataObject) -> None:
        """As it does after 90 days, and sometimes before."""
        name = data.draw(st.sampled_from(sorted(self.amazon.made)))
        self.amazon.made[name].is_gone = True

    # What the user sets otherwise.

    @rule(who=WHO, days=st.sampled_from([None, 1, 2, 7, 30]))
    def windows_are_set(self, who: int, days: int | None) -> None:
        """`window_days`."""
        self.pipelines[who].settings.window_days = days

    @precondition(lambda self: self.kind.kind.has_keys)
    @rule(who=WHO, days=st.sampled_from([0, 1, 3, 10]))
    def the_lookback_is_set(self, who: int, days: int) -> None:
        """`lookback_days`."""
        self.pipelines[who].settings.lookback = days * DAY

    @rule(who=WHO, days=st.sampled_from([0, 0, 5, 15]))
    def the_start_is_set(self, who: int, days: int) -> None:
        """`start_date`."""
        self.pipelines[who].settings.start = START + days * DAY

    @precondition(lambda self: not self.pipelines[0].collects)
    @rule(who=WHO)
    def the_start_is_not_set(self, who: int) -> None:
        """It is a month before a first run, and says nothing of later ones."""
        self.pipelines[who].settings.start = None

    @rule(who=WHO, days=st.sampled_from([None, None, -2, 0, 2]))
    def the_end_is_set(self, who: int, days: int | None) -> None:
        """`end_date`, somewhere near now."""
        end = FAR if days is None else self.clock.now() + days * DAY
        self.pipelines[who].settings.end = end

    @precondition(lambda self: self.kind.kind.options)
    @rule(who=WHO, detail=st.sampled_from([None, *DETAILS]))
    def options_are_set(self, who: int, detail: str | None) -> None:
        """`report_options`."""
        self.pipelines[who].settings.detail = detail

    @rule(who=WHO, markets=st.sets(st.sampled_from(MARKETS), min_size=1))
    def marketplaces_are_set(self, who: int, markets: set[str]) -> None:
        """`sp_marketplaces`."""
        self.pipelines[who].settings.markets = tuple(sorted(markets))

    @precondition(lambda self: len(self.kind.kind.records) > 1)
    @rule(who=WHO, data=st.data())
    def streams_are_selected(self, who: int, data: st.DataObject) -> None:
        """In the catalogue."""
        names = [one.stream for one in self.kind.kind.records]
        chosen = data.draw(st.sets(st.sampled_from(names), min_size=1))
        self.pipelines[who].settings.streams = tuple(sorted(chosen))

    @rule(who=WHO, waits=st.booleans())
    def waiting_is_set(self, who: int, waits: bool) -> None:  # noqa: FBT001
        """`when_not_done`."""
        self.pipelines[who].settings.waits = waits

    # Runs.

    @rule(who=WHO)
    def a_run(self, who: int) -> None:
        """One that is let alone; it may fail."""
        self.pipelines[who].run()

    @rule(who=WHO, messages=st.integers(0, 12))
    def a_run_is_cut_off(self, who: int, messages: int) -> None:
        """Killed after so many messages."""
        self.pipelines[who].run(messages=messages)

    @rule(who=WHO, answers=st.integers(0, 12))
    def a_run_is_refused(self, who: int, answers: int) -> None:
        """The secret is wrong, or becomes so in the middle of it."""
        self.amazon.answers = answers
        self.pipelines[who].run()
        self.amazon.answers = None

    @rule(calls=st.integers(0, 12), messages=st.one_of(st.none(), st.integers(0, 8)))
    def two_runs_at_once(self, calls: int, messages: int | None) -> None:
        """The other pipeline runs from some call of the first on."""
        first, other = self.pipelines
        left = calls

        def called() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                other.run(messages=10**9 if messages is None else messages)

        self.amazon.on_call = called
        first.run()
        self.amazon.on_call = lambda: None

    @rule(who=WHO, back=st.integers(1, 6))
    def a_state_arrives_late(self, who: int, back: int) -> None:
        """The target confirmed an older message, and no later one."""
        states = self.pipelines[who].target.states
        del states[max(1, len(states) - back) :]

    def _run_until_complete(self, pipeline: Pipeline) -> None:
        """Run until nothing is left; each bad report may cost a run."""
        now = self.clock.now()
        bad = [
            one
            for one in self.amazon.made.values()
            if one.fate.status is not ReportStatus.DONE or not one.is_over(now)
        ]
        for _ in range(RUNS_UNTIL_COMPLETE + len(bad)):
            if pipeline.run().is_complete:
                return
        message = f"{pipeline.name} does not come to an end"
        raise AssertionError(message)
