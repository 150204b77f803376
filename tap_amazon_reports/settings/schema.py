"""The settings as they are declared: names, kinds, descriptions, and the check."""

from __future__ import annotations

import difflib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from singer_sdk import typing as th
from singer_sdk.typing import DEFAULT_JSONSCHEMA_VALIDATOR

from tap_amazon_reports.amazon.pay_account import SignatureAlgorithm
from tap_amazon_reports.reports.metric_windows import FirstDayOfWeek, Granularity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jsonschema import ValidationError

APPSTORE_KINDS = ("sales", "earnings", "subscriptions", "subscriptions_overview")
_REPORT_TYPE = r"^[A-Z0-9_]{1,100}(?!\s)$"

METRICS_QUERY: dict[str, Any] = th.ObjectType(
    th.Property(
        "granularity",
        th.StringType(allowed_values=[word.value for word in Granularity]),
        default=Granularity.DAY.value,
        description="The size of an interval.",
    ),
    th.Property(
        "time_zone",
        th.StringType,
        description="IANA name; by default that of the marketplace.",
    ),
    th.Property(
        "buyer_type",
        th.StringType(allowed_values=["B2B", "B2C", "All"]),
        default="All",
        description="Who bought.",
    ),
    th.Property(
        "fulfillment_network",
        th.StringType(allowed_values=["MFN", "AFN"]),
        description="Who ships: the seller or Amazon; by default both.",
    ),
    th.Property(
        "first_day_of_week",
        th.StringType(allowed_values=[word.value for word in FirstDayOfWeek]),
        description="For Week only; by default Monday.",
    ),
    th.Property("asin", th.StringType, description="One product; not with sku."),
    th.Property("sku", th.StringType, description="One offer; not with asin."),
    th.Property(
        "amazon_program",
        th.StringType,
        description="Only orders of this program, such as AmazonHaul.",
    ),
    th.Property(
        "lookback_days",
        th.IntegerType(minimum=0, maximum=730),
        default=3,
        description="How many days are read again each run.",
    ),
    additional_properties=False,
).to_dict()

_REPORT_TYPE_NAME = {"type": "string", "pattern": _REPORT_TYPE}
_PAY_ENTRY = {
    "report_type": _REPORT_TYPE_NAME,
    "start_date": {"type": "string"},
    "window_days": {"type": "integer", "minimum": 1, "maximum": 366},
    "lookback_days": {"type": "integer", "minimum": 0, "maximum": 730},
    "source": {"type": "string", "enum": ["request", "collect"]},
    "name": {"type": "string"},
}
_SP_ENTRY = {
    **_PAY_ENTRY,
    "report_options": {
        "type": "object",
        "additionalProperties": {"type": ["string", "null"]},
    },
    "marketplaces": {"type": "array", "items": {"type": "string"}, "minItems": 1},
    "restricted": {"type": "boolean"},
    "regional": {"type": "boolean"},
    "history": {"type": "boolean"},
}


def _report_types(entry: dict[str, Any]) -> th.ArrayType[Any]:
    """Return a list of report types, each a name or an object that says more."""
    return th.ArrayType(
        th.CustomType(
            {
                "oneOf": [
                    _REPORT_TYPE_NAME,
                    {
                        "type": "object",
                        "properties": entry,
                        "required": ["report_type"],
                        "additionalProperties": False,
                    },
                ]
            }
        )
    )


def _titled(name: str, title: str, kind: Any, **more: Any) -> th.Property[Any]:
    return th.Property(name, kind, title=title, **more)


def _text(
    name: str, title: str, description: str, *, secret: bool = False
) -> th.Property[Any]:
    return _titled(name, title, th.StringType, secret=secret, description=description)


