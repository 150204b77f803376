"""What a target gets from the tap: every message read, every record checked."""

from __future__ import annotations

import io
import json
import re
import signal
from contextlib import contextmanager, redirect_stdout
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker

from tap_amazon_reports.reports.schema_files import CATALOGUE
from tap_amazon_reports.tap import TapAmazonReports

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from tap_amazon_reports.amazon.clock import Clock
    from tap_amazon_reports.amazon.retry import RetryPolicy
    from tap_amazon_reports.reports.report_catalogue import ReportCatalogue

Message = dict[str, Any]
Record = dict[str, Any]
Key = tuple[object, ...]

_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
_FORMATS = FormatChecker(formats=())
_VALIDATORS: dict[str, Draft202012Validator] = {}
_CATALOGS: dict[str, dict[str, Any]] = {}


@_FORMATS.checks("date-time")
def _is_utc(value: object) -> bool:
    """Tell whether a text is a moment as this tap promises it: ISO 8601, UTC, `Z`."""
    if not isinstance(value, str):
        return True
    if _UTC.fullmatch(value) is None:
        return False
    try:
        datetime.strptime(value[:19], "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007 (a check)
    except ValueError:
        return False
    return True


@dataclass
class Output:
    """What one run wrote to standard output, and how it ended.

    Attributes:
        status: its exit status.
        text: all of it.
        messages: one for each line, numbers exact; a record has each column of its
            table.
        schemas: the SCHEMA messages, by stream.
    """

    status: int
    text: str
    messages: list[Message] = field(default_factory=list)
    schemas: dict[str, Message] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str, *, status: int) -> Output:
        """Return the messages in `text`.

        Raises:
            AssertionError: if a line is not whole, or a record not what its SCHEMA
                promises.
        """
        output = cls(status, text)
        validators: dict[str, Draft202012Validator] = {}
        for line in text.splitlines():
            message = json.loads(line, parse_float=Decimal)
            output.messages.append(message)
            if message["type"] == "SCHEMA":
                output.schemas[message["stream"]] = message
                validators[message["stream"]] = _validator(message["schema"])
            elif message["type"] == "RECORD":
                _check(message, output.schemas, validators)
                # As a table shows it: what is not in a record is null.
                columns = output.schemas[message["stream"]]["schema"]["properties"]
                message["record"] = {**dict.fromkeys(columns), **message["record"]}
        return output

    def records(self, stream: str) -> list[Record]:
        """Return the records of `stream`, in the order of writing."""
        return list(_records_of(self.messages, stream))

    def rows(self, *, upto: int | None = None) -> dict[Key, Record]:
        """Return what tables hold after the first `upto` messages, by stream and key.

        Raises:
            AssertionError: if a run writes one row twice.
        """
        found: dict[Key, Record] = {}
        for message in self.messages[:upto]:
            if message["type"] == "RECORD":
                key = self.key(message)
                assert key not in found, f"written twice: {key}"
                found[key] = message["record"]
        return found

    def key(self, message: Message) -> Key:
        """Return the stream and the key of a RECORD message."""
        names = self.schemas[message["stream"]]["key_properties"]
        return message["stream"], *(message["record"][name] for name in names)

    @property
    def states(self) -> list[dict[str, Any]]:
        """The values of the STATE messages, in order."""
        return [line["value"] for line in self.messages if line["type"] == "STATE"]

    @property
    def state(self) -> dict[str, Any]:
        """The last state: what the next run is given."""
        return self.states[-1]

    def bookmark(self, stream: str) -> object:
        """Return the bookmark of a stream without partitions in the last state."""
        return self.state["bookmarks"][stream].get("replication_key_value")


