"""The way of records to the target: short, and all that a user can turn on kept."""

from __future__ import annotations

import io
import json
import sys
from copy import deepcopy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.singerlib import StateMessage
from singer_sdk.singerlib.encoding.simple import SimpleSingerWriter

from tap_amazon_reports.documents.block import ColumnBlock, RowBlock
from tap_amazon_reports.singer.json_lines import json_lines
from tap_amazon_reports.singer.messages import MessageWriter, PromptClock
from tap_amazon_reports.tap import TapAmazonReports
from tests.clock import NOON, ScriptedClock
from tests.tap_run import Output, discover, selecting, spelled, sync

if TYPE_CHECKING:
    from tests.local_amazon import LocalAmazon

STREAM = "pay_reports"
FULL_TABLE = "pay_report_schedules"


class _Pipe(io.RawIOBase):
    """A target that takes a few bytes at a time.

    Attributes:
        taken: what it has read.
        most: how many bytes it takes at once.
    """

    def __init__(self, most: int = sys.maxsize) -> None:
        self.taken = b""
        self.most = most

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Take the first bytes, as a pipe does when a signal comes."""
        some = bytes(data)[: self.most]
        self.taken += some
        return len(some)


class _Stdout(io.TextIOWrapper):
    """Standard output without a buffer of its own."""

    @property
    def buffer(self) -> Any:
        """The pipe."""
        return self.pipe

    def __init__(self, pipe: _Pipe) -> None:
        self.pipe = pipe
        super().__init__(io.BytesIO())


def _writer(monkeypatch: pytest.MonkeyPatch, pipe: _Pipe) -> MessageWriter:
    monkeypatch.setattr(sys, "stdout", _Stdout(pipe))
    return MessageWriter()


def _lines(pipe: _Pipe) -> list[dict[str, Any]]:
    return [json.loads(line) for line in pipe.taken.splitlines()]


def _line(**record: Any) -> bytes:
    return json.dumps(record).encode() + b"\n"


def _catalog(amazon: LocalAmazon, clock: ScriptedClock, stream: str) -> dict[str, Any]:
    found = discover(amazon.settings(), clock=clock)
    return selecting(found, [stream])


def _deselect(catalog: dict[str, Any], stream: str, *crumbs: str) -> None:
    entry = next(one for one in catalog["streams"] if one["stream"] == stream)
    for metadata in entry["metadata"]:
        if metadata["breadcrumb"] == list(crumbs):
            metadata["metadata"]["selected"] = False
            return
    entry["metadata"].append({"breadcrumb": crumbs, "metadata": {"selected": False}})


def test_records_wait_for_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few records go out with the STATE that covers them, before it."""
    pipe = _Pipe()
    writer = _writer(monkeypatch, pipe)
    write = writer.record_lines("rows", version=None, now=lambda: NOON)
    write(_line(a=1))
    write(_line(a=2))
    before = pipe.taken
    writer.write_message(StateMessage({"read": 2}))

    assert b"" == before
    assert ["RECORD", "RECORD", "STATE"] == [line["type"] for line in _lines(pipe)]


def test_many_records_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held back is bounded, so the target has work early."""
    pipe = _Pipe()
    writer = _writer(monkeypatch, pipe)
    write = writer.record_lines("rows", version=None, now=lambda: NOON)
    for number in range(5000):
        write(_line(a=number, text="x" * 50))

    assert 4000 < len(pipe.taken.splitlines()) < 5000


def test_no_record_is_held_back_while_the_tap_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The target works while Amazon makes the tap wait."""
    pipe = _Pipe()
    writer = _writer(monkeypatch, pipe)
    scripted = ScriptedClock()
    clock = PromptClock(scripted, before_a_pause=writer.flush)
    writer.record_lines("rows", version=None, now=clock.now)(_line(a=1))
    clock.sleep(7)

    assert ["RECORD"] == [line["type"] for line in _lines(pipe)]
    assert [7] == scripted.sleeps
    assert NOON + timedelta(seconds=7) == clock.now()