SETTINGS = th.PropertiesList(
    _text(
        "start_date",
        "Start date",
        "The first run reads from here, an ISO 8601 date or date-time, UTC unless it"
        " has an offset; default: 30 days before now.",
    ),
    _text(
        "end_date",
        "End date",
        "Nothing at or after it is read, an ISO 8601 date or date-time; default: now.",
    ),
    _text(
        "appstore_client_id",
        "Appstore: client id",
        "Appstore: client id of the security profile.",
    ),
    _text(
        "appstore_client_secret",
        "Appstore: client secret",
        "Appstore: its client secret.",
        secret=True,
    ),
    _titled(
        "appstore_reports",
        "Appstore: reports",
        th.ArrayType(th.StringType(allowed_values=list(APPSTORE_KINDS))),
        default=["sales"],
        description="Appstore: which reports to read: sales, earnings, subscriptions,"
        " subscriptions_overview.",
    ),
    _text(
        "sp_client_id",
        "Selling Partner: client id",
        "Selling Partner: client id of the application.",
    ),
    _text(
        "sp_client_secret",
        "Selling Partner: client secret",
        "Selling Partner: its client secret.",
        secret=True,
    ),
    _text(
        "sp_refresh_token",
        "Selling Partner: refresh token",
        "Selling Partner: refresh token of the authorisation.",
        secret=True,
    ),
    _titled(
        "sp_marketplaces",
        "Selling Partner: marketplaces",
        th.ArrayType(th.StringType),
        description="Selling Partner: marketplace ids or country codes, of one region.",
    ),
    _titled(
        "sp_sandbox",
        "Selling Partner: sandbox",
        th.BooleanType,
        default=False,
        description="Selling Partner: use the static sandbox.",
    ),
    _titled(
        "sp_report_types",
        "Selling Partner: report types",
        _report_types(_SP_ENTRY),
        description="Selling Partner: the report types whose rows to read, as names or"
        " as objects with report_type, report_options, marketplaces, start_date,"
        " window_days, lookback_days, source, restricted, regional, history, name. They"
        " are also what sp_reports lists; without any it lists all types that are in"
        " common use.",
    ),
    _titled(
        "sp_order_metrics",
        "Selling Partner: order metrics",
        th.CustomType(
            {
                "oneOf": [
                    METRICS_QUERY,
                    {"type": "array", "minItems": 1, "items": METRICS_QUERY},
                ]
            }
        ),
        description="Selling Partner: the queries of the Sales API, an object or a list"
        " of objects with granularity, time_zone, buyer_type, fulfillment_network,"
        " first_day_of_week, asin, sku, amazon_program, lookback_days; default: orders"
        " by day.",
    ),
    _text(
        "pay_public_key_id",
        "Amazon Pay: public key id",
        "Amazon Pay: id of the public key.",
    ),
    _text(
        "pay_private_key",
        "Amazon Pay: private key",
        "Amazon Pay: its private key, PEM text or the path of a PEM file.",
        secret=True,
    ),
    _text(
        "pay_region", "Amazon Pay: region", "Amazon Pay: us or na, eu or de or uk, jp."
    ),
    _titled(
        "pay_sandbox",
        "Amazon Pay: sandbox",
        th.BooleanType,
        description="Amazon Pay: use the sandbox; only for key ids that start with"
        " neither LIVE nor SANDBOX.",
    ),
    _titled(
        "pay_signature_algorithm",
        "Amazon Pay: signature algorithm",
        th.StringType(allowed_values=[word.value for word in SignatureAlgorithm]),
        default=SignatureAlgorithm.V2.value,
        description="Amazon Pay: how requests are signed.",
    ),
    _titled(
        "pay_report_types",
        "Amazon Pay: report types",
        _report_types(_PAY_ENTRY),
        description="Amazon Pay: the report types whose rows to read, as names or as"
        " objects with report_type, start_date, window_days, lookback_days, source,"
        " name. They are also what pay_reports lists; without any it lists all.",
    ),
    _titled(
        "report_poll_interval",
        "Report poll interval",
        th.NumberType(minimum=1, maximum=3600),
        default=15,
        description="Seconds between two looks at a report that is being made; the"
        " pause grows while it ripens.",
    ),
    _titled(
        "report_timeout",
        "Report timeout",
        th.NumberType(exclusive_minimum=0, maximum=172800),
        default=7200,
        description="Seconds to wait for one report; the next run goes on waiting.",
    ),
    _titled(
        "max_downloads",
        "Downloads at once",
        th.IntegerType(minimum=1, maximum=16),
        default=4,
        description="How many finished documents are fetched ahead at once, into"
        " memory, while others are read.",
    ),
    _titled(
        "request_timeout",
        "Request timeout",
        th.NumberType(exclusive_minimum=0, maximum=3600),
        default=60,
        description="Seconds to wait for a connection, and for each part of an answer;"
        " an answer that comes drop by drop may take three times as long.",
    ),
    _titled(
        "when_not_done",
        "When a report is not done",
        th.StringType(allowed_values=["wait", "leave"]),
        default="wait",
        description="What becomes of a report that is not done within report_timeout:"
        " wait means that its stream fails; leave means that the run ends with success"
        " and the next run reads it.",
    ),
    _text(
        "account",
        "Account",
        "Name of the seller or developer account; when set, it is the column account of"
        " every stream and the first part of every key, so that many accounts share one"
        " table.",
    ),
    _titled(
        "null_values",
        "Properties without a value",
        th.StringType(allowed_values=["omit", "write"]),
        default="omit",
        description="What becomes of a property without a value: omit leaves it out of"
        " the record, write writes null.",
    ),
    _text(
        "user_agent",
        "User agent",
        "Default: name and version of this tap and of Python.",
    ),
    _text(
        "lwa_token_url",
        "Login with Amazon: URL",
        "Login with Amazon elsewhere, for rehearsals.",
    ),
    _text(
        "appstore_base_url", "Appstore: URL", "The Appstore elsewhere, for rehearsals."
    ),
    _text(
        "sp_base_url",
        "Selling Partner: URL",
        "The Selling Partner API elsewhere, for rehearsals.",
    ),
    _text("pay_base_url", "Amazon Pay: URL", "Amazon Pay elsewhere, for rehearsals."),
    _titled(
        "emit_activate_version_messages",
        "Activate versions",
        th.BooleanType,
        default=False,
        description="Write ACTIVATE_VERSION after the last row of a stream that is read"
        " anew each run, when all of it was read, so that the target drops the rows"
        " that are gone.",
    ),
).to_dict()

