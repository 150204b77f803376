"""Amazon's answers at the border: exact, bounded, and of their documented shape."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.amazon.answers import (
    DEEPEST,
    Answer,
    Entry,
    listed,
    pages,
    read_json,
)
from tap_amazon_reports.amazon.errors import UnexpectedAnswerError
from tap_amazon_reports.amazon.shapes import (
    Disbursement,
    PayReport,
    ReportHead,
    SpReport,
)
from tests.clock import NOON
from tests.local_amazon.faults import BadJson

if TYPE_CHECKING:
    from tap_amazon_reports.services import Services
    from tests.local_amazon import LocalAmazon

REPORT: dict[str, Any] = {
    "reportId": "7",
    "reportType": "GET_X",
    "processingStatus": "DONE",
    "createdTime": "2026-11-20T10:00:00Z",
    "dataStartTime": "2026-11-19T00:00:00+00:00",
    "dataEndTime": "2026-11-20T00:00:00+00:00",
    "marketplaceIds": ["ATVPDKIKX0DER"],
    "reportDocumentId": "amzn1.spdoc.1",
}
NEEDED = ("reportId", "reportType", "processingStatus", "createdTime")
STRANGE = [7, 1.5, True, [], [7], {}, {"a": "b"}]


def answer_of(**wire: Any) -> Answer:
    """Return an answer that holds `wire`."""
    return Answer("getReport(reportId=7)", 200, "id-of-request", wire)


class TestShapes:
    """What is not of its documented shape fails, and the field is named."""

    def test_what_is_documented_is_read(self) -> None:
        """Every field that the tap acts on, in its own type."""
        report = answer_of(**REPORT, somethingNew={"a": 1}).read(SpReport)

        assert ("7", "GET_X") == (report.report_id, report.report_type)
        assert "2026-11-20T10:00:00+00:00" == report.created_time.moment.isoformat()
        assert ["ATVPDKIKX0DER"] == report.marketplace_ids
        assert "amzn1.spdoc.1" == report.report_document_id

    def test_amazon_pay_writes_its_times_in_another_way(self) -> None:
        """The basic form of ISO 8601 is a moment too."""
        wire = {**REPORT, "createdTime": "20261120T100000Z"}
        report = answer_of(**wire).read(PayReport)

        assert 10 == report.created_time.moment.hour

    @pytest.mark.parametrize("name", NEEDED)
    @pytest.mark.parametrize("missing", ["left out", None, ""])
    def test_what_is_needed_must_be_there(self, name: str, missing: object) -> None:
        """Left out, null or empty: the field is named, and the request can be found."""
        wire = {**REPORT, name: missing}
        if missing == "left out":
            del wire[name]
        with pytest.raises(UnexpectedAnswerError) as caught:
            answer_of(**wire).read(SpReport)

        assert name in str(caught.value)
        assert "id-of-request" in str(caught.value)

    @pytest.mark.parametrize("name", sorted(set(REPORT) - set(NEEDED)))
    @pytest.mark.parametrize("missing", [None, ""])
    def test_what_may_be_missing_may_be_empty(self, name: str, missing: object) -> None:
        """Null and empty are the same as left out."""
        report = answer_of(**{**REPORT, name: missing}).read(SpReport)

        assert "7" == report.report_id

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            (name, value)
            for name in REPORT
            for value in STRANGE
            if (name, value) != ("marketplaceIds", [])
        ],
    )
    def test_another_type_is_told_and_named(self, name: str, value: object) -> None:
        """A number for a list and the like never ends in an error without a name."""
        with pytest.raises(UnexpectedAnswerError, match=name):
            answer_of(**{**REPORT, name: value}).read(SpReport)

    @pytest.mark.parametrize(
        "moment", ["yesterday", "2026-11-20", "2026-13-01T00:00:00Z", "9" * 30]
    )
    def test_what_is_no_moment_is_named(self, moment: str) -> None:
        """A time has to have a zone."""
        with pytest.raises(UnexpectedAnswerError, match="createdTime"):
            answer_of(**{**REPORT, "createdTime": moment}).read(SpReport)

    def test_a_wrong_entry_spares_the_others(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        """It is told with its place and its id."""
        second = {**REPORT, "reportId": "8", "marketplaceIds": 7}
        listing = answer_of(reports=[REPORT, second, {**REPORT, "reportId": "9"}])
        good, wrong = listing.entries("reports", SpReport)

        assert ["7", "9"] == [entry.known.report_id for entry in good]
        assert 1 == len(wrong)
        assert "reports[1] (8): marketplaceIds: Expected `array`" in caplog.text

    @pytest.mark.parametrize("found", [None, 7, "x", {"a": 1}])
    def test_no_list_is_not_an_empty_list(self, found: object) -> None:
        """What cannot be understood is never taken for "nothing there"."""
        with pytest.raises(UnexpectedAnswerError, match="reports is not a list"):
            answer_of(reports=found).entries("reports", SpReport)

    def test_all_that_was_said_is_kept(self) -> None:
        """A field of another type or name is there to be copied."""
        wire = {**REPORT, "marketplaceIds": 7, "somethingNew": 1}
        (entry,), _ = answer_of(reports=[wire]).entries("reports", ReportHead)

        assert wire == entry.wire


class TestJson:
    """No JSON ends a run, and none becomes what readers cannot read."""

    @pytest.mark.parametrize(
        "body",
        [b"", b"<html>", b'{"a": ', b"NaN", b"[Infinity]", b"\xff\xfe", b"[" * 100_000],
        ids=["nothing", "html", "cut", "nan", "infinity", "bytes", "brackets"],
    )
    def test_what_is_no_json_is_one_error(self, body: bytes) -> None:
        """Deep nesting too."""
        with pytest.raises(ValueError, match="it is n"):
            read_json(body)

    def test_depth_has_a_bound(self) -> None:
        """What is nested deeper than any answer of Amazon's is refused."""
        nested = b"[" * (DEEPEST + 2) + b"]" * (DEEPEST + 2)
        with pytest.raises(ValueError, match="levels deep"):
            read_json(nested)

    @pytest.mark.parametrize(
        "number", ["1e99999999999999999999", "-1E-400", "7" * 5000, "0." + "3" * 5000]
    )
    def test_a_number_that_nobody_can_hold_stays_text(self, number: str) -> None:
        """It ends no run, and no digit of it is lost."""
        assert {"a": number} == read_json(b'{"a": %s}' % number.encode())[0]

    def test_decimals_are_exact(self) -> None:
        """Money never passes through a binary float."""
        value, _ = read_json(b"[0.1000000000000000055511, 1.50]")

        assert [Decimal("0.1000000000000000055511"), Decimal("1.50")] == value
        assert isinstance(value, list)
        assert "1.50" == str(value[1])

    @pytest.mark.parametrize("half", ["\\ud800", "\\udfff", "a\\uD83Db"])
    def test_half_a_character_is_replaced_and_told(self, half: str) -> None:
        """Also in names; the text can be written out."""
        value, replaced = read_json(f'{{"{half}": ["{half}"]}}'.encode())

        assert replaced
        assert "\ufffd" in str(value)
        str(value).encode("utf-8")

    def test_a_whole_character_is_no_half(self) -> None:
        """A pair of surrogates is one character."""
        assert (["\U0001f600"], False) == read_json(rb'["\ud83d\ude00"]')

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=20,
        )
    )
    def test_usual_json_is_what_it_was(self, value: object) -> None:
        """Nothing is changed that had not to be."""
        assert value == read_json(json.dumps(value).encode())[0]


