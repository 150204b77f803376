"""Documents as they come: charsets, packing, damage, and what restricts them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local_amazon import BadJson, ExpiredToken, Outcome, Status, StoredObject
from tests.local_amazon.families import Presentation
from tests.local_amazon.marketplaces import BY_COUNTRY
from tests.report_types import LISTINGS, RETURNS, SHIPPING
from tests.streams.document_compare import assert_arrived, type_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.streams.content_runs import ContentRuns
    from tests.tap_run import Output

STREAM = "sp_merchant_listings_all_data"
RETURNS_STREAM = "sp_flat_file_returns_data_by_return_date"
SHIPPING_STREAM = "sp_flat_file_order_report_data_shipping"
MANY = 1500


def _assert_whole(content: ContentRuns, output: Output, country: str) -> None:
    (report,) = content.reports(LISTINGS)
    document = content.amazon.families.document(report["reportId"])
    rows = {STREAM: output.records(STREAM)}
    kind = type_file("selling_partner", LISTINGS)
    assert assert_arrived(kind, document, rows, country=country) > 5


@pytest.mark.parametrize(
    ("country", "charset", "content_type"),
    [
        ("US", "utf-8", "text/plain; charset=UTF-8"),
        ("US", "utf-8", "text/plain"),
        ("US", "utf-8-sig", "text/plain;charset=utf8"),
        ("US", "utf-16", "text/plain; charset=UTF-16"),
        ("DE", "cp1252", "text/plain; charset=Cp1252"),
        ("DE", "cp1252", "text/plain; charset=windows-1252"),
        ("DE", "cp1252", "text/plain; charset=ISO-8859-1"),
        ("DE", "cp1252", "text/plain"),
        ("DE", "utf-8", "text/plain"),
        ("JP", "cp932", "text/plain; charset=Shift_JIS"),
        ("JP", "cp932", "text/plain; charset=windows-31j"),
        ("JP", "cp932", "text/plain"),
        ("JP", "utf-8", "text/plain"),
    ],
)
def test_every_letter_arrives(
    content: ContentRuns, country: str, charset: str, content_type: str
) -> None:
    """Umlauts, circled numbers and narrow kana: as they were, whatever is declared."""
    content.amazon.selling_partner.region = BY_COUNTRY[country].region
    content.amazon.families.presentations[LISTINGS] = Presentation(
        charset=charset, content_type=content_type
    )
    output = content.read(LISTINGS, sp_marketplaces=[country])
    assert 0 == output.status
    _assert_whole(content, output, country)


@pytest.mark.parametrize(
    ("members", "declared"),
    [(1, "GZIP"), (4, "GZIP"), (0, None), (0, "GZIP"), (2, None)],
)
def test_packing_is_told_by_the_bytes(
    content: ContentRuns, members: int, declared: str | None
) -> None:
    """Whatever Amazon declares, packed is unpacked and plain is read."""
    content.amazon.families.presentations[LISTINGS] = Presentation(
        members=members, compression=declared
    )
    _assert_whole(content, content.read(LISTINGS), "US")


def test_bytes_that_are_no_text(content: ContentRuns) -> None:
    """They are replaced, counted and told, and their row arrives."""
    body = b"item-name\tseller-sku\nbroken \xff\xfe name\t1\nwhole\t2\n"
    made = StoredObject(body, "text/plain; charset=UTF-8")
    content.amazon.selling_partner.contents[LISTINGS] = lambda _report: made
    output = content.read(LISTINGS)
    assert 0 == output.status
    names = [row["item_name"] for row in output.records(STREAM)]
    assert ["broken \ufffd\ufffd name", "whole"] == names
    assert "2 undecodable bytes were replaced" in content.warnings


REPEAT_PURCHASES = "GET_BRAND_ANALYTICS_REPEAT_PURCHASE_REPORT"


def _repeat_purchases(content: ContentRuns, rows: list[dict[str, object]]) -> Output:
    """Read a document that has these rows, of one week."""
    document = json.dumps({"dataByAsin": rows}).encode()
    made = StoredObject(document, "application/json")
    content.amazon.selling_partner.contents[REPEAT_PURCHASES] = lambda _report: made
    entry = {
        "report_type": REPEAT_PURCHASES,
        "report_options": {"reportPeriod": "WEEK"},
    }
    return content.read(entry, start_date="2026-11-01", end_date="2026-11-08")


def test_a_date_of_a_key_that_does_not_fit_is_a_date_all_the_same(
    content: ContentRuns,
) -> None:
    """The column stays one of dates, and rows that share the key then are told."""
    week = {"endDate": "2026-11-07", "asin": "B0", "orders": 3}
    rows = [{"startDate": "2026-W07", **week}, {"startDate": "2026-W08", **week}]
    output = _repeat_purchases(content, rows)
    (stream,) = output.schemas
    assert [("0001-01-01", "2026-W07"), ("0001-01-01", "2026-W08")] == [
        (row["start_date"], row["_extra"]["startDate"])
        for row in output.records(stream)
    ]
    assert "start_date" in content.warnings
    assert "1 row" in content.warnings


@pytest.mark.parametrize("asins", [["B1", "B1", "B2", "B1"], ["B1", "B2"]])
def test_rows_that_a_loader_would_make_one_are_told(
    content: ContentRuns, asins: list[str]
) -> None:
    """Amazon promises no key: one that comes again is told, with its rows."""
    week = {"startDate": "2026-11-01", "endDate": "2026-11-07"}
    rows = [{**week, "asin": asin, "orders": n} for n, asin in enumerate(asins)]
    output = _repeat_purchases(content, rows)
    (stream,) = output.schemas
    assert 0 == output.status
    assert len(asins) == len(output.records(stream))
    told = "2 rows have the key of an earlier row"
    assert (len(asins) > 2) == (told in content.warnings)
    assert (len(asins) > 2) == (f"{stream} of report" in content.warnings)


def test_a_type_that_nobody_knows_may_be_json(content: ContentRuns) -> None:
    """No row of a type without a file is lost for its format."""
    name = "GET_BRAND_NEW_THING_REPORT"
    document = b'{"reportData":[{"asin":"B1","sales":1},{"asin":"B2","sales":2}]}'
    content.amazon.selling_partner.contents[name] = lambda _report: StoredObject(
        document, "application/json"
    )
    output = content.read(name, start_date="2026-11-15", end_date="2026-11-16")
    assert 0 == output.status
    assert [{"asin": "B1", "sales": 1}, {"asin": "B2", "sales": 2}] == [
        row["row"] for row in output.records("sp_brand_new_thing_report")
    ]


class Deliveries:
    """What storage delivers of one document, download by download."""

    def __init__(self, *bodies: bytes) -> None:
        """Deliver the first of `bodies`, then the second; the last from then on."""
        self._bodies = list(bodies)
        self.count = 0

    def __call__(self) -> Iterator[bytes]:
        """Yield the bytes of the next delivery."""
        body = self._bodies[min(self.count, len(self._bodies) - 1)]
        self.count += 1
        yield body

    def hold(self, content: ContentRuns) -> None:
        """Let the listings be what is delivered here."""
        made = StoredObject(self, "text/plain; charset=UTF-8")
        content.amazon.selling_partner.contents[LISTINGS] = lambda _report: made


def _table() -> bytes:
    lines = [f"{n:0300d}\t{n}" for n in range(MANY)]
    return "\n".join(["item-name\tseller-sku", *lines, ""]).encode()


WHOLE = gzip.compress(_table(), mtime=0)
WRONG_CHECKSUM = WHOLE[:-8] + bytes(byte ^ 0xFF for byte in WHOLE[-8:-4]) + WHOLE[-4:]
DAMAGED = {
    "cut short": WHOLE[: len(WHOLE) * 2 // 3],
    "wrong checksum": WRONG_CHECKSUM,
    "no end": WHOLE[:-3],
    "a broken beginning": WHOLE[:10] + b"\xff" + WHOLE[11:],
}


@pytest.mark.parametrize("damage", list(DAMAGED))
def test_a_damaged_document_gives_no_row(content: ContentRuns, damage: str) -> None:
    """It is fetched once more: each row is written once, as the good copy has it."""
    deliveries = Deliveries(DAMAGED[damage], WHOLE)
    deliveries.hold(content)
    output = content.read(LISTINGS)
    assert 0 == output.status
    rows = output.records(STREAM)
    assert list(range(1, MANY + 1)) == [row["report_row"] for row in rows]
    assert [str(n) for n in range(MANY)] == [row["seller_sku"] for row in rows]
    assert 2 == deliveries.count
    assert "fetching it again" in content.warnings
    assert 1 == len(content.seen("createReport"))


@pytest.mark.parametrize("damage", list(DAMAGED))
def test_a_damaged_document_that_is_too_long_to_be_held(
    content: ContentRuns, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read once for its checksums alone: no row of it is ever written."""
    name = "tap_amazon_reports.reports.document_reader.CHECKED_BYTES"
    monkeypatch.setattr(name, len(DAMAGED[damage]) - 1)
    deliveries = Deliveries(DAMAGED[damage], WHOLE)
    deliveries.hold(content)
    output = content.read(LISTINGS)
    assert 0 == output.status
    rows = output.records(STREAM)
    assert list(range(1, MANY + 1)) == [row["report_row"] for row in rows]
    assert [str(n) for n in range(MANY)] == [row["seller_sku"] for row in rows]
    assert 3 == deliveries.count
    assert 2 == len(content.seen("getReportDocument"))
    assert "fetching it again" in content.warnings


