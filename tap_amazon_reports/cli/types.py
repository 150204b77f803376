"""`amazon-reports types`: the report types that are known, and what each holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tap_amazon_reports.cli.options import as_json
from tap_amazon_reports.cli.showing import say, table, write_json
from tap_amazon_reports.reports.questions import QUESTIONS, questions_of
from tap_amazon_reports.reports.report_types import DateMode
from tap_amazon_reports.reports.schema_files import CATALOGUE
from tap_amazon_reports.reports.type_search import search
from tap_amazon_reports.settings.report_names import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_amazon_reports.documents.layout import RecordSet
    from tap_amazon_reports.reports.report_types import Dates, Option, ReportType


@click.command("types")
@click.argument("words", nargs=-1)
@click.option(
    "--all", "everything", is_flag=True, help="List all types, not only common ones."
)
@as_json
def types(words: Sequence[str], *, everything: bool, as_json: bool) -> None:
    """List the report types, search them by WORDS, or describe one.

    WORDS are the name of a type, or what you look for: payout, inventory, returns,
    "SKU-level orders".
    """
    text = " ".join(words)
    kinds = [CATALOGUE.find(service, name) for service, name in _known()]
    named = [kind for kind in kinds if text in _names(kind)]
    if named:
        _show_one(named[0], as_json=as_json)
        return
    found = search(kinds, text) if text else _listed(kinds, everything=everything)
    if not found and text:
        msg = (
            f"no known report type matches {text!r}; an unknown type can be read too:"
            " name it in sp_report_types or pay_report_types, and each of its rows is"
            " one object"
        )
        raise click.ClickException(msg)
    _show_list(found, by_question=not text, as_json=as_json)


def _known() -> Iterator[tuple[str, str]]:
    for service in SETTINGS:
        for name in CATALOGUE.known(service):
            yield service, name


def _names(kind: ReportType) -> set[str]:
    return {kind.report_type, *(records.stream for records in kind.records)}


def _listed(kinds: Sequence[ReportType], *, everything: bool) -> list[ReportType]:
    return [kind for kind in kinds if everything or kind.is_core]


def _show_list(
    kinds: Sequence[ReportType], *, by_question: bool, as_json: bool
) -> None:
    if as_json:
        write_json([_brief(kind) for kind in kinds])
        return
    table(("report type", "what it holds"), [_row(kind) for kind in kinds])
    say()
    if by_question:
        table(
            ("question", "the best answer"),
            [(asked.question, asked.types[0]) for asked in QUESTIONS],
        )
        say()
    say("More about one of them: amazon-reports types REPORT_TYPE")


def _row(kind: ReportType) -> tuple[str, str]:
    return kind.report_type, f"{kind.description}{_mark(kind)}"


def _mark(kind: ReportType) -> str:
    if kind.removal:
        return f" [{kind.removal.sentence}]"
    if kind.refused:
        return f" [cannot be read: {kind.refused}]"
    return "" if kind.requestable else " [created by Amazon or by a schedule only]"


def _brief(kind: ReportType) -> dict[str, Any]:
    return {
        "report_type": kind.report_type,
        "service": kind.service,
        "description": kind.description,
        "questions": [asked.question for asked in questions_of(kind.report_type)],
        "streams": [records.stream for records in kind.records],
    }


def card(kind: ReportType) -> dict[str, Any]:
    """Return all that is known of a type, as `--json` prints it."""
    return {
        **_brief(kind),
        "setting": SETTINGS[kind.service],
        "status": kind.status.value,
        "status_note": kind.status_note or None,
        "removed": kind.removal and kind.removal.sentence,
        "limits": kind.limits and kind.limits.sentence,
        "format": kind.layout.format.value,
        "requestable": kind.requestable,
        "schedulable": kind.schedulable,
        "restricted": kind.restricted,
        "regional": kind.regional,
        "regional_suspected": kind.regional_suspected,
        "refused": kind.refused,
        "windows": windows_in_words(kind.dates),
        "reach_days": kind.reach_days,
        "latency_hours": kind.latency_hours,
        "lookback_days": kind.lookback_days,
        "retention_days": kind.retention_days,
        "marketplaces": list(kind.marketplaces) or "all",
        "options": {name: _option(option) for name, option in kind.options.items()},
        "records": [_records(records) for records in kind.records],
        "notes": list(kind.notes),
        "sources": list(kind.sources),
    }


def windows_in_words(dates: Dates) -> str:
    """Return which dates a report of a type covers, in a few words."""
    if dates.mode is DateMode.NONE:
        return "a snapshot of now: no dates"
    if dates.mode is DateMode.DAY:
        return "one UTC day for each report"
    if dates.mode is DateMode.HOURS:
        return f"whole hours, at most {dates.longest_hours} for each report"
    if dates.mode is DateMode.PERIOD:
        periods = ", ".join(
            f"{rule.word} (at most {rule.longest} for each report)"
            for rule in dates.periods
        )
        return f"whole periods: {periods}"
    return f"any, at most {dates.longest_days} days for each report"


def _option(option: Option) -> dict[str, Any]:
    return {
        "required": option.required,
        "values": list(option.values) or "any",
        "default": option.default,
        "description": option.description or None,
    }


def _records(records: RecordSet) -> dict[str, Any]:
    columns = records.schema["properties"]
    return {
        "stream": records.stream,
        "key": list(records.key) or ["report_id", "report_row"],
        "columns": {name: _kind_of(spec) for name, spec in columns.items()},
        # The lone column of what nobody has described.
        "generic": list(columns) == ["row"],
    }


def _kind_of(spec: dict[str, Any]) -> str:
    found = spec.get("type", "string")
    kinds = [found] if isinstance(found, str) else found
    kind = "/".join(name for name in kinds if name != "null")
    return str(spec.get("format", kind))


def _show_one(kind: ReportType, *, as_json: bool) -> None:
    about = card(kind)
    if as_json:
        write_json(about)
        return
    say(kind.report_type, style="bold")
    say(kind.description)
    say()
    table(("", ""), list(_facts(kind, about)), headed=False)
    _show_options(about["options"])
    for records in about["records"]:
        _show_columns(records)
    for note in kind.notes:
        say(f"- {note}")
    for source in kind.sources:
        say(f"- Source: {source}")


def _facts(kind: ReportType, about: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what there is to say in one line each."""
    yield "answers", " ".join(about["questions"])
    yield "setting", f"{about['setting']}: [{kind.report_type}]"
    yield "created", _created(kind)
    yield "windows", about["windows"]
    yield "reaches back", _days(kind.reach_days, "unknown")
    yield "delay of data", f"{kind.latency_hours:g} h"
    yield "read again", _days(kind.lookback_days, "0 days")
    yield "kept by Amazon", _days(kind.retention_days, "unknown")
    yield (
        "personal data",
        "yes, so it needs a restricted data token" * kind.restricted or "no",
    )
    yield "exists in", ", ".join(kind.marketplaces) or "all marketplaces"
    yield (
        "one report covers",
        ("the whole region" if kind.regional else "one marketplace")
        + ", as far as is known; set `regional` in the entry if it does not"
        * kind.regional_suspected,
    )
    if kind.limits:
        yield "at most", kind.limits.sentence
    yield "format", kind.layout.format.value
    if kind.status_note or kind.status.value != "active":
        yield "status", f"{kind.status.value}. {kind.status_note}"


def _created(kind: ReportType) -> str:
    if kind.removal:
        return f"not at all: {kind.removal.sentence}"
    if kind.refused:
        return f"not at all: {kind.refused}"
    if kind.requestable:
        return f"on request{' or by a schedule' * kind.schedulable}"
    return "by a schedule only" if kind.schedulable else "by Amazon only"


def _days(days: int | None, unknown: str) -> str:
    return f"{days} days" if days else unknown


def _show_options(options: dict[str, dict[str, Any]]) -> None:
    if not options:
        return
    say()
    table(
        ("report option", "required", "values", "default", ""),
        [
            (
                name,
                "yes" if option["required"] else "no",
                _joined(option["values"]),
                option["default"],
                option["description"],
            )
            for name, option in options.items()
        ],
    )


def _joined(values: str | list[str]) -> str:
    return values if isinstance(values, str) else ", ".join(values)


def _show_columns(records: dict[str, Any]) -> None:
    say()
    what = "each row as one object" if records["generic"] else "columns"
    say(f"stream {records['stream']}: {what}; key: {', '.join(records['key'])}")
    table(("column", "type"), list(records["columns"].items()))