class TestPages:
    """Listings end."""

    def test_a_token_that_repeats_ends_the_listing(self) -> None:
        """Amazon sends the same page again and again: that request fails."""
        asked = []

        def ask(token: str | None) -> Answer:
            asked.append(token)
            return answer_of(reports=[], nextToken="again")

        with pytest.raises(UnexpectedAnswerError, match="nextToken repeats"):
            list(pages(ask))
        assert [None, "again"] == asked

    def test_a_listing_has_a_last_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """New tokens without an end are an error too, and no endless run."""
        monkeypatch.setattr("tap_amazon_reports.amazon.answers.MOST_PAGES", 20)
        tokens = iter(range(1000))

        with pytest.raises(UnexpectedAnswerError, match="more than 20 pages"):
            list(pages(lambda _: answer_of(nextToken=f"t{next(tokens)}")))
        assert 20 == next(tokens)

    def test_pages_without_news_have_an_end(self) -> None:
        """Empty pages and pages that come again are counted, and not read for days."""
        answers = (
            answer_of(reports=[REPORT] * (number % 2), nextToken=f"t{number}")
            for number in range(1000)
        )
        found: list[Entry[SpReport]] = []
        with pytest.raises(UnexpectedAnswerError, match="100 pages in a row"):
            found.extend(listed(answers, "reports", SpReport))

        assert 1 == len(found)
        assert 100 < 1000 - len(list(answers)) < 110

    def test_an_entry_of_two_pages_is_one(self) -> None:
        """Pages overlap when reports are created meanwhile: each is read once."""
        newer = {**REPORT, "reportId": "8"}
        again = {**REPORT, "processingStatus": "CANCELLED"}
        answers = [answer_of(reports=[newer, REPORT]), answer_of(reports=[again])]
        found = [
            (entry.known.report_id, entry.known.processing_status)
            for entry in listed(answers, "reports", SpReport)
        ]

        assert [("8", "DONE"), ("7", "DONE")] == found

    def test_payouts_that_are_the_same_throughout_are_one(self) -> None:
        """Two that differ in anything are two."""
        payout = {"settlementId": "1", "amount": 7}
        other = {**payout, "amount": 8}
        answers = [answer_of(disbursements=[payout, other]) for _ in "12"]

        assert [payout, other] == [
            entry.wire for entry in listed(answers, "disbursements", Disbursement)
        ]

    @pytest.mark.parametrize("token", [7, ["a"], {"a": 1}])
    def test_a_token_is_a_text(self, token: object) -> None:
        """Another type is not sent back, and not taken for the end."""
        with pytest.raises(UnexpectedAnswerError, match="nextToken"):
            list(pages(lambda _: answer_of(nextToken=token)))


def test_the_adoption_listing_survives_one_wrong_entry(
    amazon: LocalAmazon, services: Services
) -> None:
    """One entry with `marketplaceIds: 7` costs that entry, not the whole listing."""
    wrong = {**REPORT, "reportId": "8", "marketplaceIds": 7}
    amazon.faults.add(
        "getReports", BadJson(json.dumps({"reports": [wrong, REPORT]}).encode())
    )
    found = services.selling_partner.get_newest_reports(
        ["GET_X"],
        created_since=NOON - timedelta(days=20),
        created_until=NOON,
    )

    assert ["7"] == [entry.known.report_id for entry in found]