def sync(
    config: Mapping[str, Any],
    *,
    clock: Clock,
    state: Mapping[str, Any] | None = None,
    only: Collection[str] = (),
    catalog: Mapping[str, Any] | None = None,
    retry: RetryPolicy | None = None,
    catalogue: ReportCatalogue = CATALOGUE,
) -> Output:
    """Run the tap in this process, as the command does, and return what it wrote.

    Args:
        config: the settings.
        clock: the time.
        state: the last state of an earlier run.
        only: the streams to select; none means all.
        catalog: what is selected, in place of `only`.
        retry: how patient requests are.
        catalogue: the report types that are known.
    """
    if only:
        catalog = selecting(_known_catalog(config, clock), only)
    with _captured() as written:
        tap = TapAmazonReports(
            config=dict(config),
            state=deepcopy(state),
            catalog=deepcopy(catalog),
            clock=clock,
            retry=retry,
            catalogue=catalogue,
        )
        status = tap.run()
    output = Output.read(written.getvalue().decode(), status=status)
    if not status:
        types = [message["type"] for message in output.messages]
        told = [one for one in types if one in {"RECORD", "STATE"}]
        assert "RECORD" not in told[-1:], (
            "no STATE behind the last RECORD: a target may forget the one before"
        )
    return output


def discover(
    config: Mapping[str, Any],
    *,
    clock: Clock,
    catalogue: ReportCatalogue = CATALOGUE,
) -> dict[str, Any]:
    """Return the catalog that the tap offers, as `--discover` writes it."""
    with _captured() as written:
        TapAmazonReports(
            config=dict(config), clock=clock, catalogue=catalogue
        ).run_discovery()
    catalog: dict[str, Any] = json.loads(written.getvalue())
    return catalog


def _known_catalog(config: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
    """Return what `discover` does, asking once for all addresses of Amazon."""
    offered = {name: text for name, text in config.items() if "_url" not in name}
    known = json.dumps(offered, sort_keys=True)
    if known not in _CATALOGS:
        _CATALOGS[known] = discover(config, clock=clock)
    return _CATALOGS[known]


def selecting(catalog: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return `catalog` with these streams selected and no others."""
    chosen = deepcopy(dict(catalog))
    offered = {stream["tap_stream_id"] for stream in chosen["streams"]}
    assert offered >= set(names), f"not offered: {set(names) - offered}"
    for stream in chosen["streams"]:
        for entry in stream["metadata"]:
            if not entry["breadcrumb"]:
                entry["metadata"]["selected"] = stream["tap_stream_id"] in names
    return chosen


def spelled(records: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return `records` with each decimal as its digits, so that 0.10 is not 0.1."""
    return [
        {
            name: f"the decimal {value}" if isinstance(value, Decimal) else value
            for name, value in record.items()
        }
        for record in records
    ]


def number(text: str) -> Decimal | int:
    """Return the JSON number of exactly these digits."""
    value: Decimal | int = json.loads(text, parse_float=Decimal)
    return value


def _validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    """Return what checks records; a schema that was checked is not checked again."""
    spelled_out = json.dumps(schema, sort_keys=True)
    if spelled_out not in _VALIDATORS:
        Draft202012Validator.check_schema(schema)
        validator = Draft202012Validator(schema, format_checker=_FORMATS)
        _VALIDATORS[spelled_out] = validator
    return _VALIDATORS[spelled_out]


def _check(
    message: Message,
    schemas: Mapping[str, Message],
    validators: Mapping[str, Draft202012Validator],
) -> None:
    stream, record = message["stream"], message["record"]
    assert stream in schemas, f"a RECORD of {stream} before its SCHEMA"
    problems = [error.message for error in validators[stream].iter_errors(record)]
    assert [] == problems, f"{stream}: {problems} in {record}"
    unknown = record.keys() - schemas[stream]["schema"]["properties"].keys()
    assert not unknown, f"{stream}: {unknown} in no SCHEMA"
    for name in schemas[stream]["key_properties"]:
        assert record[name] is not None, f"{stream}: {name} is null in {record}"


def _records_of(messages: Iterable[Message], stream: str) -> Iterator[Record]:
    for message in messages:
        if message["type"] == "RECORD" and message["stream"] == stream:
            yield message["record"]


@contextmanager
def _captured() -> Iterator[io.BytesIO]:
    """Catch standard output, and give the process its signal handlers back."""
    handlers = {
        name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)
    }
    written = io.BytesIO()
    stdout = io.TextIOWrapper(written, encoding="utf-8", write_through=True)
    try:
        with redirect_stdout(stdout):
            yield written
            stdout.flush()
    finally:
        # Else the wrapper would close the buffer when it goes.
        stdout.detach()
        for name, handler in handlers.items():
            signal.signal(name, handler)