def test_a_write_that_is_cut_short_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a long write that a signal ends early, the rest is written too, once."""
    pipe = _Pipe(most=1000)
    writer = _writer(monkeypatch, pipe)
    write = writer.record_lines("rows", version=None, now=lambda: NOON)
    for number in range(3000):
        write(_line(a=number))
    writer.flush()

    assert list(range(3000)) == [line["record"]["a"] for line in _lines(pipe)]


def test_records_that_come_together_are_a_message_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever is in a text, one record is one line, with what belongs to it."""
    pipe = _Pipe()
    writer = _writer(monkeypatch, pipe)
    write = writer.record_lines("rows", version=7, now=lambda: NOON)
    texts = ["plain", 'a "quote"', "two\nlines", "}\n{", "\u2028", '"record":']
    columns = ColumnBlock({"a": texts, "b": range(len(texts))}, len(texts))
    for block in (columns, RowBlock([{"a": text} for text in texts])):
        write(b"".join(json_lines(block)))
    writer.flush()
    lines = _lines(pipe)
    said = {
        (line["type"], line["stream"], line["version"], line["time_extracted"])
        for line in lines
    }

    assert texts * 2 == [line["record"]["a"] for line in lines]
    assert list(range(len(texts))) == [line["record"].get("b") for line in lines[:6]]
    assert {("RECORD", "rows", 7, "2026-11-21T12:00:00Z")} == said


def test_the_time_of_extraction_moves_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records say when they were extracted."""
    pipe = _Pipe()
    writer = _writer(monkeypatch, pipe)
    clock = ScriptedClock()
    write = writer.record_lines("rows", version=None, now=clock.now)
    for number in range(2000):
        write(_line(a=number))
        clock.advance(seconds=1)
    writer.flush()
    lines = _lines(pipe)

    assert "2026-11-21T12:00:00Z" == lines[0]["time_extracted"]
    assert "2026-11-21T12:16:40Z" == lines[1000]["time_extracted"]


def test_deselected_properties_stay_out(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """What the catalog deselects is in no record and in no SCHEMA; the rest is."""
    catalog = _catalog(amazon, clock, STREAM)
    whole = sync(amazon.settings(), clock=clock, catalog=catalog)
    _deselect(catalog, STREAM, "properties", "report_type")
    _deselect(catalog, STREAM, "properties", "start_time")
    part = sync(amazon.settings(), clock=clock, catalog=catalog)
    wanted = deepcopy(whole.records(STREAM))
    for record in wanted:
        del record["report_type"], record["start_time"]

    assert spelled(wanted) == spelled(part.records(STREAM))
    properties = part.schemas[STREAM]["schema"]["properties"]
    assert {"report_type", "start_time"}.isdisjoint(properties)


def test_deselection_reaches_into_objects(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """A property inside an object can be deselected too."""
    amazon.pay.reports[0]["odd"] = "kept out"
    amazon.pay.reports[0]["new"] = "kept"
    catalog = _catalog(amazon, clock, STREAM)
    _deselect(catalog, STREAM, "properties", "_extra", "properties", "odd")
    output = sync(amazon.settings(), clock=clock, catalog=catalog)
    extras = [row["_extra"] for row in output.records(STREAM) if row["_extra"]]

    assert [{"new": "kept"}] == extras


def test_stream_maps_work(amazon: LocalAmazon, clock: ScriptedClock) -> None:
    """Renamed, computed, dropped, filtered and doubled streams are as configured."""
    plain = sync(amazon.settings(), clock=clock, only=[STREAM])
    maps = {
        STREAM: {
            "__alias__": "done",
            "__filter__": "processing_status == 'COMPLETED'",
            "kind": "report_type.lower()",
            "report_type": None,
        },
        "all_of_them": {"__source__": STREAM},
    }
    config = {**amazon.settings(), "stream_maps": maps}
    output = sync(config, clock=clock, only=[STREAM])
    done = [
        row for row in plain.records(STREAM) if row["processing_status"] == "COMPLETED"
    ]

    assert {"done", "all_of_them"} == set(output.schemas)
    assert [row["report_id"] for row in done] == [
        row["report_id"] for row in output.records("done")
    ]
    assert [row["report_type"].lower() for row in done] == [
        row["kind"] for row in output.records("done")
    ]
    assert not any("report_type" in row for row in output.records("done"))
    assert plain.records(STREAM) == output.records("all_of_them")


def test_a_stream_mapped_to_nothing_is_silent(
    amazon: LocalAmazon, clock: ScriptedClock
) -> None:
    """A stream that the maps remove is read without a message of its own."""
    config = {**amazon.settings(), "stream_maps": {STREAM: "__NULL__"}}
    output = sync(config, clock=clock, only=[STREAM])

    assert ({}, []) == (output.schemas, output.records(STREAM))
    assert output.bookmark(STREAM)


def test_flattening_works(amazon: LocalAmazon, clock: ScriptedClock) -> None:
    """Objects become text or columns when the user turns flattening on."""
    amazon.pay.reports[0]["odd"] = "x"
    config = {
        **amazon.settings(),
        "flattening_enabled": True,
        "flattening_max_depth": 1,
    }
    output = sync(config, clock=clock, only=[STREAM])
    extras = [row.get("_extra") for row in output.records(STREAM)]

    assert ['{"odd":"x"}'] == [extra for extra in extras if extra]


def test_a_test_run_stops_at_its_limit(
    amazon: LocalAmazon, clock: ScriptedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK's dry run reads one record of each stream, and it is written out."""
    pipe = _Pipe()
    monkeypatch.setattr(sys, "stdout", _Stdout(pipe))
    tap = TapAmazonReports(config=amazon.settings(), clock=clock)
    tap.run_connection_test()
    output = Output.read(pipe.taken.decode(), status=0)
    counts = {name: len(output.records(name)) for name in output.schemas}

    assert set(tap.streams) == set(counts)
    assert {1} == set(counts.values())


