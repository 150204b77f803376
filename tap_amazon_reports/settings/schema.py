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
        description="The length of an interval.",
    ),
    th.Property(
        "time_zone",
        th.StringType,
        description="IANA name; default: the time zone of the marketplace.",
    ),
    th.Property(
        "buyer_type",
        th.StringType(allowed_values=["B2B", "B2C", "All"]),
        default="All",
        description="Only orders of business customers (B2B) or of consumers (B2C).",
    ),
    th.Property(
        "fulfillment_network",
        th.StringType(allowed_values=["MFN", "AFN"]),
        description="Only orders shipped by the seller (MFN) or by Amazon (AFN);"
        " default: both.",
    ),
    th.Property(
        "first_day_of_week",
        th.StringType(allowed_values=[word.value for word in FirstDayOfWeek]),
        description="Only with granularity Week; default: Monday.",
    ),
    th.Property(
        "asin",
        th.StringType,
        description="Only orders of this product; not together with sku.",
    ),
    th.Property(
        "sku",
        th.StringType,
        description="Only orders of this offer; not together with asin.",
    ),
    th.Property(
        "amazon_program",
        th.StringType,
        description="Only orders of this program, such as AmazonHaul.",
    ),
    th.Property(
        "lookback_days",
        th.IntegerType(minimum=0, maximum=730),
        default=3,
        description="How many days before the bookmark each run reads again.",
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
        "Where the first run starts to read: an ISO 8601 date or date-time, UTC unless"
        " it has an offset; default: 30 days before now.",
    ),
    _text(
        "end_date",
        "End date",
        "Where every run stops to read, exclusive: an ISO 8601 date or date-time, UTC"
        " unless it has an offset; default: now.",
    ),
    _text(
        "appstore_client_id",
        "Appstore: client id",
        "Client id of the security profile that is attached to the Reporting API.",
    ),
    _text(
        "appstore_client_secret",
        "Appstore: client secret",
        "Client secret of the security profile of appstore_client_id.",
        secret=True,
    ),
    _titled(
        "appstore_reports",
        "Appstore: reports",
        th.ArrayType(th.StringType(allowed_values=list(APPSTORE_KINDS))),
        default=["sales"],
        description="The monthly files to read: sales, earnings, subscriptions,"
        " subscriptions_overview.",
    ),
    _text(
        "sp_client_id",
        "Selling Partner: client id",
        "Client id (LWA client identifier) of the application.",
    ),
    _text(
        "sp_client_secret",
        "Selling Partner: client secret",
        "Client secret of the application of sp_client_id.",
        secret=True,
    ),
    _text(
        "sp_refresh_token",
        "Selling Partner: refresh token",
        "Refresh token that the seller or vendor gave the application of sp_client_id;"
        " it starts with Atzr|.",
        secret=True,
    ),
    _titled(
        "sp_marketplaces",
        "Selling Partner: marketplaces",
        th.ArrayType(th.StringType),
        description="Marketplaces to read, as ids or country codes such as DE, all of"
        " one region.",
    ),
    _titled(
        "sp_sandbox",
        "Selling Partner: sandbox",
        th.BooleanType,
        default=False,
        description="Use Amazon's static sandbox, which answers fixed requests only and"
        " finishes no report.",
    ),
    _titled(
        "sp_report_types",
        "Selling Partner: report types",
        _report_types(_SP_ENTRY),
        description="Report types whose rows to read, as names or as objects with"
        " report_type, report_options, marketplaces, start_date, window_days,"
        " lookback_days, source, restricted, regional, history, name. The streams"
        " sp_reports and sp_report_schedules list these types; if none is named, all"
        " types in common use.",
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
        description="Queries of the Sales API for the stream sp_order_metrics: an"
        " object or a list of objects with granularity, time_zone, buyer_type,"
        " fulfillment_network, first_day_of_week, asin, sku, amazon_program,"
        " lookback_days; default: orders by day.",
    ),
    _text(
        "pay_public_key_id",
        "Amazon Pay: public key id",
        "Id of the public key that is registered in Seller Central.",
    ),
    _text(
        "pay_private_key",
        "Amazon Pay: private key",
        "Private key that belongs to pay_public_key_id: PEM text, or the path of a PEM"
        " file.",
        secret=True,
    ),
    _text(
        "pay_region",
        "Amazon Pay: region",
        "Region of the account: na (or us), eu (or de, uk) or jp.",
    ),
    _titled(
        "pay_sandbox",
        "Amazon Pay: sandbox",
        th.BooleanType,
        description="Use the sandbox; only for values of pay_public_key_id that start"
        " with neither LIVE nor SANDBOX.",
    ),
    _titled(
        "pay_signature_algorithm",
        "Amazon Pay: signature algorithm",
        th.StringType(allowed_values=[word.value for word in SignatureAlgorithm]),
        default=SignatureAlgorithm.V2.value,
        description="How requests are signed; AMZN-PAY-RSASSA-PSS is for older"
        " integrations.",
    ),
    _titled(
        "pay_report_types",
        "Amazon Pay: report types",
        _report_types(_PAY_ENTRY),
        description="Report types whose rows to read, as names or as objects with"
        " report_type, start_date, window_days, lookback_days, source, name. The"
        " streams pay_reports and pay_report_schedules list these types; if none is"
        " named, all types.",
    ),
    _titled(
        "report_poll_interval",
        "Report poll interval",
        th.NumberType(minimum=1, maximum=3600),
        default=15,
        description="Shortest pause, in seconds, between two polls of a report that"
        " Amazon is still making; the pause grows with its age.",
    ),
    _titled(
        "report_timeout",
        "Report timeout",
        th.NumberType(exclusive_minimum=0, maximum=172800),
        default=7200,
        description="Seconds to wait for one report; the next run goes on waiting for"
        " it.",
    ),
    _titled(
        "max_downloads",
        "Downloads at once",
        th.IntegerType(minimum=1, maximum=16),
        default=4,
        description="How many finished documents are downloaded ahead at once, into"
        " memory, while others are read.",
    ),
    _titled(
        "request_timeout",
        "Request timeout",
        th.NumberType(exclusive_minimum=0, maximum=3600),
        default=60,
        description="Seconds to wait for a connection, and for each part of an answer;"
        " a whole answer may take three times as long.",
    ),
    _titled(
        "when_not_done",
        "When a report is not done",
        th.StringType(allowed_values=["wait", "leave"]),
        default="wait",
        description="What happens to a report that is not done within report_timeout:"
        " wait: its stream fails; leave: the run ends with success, and the next run"
        " reads the report.",
    ),
    _text(
        "account",
        "Account",
        "Name of the seller or developer account; if set, it is the column account of"
        " every stream and the first part of every key, so that many accounts can share"
        " one table.",
    ),
    _titled(
        "null_values",
        "Properties without a value",
        th.StringType(allowed_values=["omit", "write"]),
        default="omit",
        description="What happens to a property without a value: omit: it is left out"
        " of the record; write: it is null.",
    ),
    _text(
        "user_agent",
        "User agent",
        "Text of the User-Agent header; default: name and version of this tap and of"
        " Python.",
    ),
    _text(
        "lwa_token_url",
        "Login with Amazon: URL",
        "Address that replaces the one of Login with Amazon, for rehearsals.",
    ),
    _text(
        "appstore_base_url",
        "Appstore: URL",
        "Address that replaces the one of the Appstore, for rehearsals.",
    ),
    _text(
        "sp_base_url",
        "Selling Partner: URL",
        "Address that replaces the one of the Selling Partner API, for rehearsals.",
    ),
    _text(
        "pay_base_url",
        "Amazon Pay: URL",
        "Address that replaces the one of Amazon Pay, for rehearsals.",
    ),
    _titled(
        "emit_activate_version_messages",
        "Activate versions",
        th.BooleanType,
        default=False,
        description="Write ACTIVATE_VERSION after the last row of a stream that each"
        " run reads as a whole, if all of it was read, so that the target drops the"
        " rows that no longer exist.",
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
_IN_WORDS = {
    "minimum": "{} or more",
    "maximum": "{} or less",
    "exclusiveMinimum": "more than {}",
    "minItems": "a list of {} or more",
    "required": "an object with {0[0]}",
    "pattern": "text of the form {}",
}
"""What a word of JSON schema allows."""


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
    if (words := _IN_WORDS.get(str(error.validator))) is not None:
        return words.format(value)
    if value in ("boolean", ["boolean", "null"]):
        return "true or false"
    if isinstance(value, list):
        return ", ".join(str(word) for word in value if word not in {"null", None})
    if error.validator == "additionalProperties" and isinstance(error.schema, dict):
        return _known_parts(_names(error.instance), error.schema["properties"])
    return str(value) if error.validator == "type" else f"{error.validator} {value}"


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