def test_what_comes_the_second_time_is_what_was_checked(
    content: ContentRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy that differs from the checked one does not count as read."""
    monkeypatch.setattr(
        "tap_amazon_reports.reports.document_reader.CHECKED_BYTES", len(WHOLE) // 2
    )
    other = gzip.compress(_table().replace(b"\t7\n", b"\t77777\n"), mtime=0)
    deliveries = Deliveries(WHOLE, other, WHOLE)
    deliveries.hold(content)
    output = content.read(LISTINGS)
    rows = output.records(STREAM)[-MANY:]
    assert 0 == output.status
    assert [str(n) for n in range(MANY)] == [row["seller_sku"] for row in rows]
    assert 4 == deliveries.count
    assert "changed while it was being read" in content.warnings


def _md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()


def test_a_copy_of_another_md5_gives_no_row(content: ContentRuns) -> None:
    """A text without a checksum of its own is told by the one of storage."""
    good, bad = b"item-name\tseller-sku\nGood\t1\n", b"item-name\tseller-sku\nGood\t7\n"
    deliveries = Deliveries(bad, good)
    made = StoredObject(deliveries, content_md5=base64.b64encode(_md5(good)).decode())
    content.amazon.selling_partner.contents[LISTINGS] = lambda _report: made
    output = content.read(LISTINGS)
    assert (0, ["1"]) == (
        output.status,
        [row["seller_sku"] for row in output.records(STREAM)],
    )
    assert "its MD5 is not the one that storage states" in content.warnings


def test_a_document_that_stays_damaged_fails_its_stream(content: ContentRuns) -> None:
    """No window of it counts as read: its report is adopted by the next run."""
    Deliveries(DAMAGED["wrong checksum"]).hold(content)
    first = content.read(LISTINGS)
    assert (1, []) == (first.status, first.records(STREAM))
    assert "damaged" in content.failure
    (partition,) = first.state["bookmarks"][STREAM]["partitions"]
    assert 1 == len(partition["created"])
    Deliveries(WHOLE).hold(content)
    content.amazon.selling_partner.documents.clear()
    content.amazon.selling_partner.add_document(
        content.reports(LISTINGS)[0], StoredObject(Deliveries(WHOLE))
    )
    second = content.read(LISTINGS, state=first.state)
    assert (0, MANY) == (second.status, len(second.records(STREAM)))
    assert 1 == len(content.seen("createReport"))


# Restricted documents


def _tokens(content: ContentRuns) -> list[dict[str, Any]]:
    return [json.loads(seen.body) for seen in content.seen("createRestrictedDataToken")]


def test_personal_data_is_opened_with_a_token_of_its_own(content: ContentRuns) -> None:
    """A restricted token is for one document's path, and sent for nothing else."""
    output = content.read(SHIPPING, start_date="2026-11-10")
    assert 0 == output.status
    assert output.records(SHIPPING_STREAM)
    opened = content.seen("getReportDocument")
    asked = [one for token in _tokens(content) for one in token["restrictedResources"]]
    assert [("GET", seen.path) for seen in opened] == [
        (one["method"], one["path"]) for one in asked
    ]
    tokens = set(content.amazon.selling_partner.restricted_tokens)
    assert tokens == {seen.headers["x-amz-access-token"] for seen in opened}
    others = [seen for seen in content.amazon.seen if seen not in opened]
    sent = {seen.headers.get("x-amz-access-token") for seen in others}
    assert not tokens & sent
    assert [] == content.amazon.refused
    assert not any(token in output.text for token in tokens)


def test_a_restricted_token_that_was_spent_is_replaced(content: ContentRuns) -> None:
    """The quota of documents can outlast the hour of a token: another is asked for."""
    content.amazon.faults.add("getReportDocument", ExpiredToken())
    output = content.read(SHIPPING, start_date="2026-11-10")
    assert 0 == output.status
    assert output.records(SHIPPING_STREAM)
    assert [403, 200] == [seen.status for seen in content.seen("getReportDocument")]
    assert 2 == len(_tokens(content))


def test_a_restricted_token_that_is_never_accepted(content: ContentRuns) -> None:
    """Two are enough to know: the line says what to check."""
    content.spoil("getReportDocument", ExpiredToken())
    output = content.read(SHIPPING, start_date="2026-11-10")
    assert 1 == output.status
    assert "sp_refresh_token is still authorised" in content.failure
    assert 2 == len(_tokens(content))


def test_an_empty_answer_is_no_document(content: ContentRuns) -> None:
    """Something on the way answers with nothing: no window counts as read by that."""
    content.spoil("storage.get", BadJson(b""))
    output = content.read(LISTINGS)
    assert (1, []) == (output.status, output.records(STREAM))
    assert "the document is damaged: it is empty" in content.failure
    content.mend()
    assert 0 == content.read(LISTINGS, state=output.state).status


def test_an_empty_document_is_empty_when_storage_says_so(content: ContentRuns) -> None:
    """Its ETag is the one of nothing: there are no rows, and the log says so."""
    content.amazon.selling_partner.compression = None
    content.amazon.selling_partner.contents[LISTINGS] = lambda _report: StoredObject(
        b""
    )
    output = content.read(LISTINGS)
    assert (0, []) == (output.status, output.records(STREAM))
    assert "was read: 0 rows" in content.caplog.text


def test_a_type_that_became_restricted(content: ContentRuns) -> None:
    """Amazon's list changes: on 403 a token is tried, once, and the rows arrive."""
    content.amazon.selling_partner.restricted_types.add(RETURNS)
    output = content.read(RETURNS, start_date="2026-11-05")
    assert 0 == output.status
    assert output.records(RETURNS_STREAM)
    assert [403, 200] == [seen.status for seen in content.seen("getReportDocument")]
    assert 1 == len(_tokens(content))


def test_a_setting_spares_the_refusal(content: ContentRuns) -> None:
    """`restricted` of an entry asks for the token at once."""
    content.amazon.selling_partner.restricted_types.add(RETURNS)
    entry = {"report_type": RETURNS, "restricted": True}
    output = content.read(entry, start_date="2026-11-05")
    assert 0 == output.status
    assert [200] == [seen.status for seen in content.seen("getReportDocument")]


def test_without_the_role_the_first_refusal_is_told(content: ContentRuns) -> None:
    """Who may not have such tokens learns what to check, after two requests."""
    content.amazon.selling_partner.restricted_types.add(RETURNS)
    content.spoil("createRestrictedDataToken", Status(403))
    output = content.read(RETURNS, start_date="2026-11-05")
    assert 1 == output.status
    assert "getReportDocument" in content.failure
    assert "403" in content.failure
    assert 1 == len(content.seen("getReportDocument"))
    assert 1 == len(_tokens(content))


def test_other_refusals_are_no_reason_for_a_token(content: ContentRuns) -> None:
    """A document that is gone is gone: no token is asked for."""
    content.amazon.faults.add("getReportDocument", Status(404, "NotFound"))
    content.amazon.selling_partner.outcomes[LISTINGS] += [Outcome("DONE")]
    output = content.read(LISTINGS)
    assert 1 == output.status
    assert [] == _tokens(content)