def test_versions_are_activated(amazon: LocalAmazon, clock: ScriptedClock) -> None:
    """A full table can replace the one before: its records carry the version."""
    config = {**amazon.settings(), "emit_activate_version_messages": True}
    output = sync(config, clock=clock, only=[FULL_TABLE])
    kinds = [line["type"] for line in output.messages]
    versions = {
        line["version"]
        for line in output.messages
        if line["type"] != "SCHEMA"
        if line["type"] != "STATE"
    }

    assert ["SCHEMA", "RECORD"] == kinds[:2]
    assert kinds.index("ACTIVATE_VERSION") > len(kinds) - 1 - kinds[::-1].index(
        "RECORD"
    )
    assert 1 == kinds.count("ACTIVATE_VERSION")
    assert 1 == len(versions)


def test_no_version_is_activated_when_nothing_could_be_read(
    amazon: LocalAmazon, clock: ScriptedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """With a wrong key the table keeps its rows, and the log says so."""
    config = {
        **amazon.settings(),
        "emit_activate_version_messages": True,
        "pay_public_key_id": "SANDBOX-" + "WRONG" * 4,
    }
    output = sync(config, clock=clock, only=[FULL_TABLE])

    assert 1 == output.status
    assert "ACTIVATE_VERSION" not in [line["type"] for line in output.messages]
    assert f"{FULL_TABLE}: the stream was not read completely" in caplog.text


def test_no_version_is_activated_of_what_is_read_from_a_bookmark(
    amazon: LocalAmazon, clock: ScriptedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """With FULL_TABLE in the catalog a target would drop what earlier runs wrote."""
    config = {**amazon.settings(), "emit_activate_version_messages": True}
    catalog = selecting(discover(config, clock=clock), ["pay_disbursements"])
    for stream in catalog["streams"]:
        stream.pop("replication_key", None)
        stream["replication_method"] = "FULL_TABLE"
        stream["metadata"][0]["metadata"]["forced-replication-method"] = "FULL_TABLE"
    first = sync(config, clock=clock, catalog=catalog)
    second = sync(config, clock=clock, catalog=catalog, state=first.state)
    kinds = {line["type"] for one in (first, second) for line in one.messages}

    assert {"SCHEMA", "RECORD", "STATE"} == kinds
    assert second.bookmark("pay_disbursements")
    assert (
        "pay_disbursements: the catalog says FULL_TABLE, but this stream is read as"
        " INCREMENTAL; to read it from its start, run without state"
    ) in caplog.text


@pytest.mark.parametrize(
    ("setting", "has_nulls"), [({}, False), ({"null_values": "write"}, True)]
)
def test_properties_without_a_value_are_left_out(
    amazon: LocalAmazon,
    clock: ScriptedClock,
    setting: dict[str, str],
    has_nulls: bool,  # noqa: FBT001
) -> None:
    """Records are light unless the user wants nulls; keys are there, and all values."""
    output = sync({**amazon.settings(), **setting}, clock=clock, only=[STREAM])
    light = [
        json.loads(line)["record"]
        for line in output.text.splitlines()
        if '"RECORD"' in line
    ]

    assert has_nulls == any(None in record.values() for record in light)
    assert all(record["report_id"] for record in light)
    assert [
        {name: value for name, value in record.items() if value is not None}
        for record in output.records(STREAM)
    ] == [
        {name: value for name, value in record.items() if value is not None}
        for record in light
    ]


def test_columns_without_a_value_are_left_out_of_rows() -> None:
    """Rows that are held by column are as light, where their values are."""
    block = ColumnBlock({"a": ["1", None], "b": [None, 0], "c": [False, ""]}, 2)
    lines = b"".join(json_lines(block, nulls=False)).splitlines()

    assert [{"a": "1", "c": False}, {"b": 0, "c": ""}] == [
        json.loads(line) for line in lines
    ]


def test_a_stream_that_failed_did_not_succeed(
    amazon: LocalAmazon, clock: ScriptedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The metric of a stream that could not be read has the status failed."""
    config = {**amazon.settings(), "pay_public_key_id": "SANDBOX-" + "WRONG" * 4}
    with caplog.at_level("INFO"):
        sync(config, clock=clock, only=[STREAM, "sp_order_metrics"])
    points = [
        json.loads(record.getMessage().removeprefix("METRIC: "))
        for record in caplog.records
        if record.getMessage().startswith("METRIC: ")
    ]

    assert {STREAM: "failed", "sp_order_metrics": "succeeded"} == {
        point["tags"]["stream"]: point["tags"]["status"]
        for point in points
        if point["metric"] == "sync_duration"
    }


def test_metrics_count_every_record(
    amazon: LocalAmazon, clock: ScriptedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The SDK's metric and the summary say how many records there were."""
    with caplog.at_level("INFO"):
        output = sync(amazon.settings(), clock=clock, only=["sp_order_metrics"])
    rows = len(output.records("sp_order_metrics"))
    points = [
        json.loads(record.getMessage().removeprefix("METRIC: "))
        for record in caplog.records
        if record.getMessage().startswith("METRIC: ")
    ]
    counts = [one["value"] for one in points if one["metric"] == "record_count"]

    assert rows > 1000
    assert [rows] == counts
    assert f"{rows} records" in caplog.text.replace(",", "")


def test_another_writer_can_be_handed_in(
    amazon: LocalAmazon, clock: ScriptedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a writer of the SDK's, the same records come."""
    ours = sync(amazon.settings(), clock=clock, only=[STREAM])
    catalog = _catalog(amazon, clock, STREAM)
    tap = TapAmazonReports(
        config=amazon.settings(),
        catalog=catalog,
        clock=clock,
        message_writer=SimpleSingerWriter(),
    )
    tap.run()
    theirs = Output.read(capsys.readouterr().out, status=0)

    assert ours.records(STREAM) == theirs.records(STREAM)
    assert {"2026-11-21T12:00:00"} == {
        line["time_extracted"][:19]
        for line in theirs.messages
        if line["type"] == "RECORD"
    }