# Only by oneOf does the SDK make it nullable in a way that is a schema, and only by
# anyOf can it tell how to read it from an environment variable.
_ORDER_METRICS = SETTINGS["properties"]["sp_order_metrics"]
_ORDER_METRICS["anyOf"] = _ORDER_METRICS.pop("oneOf")


def declared_defaults(declared: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands for each part of an object that is not given, by name."""
    return {
        name: part["default"]
        for name, part in declared["properties"].items()
        if "default" in part
    }


_SHOWN = 200
"""Characters of what was found that are shown."""


def declared_problems(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each setting that is not of the kind that was declared.

    But for `stream_maps`, of which there is a check of its own.
    """
    checked = {name: value for name, value in config.items() if name != "stream_maps"}
    for error in DEFAULT_JSONSCHEMA_VALIDATOR(SETTINGS).iter_errors(checked):
        name = ".".join(str(part) for part in error.absolute_path) or "settings"
        declared = SETTINGS["properties"].get(str(error.absolute_path[0]), {})
        found = "something else" if declared.get("secret") else _shown(error.instance)
        yield f"{name}: found {found}, allowed: {_allowed(error)}"


def _shown(found: object) -> str:
    """Return what was found, cut where it goes on and on."""
    text = str(found) if isinstance(found, Decimal) else repr(found)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _allowed(error: ValidationError) -> str:
    """Return what a declaration allows, in words."""
    if error.validator in {"oneOf", "anyOf"} and error.context:
        # The branch that came furthest is the one that was meant.
        meant = max(
            error.context,
            key=lambda branch: (len(branch.absolute_path), branch.validator != "type"),
        )
        where = ".".join(str(part) for part in meant.absolute_path)
        return f"{_allowed(meant)} at {where}"
    value = error.validator_value
    if isinstance(value, list):
        return ", ".join(str(word) for word in value if word not in {"null", None})
    if error.validator == "additionalProperties" and isinstance(error.schema, dict):
        return _known_parts(_names(error.instance), error.schema["properties"])
    return f"{error.validator} {value}"


def _names(found: object) -> list[str]:
    return list(map(str, found)) if isinstance(found, dict) else []


def _known_parts(found: Iterable[str], known: Mapping[str, Any]) -> str:
    """Return what parts an object may have, and which one may have been meant."""
    alike = [
        close
        for name in found
        if name not in known
        for close in difflib.get_close_matches(name, known, n=1)
    ]
    hint = f"; did you mean {', '.join(alike)}?" if alike else ""
    return "only " + ", ".join(known) + hint
