"""The files that say what each report type is, read when one is asked for.

A file is `<directory>/<service>/<report type>.json`: the JSON schema of the rows, and
an `x-report` object with the rest. How its words are read:

    - `records[].path`: null is a table. In JSON, `promotions[].includedProducts[]`
      is each element of that array of each element of the other. In XML, elements'
      names joined by `/`, the document's own first. `*` is whatever records there are.
    - `records[].schema`: `#`, or `#/$defs/<name>` where there are several.
    - `records[].longest`: by a period's word, how many of them one report may span
      where only these rows are wanted.
    - `records[].key`: columns of the schema, or of the envelope (`data_start_time`).
    - `x-name` of a property: the header; or the way to the value within a record,
      `orderedRevenue.amount` or `FulfillmentData/Address/City`, with `@count` for an
      attribute. `^promotionId` is that field of the record around this one. A property
      that is an array has all that is at its place, as JSON.
    - `x-aliases`: other headers of the same column.
    - `header.translations`: a file in `<directory>/<service>/headers/`, which several
      types share: headers in other languages (`translations`, by the English one and by
      language), and orders that the columns have in every language (`column_orders`).
    - A lone property `row` is for what nobody knows: the whole record as an object.
"""

from __future__ import annotations

import difflib
import json
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from tap_amazon_reports.documents.conventions import Decimals
from tap_amazon_reports.documents.layout import (
    EVERY_RECORD,
    DocumentFormat,
    Layout,
    RecordSet,
)
from tap_amazon_reports.documents.values import DayOrder
from tap_amazon_reports.reports.create_limits import CreateLimits
from tap_amazon_reports.reports.report_types import (
    DateMode,
    Dates,
    Option,
    Period,
    PeriodRule,
    Removal,
    ReportStatus,
    ReportType,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["ReportCatalogue", "ReportFileError", "stream_name"]


class ReportFileError(ValueError):
    """A report type's file is not as it must be; the message names it."""


class ReportCatalogue:
    """The report types in a folder; each file is read once, when it is asked for."""

    def __init__(self, directory: Path) -> None:
        """Remember the folder, which has one folder for each service."""
        self._directory = directory
        self._found: dict[tuple[str, str], ReportType] = {}
        self._names: dict[str, list[str]] = {}

    def find(self, service: str, report_type: str) -> ReportType:
        """Return what is known of a type; one without a file is a generic one.

        Args:
            service: `selling_partner`, `amazon_pay` or `appstore`.
            report_type: Amazon's name of it.

        Raises:
            ReportFileError: its file is not as it must be.
        """
        name = (service, report_type)
        if name not in self._found:
            self._found[name] = self._read(service, report_type)
        return self._found[name]

    def known(self, service: str) -> list[str]:
        """Return the names of the types that have a file, in order; reads none."""
        if service not in self._names:
            files = (self._directory / service).glob("*.json")
            self._names[service] = sorted(path.stem for path in files)
        return [*self._names[service]]

    def alike(self, service: str, report_type: str) -> list[str]:
        """Return the known names of a service that one may have meant, best first."""
        known = self.known(service)
        return difflib.get_close_matches(
            report_type, known, n=_MOST_ALIKE, cutoff=_ALIKE
        )

    def service_of(self, report_type: str) -> str | None:
        """Return the service that a type is of; None where nobody can tell.

        A name without a file is Amazon Pay's if it has Amazon Pay's word in it.
        """
        for service in _PREFIXES:
            if report_type in self.known(service):
                return service
        return "amazon_pay" if "OFFAMAZONPAYMENTS" in report_type.upper() else None

    def core(self, service: str) -> list[str]:
        """Return the names of those that are core, in order; reads all of them."""
        return [
            name for name in self.known(service) if self.find(service, name).is_core
        ]

    def _read(self, service: str, report_type: str) -> ReportType:
        # What is no name of a type must not become the path of another file.
        if not _NAME.fullmatch(report_type):
            return _unknown_type(service, report_type)
        path = self._directory / service / f"{report_type}.json"
        try:
            document = json.loads(path.read_bytes())
        except FileNotFoundError:
            return _unknown_type(service, report_type)
        except ValueError as error:
            msg = f"{path}: it is not JSON: {error}"
            raise ReportFileError(msg) from error
        try:
            self._translate(service, document["x-report"])
            return _known_type(document, service, report_type)
        except KeyError as error:
            msg = f"{path}: it lacks {error}"
            raise ReportFileError(msg) from error
        except (AttributeError, OSError, TypeError, ValueError) as error:
            msg = f"{path}: {error}"
            raise ReportFileError(msg) from error

    def _translate(self, service: str, about: dict[str, Any]) -> None:
        """Put what the file of translations says in the place of its name."""
        header = about.get("header", {})
        if "translations" in header:
            name = f"{header['translations']}.json"
            path = self._directory / service / "headers" / name
            shared = json.loads(path.read_bytes())
            words = {word: shared[word] for word in ("translations", "column_orders")}
            about["header"] = {**header, **words}


_NAME = re.compile(r"[A-Za-z0-9_]{1,100}")
"""No name of Amazon's has more than 64 letters; file systems end at 255."""
_MOST_ALIKE = 2
_ALIKE = 0.85
"""Of two names: twice the letters that they share, through those of both."""
_NAME_CHARACTERS_MAX = 63
_DIGEST_CHARACTERS = 8
_PREFIXES = {"selling_partner": "sp_", "amazon_pay": "pay_", "appstore": "appstore_"}
_DECORATION = re.compile(
    r"_GET_(?:FLAT_FILE|CSV_CUSTOM)_OFFAMAZONPAYMENTS_|GET_", re.IGNORECASE
)
_ROW: dict[str, Any] = {
    "type": "object",
    "properties": {"row": {"type": ["object", "null"]}},
}


def stream_name(service: str, report_type: str) -> str:
    """Return the name of a type's stream, without what Amazon decorates types with.

    `GET_SELLER_FEEDBACK_DATA` is `sp_seller_feedback_data`. It has 63 characters at
    most.
    """
    found = _DECORATION.match(report_type)
    bare = report_type[found.end() :] if found else report_type
    words = re.sub(r"[\W_]+", "_", bare).strip("_").lower()
    return _fitting(_PREFIXES[service] + words)


def _fitting(name: str) -> str:
    """Return a name that PostgreSQL does not cut: a digest stands for what is too long.

    Facts: identifiers have at most 63 bytes (PostgreSQL 18, 2025, Lexical Structure,
    Identifiers and Key Words).
    """
    if len(name) <= _NAME_CHARACTERS_MAX:
        return name
    digest = sha256(name.encode()).hexdigest()[:_DIGEST_CHARACTERS]
    return f"{name[: _NAME_CHARACTERS_MAX - _DIGEST_CHARACTERS - 1]}_{digest}"


def _unknown_type(service: str, report_type: str) -> ReportType:
    """Return a type whose documents are read for whatever they are."""
    table = DocumentFormat.TSV if service == "selling_partner" else DocumentFormat.CSV
    is_xml = "_XML_" in report_type.upper()
    stream = stream_name(service, report_type)
    records = RecordSet(stream, EVERY_RECORD, key=(), unique=False, schema=_ROW)
    return ReportType(
        service=service,
        report_type=report_type,
        is_known=False,
        layout=Layout(
            DocumentFormat.XML if is_xml else table, (records,), is_guess=True
        ),
        regional=service != "selling_partner",
        dates=Dates(DateMode.WINDOW, longest_days=30),
        fresh_hours=4,
    )


def _known_type(
    document: Mapping[str, Any], service: str, report_type: str
) -> ReportType:
    about = dict(document["x-report"])
    for word, wanted in (("service", service), ("report_type", report_type)):
        if about.pop(word) != wanted:
            msg = f"its {word} is not {wanted}"
            raise ValueError(msg)
    is_core = about.pop("tier") == "core"
    about["removal"] = about.pop("removed", None)
    about["longest_alone"] = {
        found["stream"]: found.pop("longest", {}) for found in about["records"]
    }
    records = tuple(_record_set(found, document) for found in about.pop("records"))
    about |= about.pop("header", {})
    made = {word: about.pop(word) for word in _LAYOUT_READERS if word in about}
    return ReportType(
        service=service,
        report_type=report_type,
        description=document["description"],
        is_core=is_core,
        layout=Layout(records=records, **_fields(made, _LAYOUT_READERS)),
        **_fields(about, _READERS),
    )


def _fields(
    about: Mapping[str, Any], readers: Mapping[str, Callable[[Any], Any]]
) -> dict[str, Any]:
    if unknown := set(about) - set(readers):
        msg = f"unknown words in x-report: {', '.join(sorted(unknown))}"
        raise ValueError(msg)
    return {name: readers[name](value) for name, value in about.items()}


def _record_set(found: Mapping[str, Any], document: Mapping[str, Any]) -> RecordSet:
    place = found["schema"].removeprefix("#").removeprefix("/$defs/")
    schema = document["$defs"][place] if place else document
    return RecordSet(
        stream=found["stream"],
        path=found["path"],
        key=tuple(found["key"]),
        unique=found["unique"],
        schema={"type": "object", "properties": schema["properties"]},
    )


_PERIODS = {period.value: period for period in Period} | {
    "DAILY": Period.DAY,
    "WEEKLY": Period.WEEK,
    "MONTHLY": Period.MONTH,
}


def _dates(found: Mapping[str, Any]) -> Dates:
    rest = dict(found)
    reach = rest.pop("reach_periods", {})
    periods = tuple(
        PeriodRule(word, _PERIODS[word], longest, reach.get(word))
        for word, longest in rest.pop("periods", {}).items()
    )
    return Dates(DateMode(rest.pop("mode")), periods=periods, **rest)


def _option(found: Mapping[str, Any]) -> Option:
    dates = found.get("dates")
    return Option(
        **{
            **found,
            "values": tuple(found.get("values", ())),
            "dates": dates and _dates(dates),
        }
    )


def _removal(found: Mapping[str, Any] | None) -> Removal | None:
    if found is None:
        return None
    return Removal(found.get("since"), tuple(found["replaced_by"]))


def _limits(found: Mapping[str, int]) -> CreateLimits:
    return CreateLimits(**found)


def _options(found: Mapping[str, Any]) -> dict[str, Option]:
    return {name: _option(option) for name, option in found.items()}


def _groups(found: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(map(tuple, found))


def _translations(
    found: Mapping[str, Mapping[str, list[str]]],
) -> dict[str, tuple[str, ...]]:
    return {
        english: tuple(name for names in by_language.values() for name in names)
        for english, by_language in found.items()
    }


def _as_it_is(value: object) -> object:
    return value


_READERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(
        (
            "status_note",
            "requestable",
            "schedulable",
            "restricted",
            "regional",
            "regional_suspected",
            "refused",
            "overlap_days",
            "reach_days",
            "latency_hours",
            "lookback_days",
            "fresh_hours",
            "retention_days",
            "incremental",
            "longest_alone",
            "path_word",
        ),
        _as_it_is,
    ),
    **dict.fromkeys(("marketplaces", "notes", "sources"), tuple),
    "dates": _dates,
    "limits": _limits,
    "one_of": _groups,
    "options": _options,
    "removal": _removal,
    "status": ReportStatus,
}
_LAYOUT_READERS: dict[str, Callable[[Any], Any]] = {
    "by_position": _as_it_is,
    "day_order": DayOrder,
    "decimals": Decimals,
    "format": DocumentFormat,
    "column_orders": _groups,
    "landmarks": tuple,
    "time_zone": _as_it_is,
    "translations": _translations,
}
