"""What the settings mean: read once, checked, typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from tap_amazon_reports.amazon.appstore import BASE_URL as APPSTORE_BASE_URL
from tap_amazon_reports.amazon.marketplaces import (
    MARKETPLACES,
    Marketplace,
    find_marketplace,
)
from tap_amazon_reports.amazon.origin import Origin
from tap_amazon_reports.amazon.pay_account import (
    PayRegion,
    SignatureAlgorithm,
    path_prefix,
)
from tap_amazon_reports.amazon.pay_key import is_read_by_others, read_private_key
from tap_amazon_reports.amazon.secret import Secret
from tap_amazon_reports.reports.report_catalogue import stream_name
from tap_amazon_reports.reports.schema_files import CATALOGUE, CORE_STREAMS
from tap_amazon_reports.settings.batches import batch_problems
from tap_amazon_reports.settings.given import GivenSettings
from tap_amazon_reports.settings.metric_queries import MetricsQuery, QueryReader
from tap_amazon_reports.settings.moments import read_moment
from tap_amazon_reports.settings.report_entries import EntryReader, ReportEntry
from tap_amazon_reports.settings.schema import (
    APPSTORE_KINDS,
    SETTINGS,
    declared_defaults,
    declared_problems,
)
from tap_amazon_reports.settings.stream_maps import stream_map_problems
from tap_amazon_reports.settings.user_agent import default_user_agent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tap_amazon_reports.reports.report_catalogue import ReportCatalogue

__all__ = [
    "AppstoreSettings",
    "MetricsQuery",
    "PaySettings",
    "SellingPartnerSettings",
    "Settings",
    "SettingsError",
    "missing_credentials",
    "read_settings",
    "wanted_types",
]

LWA_TOKEN_URL = "https://api.amazon.com/auth/o2/token"  # noqa: S105 (an address)
_T = TypeVar("_T")
_FIRST_RUN = timedelta(days=30)
_IN_A_SIGNATURE = re.compile(r"[!-+\--~]{1,256}")
"""Printable ASCII without blanks and commas, which part the header of a signature."""
_USER_AGENT_LONGEST = 500

_CREDENTIALS = {
    "appstore": ("appstore_client_id", "appstore_client_secret"),
    "sp": ("sp_client_id", "sp_client_secret", "sp_refresh_token"),
    "pay": ("pay_public_key_id", "pay_private_key"),
}
_WITH_CREDENTIALS = {"sp": ("sp_marketplaces",), "pay": ("pay_region",)}


class SettingsError(ValueError):
    """Settings that cannot be used; `problems` has a line for each."""

    def __init__(self, problems: Iterable[str]) -> None:
        """Say what is wrong with each setting."""
        self.problems = list(problems)
        super().__init__("; ".join(self.problems))


@dataclass(frozen=True, kw_only=True)
class AppstoreSettings:
    """What the Appstore Reporting API needs."""

    client_id: str
    client_secret: Secret
    base_url: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SellingPartnerSettings:
    """What the Selling Partner API needs."""

    client_id: str
    client_secret: Secret
    refresh_token: Secret
    marketplaces: tuple[Marketplace, ...]
    base_url: str
    sandbox: bool
    report_entries: tuple[ReportEntry, ...]
    order_metrics: tuple[MetricsQuery, ...]


@dataclass(frozen=True, kw_only=True)
class PaySettings:
    """What the Amazon Pay API needs."""

    public_key_id: str
    private_key: Secret
    """PEM text."""
    region: PayRegion
    algorithm: SignatureAlgorithm
    base_url: str
    """With the path that goes before every resource: version and environment."""
    report_entries: tuple[ReportEntry, ...]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings, checked. A service without credentials is None."""

    start: datetime
    is_start_set: bool
    """Whether the user set it, and it is not only where a first run begins."""
    end: datetime
    appstore: AppstoreSettings | None
    selling_partner: SellingPartnerSettings | None
    pay: PaySettings | None
    request_timeout_seconds: float
    report_poll_interval_seconds: float
    report_timeout_seconds: float
    max_downloads: int
    user_agent: str
    lwa_token_url: str
    account: str | None
    writes_nulls: bool
    waits_until_done: bool
    """Whether a report that is not done in time is a failure, and not left."""
    notices: tuple[str, ...] = ()
    """What is not wrong, and worth to be said once: a line for each."""

    @property
    def floor(self) -> datetime | None:
        """Before which no run reads; None if none was set."""
        return self.start if self.is_start_set else None

    @property
    def has_a_service(self) -> bool:
        """Whether the credentials of any service are set."""
        return any((self.appstore, self.selling_partner, self.pay))


def read_settings(
    config: Mapping[str, Any], *, now: datetime, catalogue: ReportCatalogue = CATALOGUE
) -> Settings:
    """Return the settings that `config` holds.

    Args:
        config: as the tap is given it; an empty text counts as not set.
        now: the moment that `end_date` stands for by default.
        catalogue: the report types that are known.

    Raises:
        SettingsError: with a line for each setting that is wrong.
    """
    return _Reader(config, now, catalogue).read()


def missing_credentials(*groups: str) -> str:
    """Return what to set for one of some services, by default of all."""
    names = (
        ", ".join(_CREDENTIALS[name] + _WITH_CREDENTIALS.get(name, ()))
        for name in groups or _CREDENTIALS
    )
    return f"no credentials are set; set {'; or '.join(names)}"


def wanted_types(settings: SellingPartnerSettings | PaySettings | None) -> list[str]:
    """Return the report types that the settings of a service name, each once."""
    entries = settings.report_entries if settings else ()
    return list(dict.fromkeys(entry.kind.report_type for entry in entries))


class _Reader:
    """Reads a config once, and collects what is wrong with it."""

    def __init__(
        self, config: Mapping[str, Any], now: datetime, catalogue: ReportCatalogue
    ) -> None:
        given = GivenSettings(config, SETTINGS["properties"])
        self._config = {**declared_defaults(SETTINGS), **given.values}
        self._now = now
        self._catalogue = catalogue
        self._notices: list[str] = []
        self._problems = [*given.problems, *declared_problems(self._config)]
        self._problems += batch_problems(config.get("batch_config"))
        self._problems += stream_map_problems(self._config.get("stream_maps"))
        self._stream_names = set(CORE_STREAMS)
        self._stream_names.update(
            stream_name("appstore", kind) for kind in APPSTORE_KINDS
        )

    def read(self) -> Settings:
        self._stop_at_problems()
        services = {
            "appstore": self._service("appstore", self._appstore),
            "selling_partner": self._service("sp", self._selling_partner),
            "pay": self._service("pay", self._pay),
        }
        start, end = self._span()
        settings = Settings(
            start=start,
            is_start_set="start_date" in self._config,
            end=end,
            # A fraction in a file of settings arrives as a decimal.
            request_timeout_seconds=float(self._config["request_timeout"]),
            report_poll_interval_seconds=float(self._config["report_poll_interval"]),
            report_timeout_seconds=float(self._config["report_timeout"]),
            max_downloads=self._config["max_downloads"],
            user_agent=self._user_agent(),
            lwa_token_url=self._url("lwa_token_url", LWA_TOKEN_URL),
            account=self._config.get("account"),
            writes_nulls=self._config["null_values"] == "write",
            waits_until_done=self._config["when_not_done"] != "leave",
            notices=tuple(self._notices),
            **services,
        )
        self._stop_at_problems()
        return settings

    def _stop_at_problems(self) -> None:
        if self._problems:
            raise SettingsError(self._problems)

    def _refuse(self, name: str, found: object, allowed: str) -> None:
        self._problems.append(f"{name}: found {found}, allowed: {allowed}")

    def _span(self) -> tuple[datetime, datetime]:
        midnight = self._now.replace(hour=0, minute=0, second=0, microsecond=0)
        start = self._moment("start_date", midnight - _FIRST_RUN)
        end = min(self._moment("end_date", self._now), self._now)
        if start >= end and self._config.keys() & {"start_date", "end_date"}:
            self._refuse(
                "start_date",
                self._config.get("start_date", "30 days before now"),
                "a date or date-time before now and before end_date",
            )
        return start, end

    def _moment(self, name: str, default: datetime) -> datetime:
        text = self._config.get(name)
        if text is None:
            return default
        try:
            return read_moment(text)
        except ValueError as error:
            self._refuse(name, repr(text), str(error))
            return default

    def _url(self, name: str, default: str) -> str:
        url: str = self._config.get(name, default)
        try:
            origin = Origin.of(url)
        except ValueError:
            origin = None
        if origin and origin.is_safe:
            return url.rstrip("/")
        # Somebody may have put credentials into the address.
        self._refuse(
            name,
            "an address that cannot be used",
            "an https address, or http on this machine",
        )
        return default

    def _user_agent(self) -> str:
        text: str = self._config.get("user_agent") or default_user_agent()
        if len(text) > _USER_AGENT_LONGEST or not (
            text.isascii() and text.isprintable()
        ):
            self._refuse(
                "user_agent",
                f"{len(text)} characters",
                f"at most {_USER_AGENT_LONGEST}, all of them printable ASCII",
            )
        return text

    def _service(self, group: str, read: Callable[[], Any]) -> Any:
        """Return the settings of one service, or None if nothing of it is set."""
        credentials = _CREDENTIALS[group]
        if not self._config.keys() & set(credentials):
            return None
        needed = credentials + _WITH_CREDENTIALS.get(group, ())
        missing = [name for name in needed if not self._config.get(name)]
        for name in missing:
            others = sorted(self._config.keys() & set(needed))
            verb = "are" if len(others) > 1 else "is"
            self._refuse(
                name, "nothing", f"a value, because {', '.join(others)} {verb} set"
            )
        return None if missing else read()

    def _appstore(self) -> AppstoreSettings:
        return AppstoreSettings(
            client_id=self._config["appstore_client_id"],
            client_secret=Secret(self._config["appstore_client_secret"]),
            base_url=self._url("appstore_base_url", APPSTORE_BASE_URL),
            kinds=tuple(dict.fromkeys(self._config["appstore_reports"])),
        )

    def _selling_partner(self) -> SellingPartnerSettings | None:
        marketplaces = self._marketplaces()
        if not marketplaces:
            return None
        sandbox = self._config["sp_sandbox"]
        default_url = marketplaces[0].region.base_url(sandbox=sandbox)
        return SellingPartnerSettings(
            client_id=self._config["sp_client_id"],
            client_secret=Secret(self._config["sp_client_secret"]),
            refresh_token=Secret(self._config["sp_refresh_token"]),
            marketplaces=marketplaces,
            base_url=self._url("sp_base_url", default_url),
            sandbox=sandbox,
            report_entries=self._entries(
                "sp_report_types", "selling_partner", marketplaces
            ),
            order_metrics=self._metrics_queries(),
        )

    def _marketplaces(self) -> tuple[Marketplace, ...]:
        """Return the marketplaces, each once, in the order of the setting."""
        found: dict[str, Marketplace] = {}
        for word in self._config["sp_marketplaces"]:
            if marketplace := find_marketplace(word):
                found[marketplace.marketplace_id] = marketplace
            else:
                countries = ", ".join(known.country for known in MARKETPLACES)
                self._refuse(
                    "sp_marketplaces", repr(word), f"marketplace ids, or {countries}"
                )
        regions = sorted({marketplace.region.value for marketplace in found.values()})
        if len(regions) > 1:
            self._refuse(
                "sp_marketplaces",
                f"marketplaces of {' and '.join(regions)}",
                "one region, because sp_refresh_token is valid for one",
            )
        return tuple(found.values())

    def _entries(
        self, name: str, service: str, marketplaces: tuple[Marketplace, ...]
    ) -> tuple[ReportEntry, ...]:
        reader = EntryReader(
            name,
            service=service,
            catalogue=self._catalogue,
            marketplaces=marketplaces,
            read_moment=read_moment,
            taken=self._stream_names,
        )
        entries = reader.read(self._config.get(name, []))
        self._problems += reader.problems
        self._notices += reader.notices
        self._stream_names.update(*(entry.stream_names for entry in entries))
        return tuple(entries)

    def _metrics_queries(self) -> tuple[MetricsQuery, ...]:
        reader = QueryReader("sp_order_metrics")
        queries = reader.read(self._config.get("sp_order_metrics", {}))
        self._problems += reader.problems
        return queries

    def _pay(self) -> PaySettings | None:
        region = self._try("pay_region", PayRegion.named, self._config["pay_region"])
        prefix = self._try("pay_sandbox", self._pay_path_prefix)
        key = self._private_key()
        key_id: str = self._config["pay_public_key_id"]
        if not _IN_A_SIGNATURE.fullmatch(key_id):
            self._refuse(
                "pay_public_key_id",
                "a blank or another character that no such id has",
                "letters, digits and hyphens, as Seller Central shows them",
            )
        if region is None or prefix is None or key is None:
            return None
        base_url = self._url("pay_base_url", f"https://{region.host}")
        word = self._config["pay_signature_algorithm"]
        return PaySettings(
            public_key_id=key_id,
            private_key=key,
            region=region,
            algorithm=SignatureAlgorithm(word),
            base_url=f"{base_url}/{prefix}",
            report_entries=self._entries("pay_report_types", "amazon_pay", ()),
        )

    def _private_key(self) -> Secret | None:
        given = Secret(self._config["pay_private_key"])
        if is_read_by_others(given):
            self._notices.append(
                "pay_private_key: other users of this machine can read the file; make"
                " it readable by its owner alone, with chmod 600"
            )
        return self._try("pay_private_key", read_private_key, given)

    def _pay_path_prefix(self) -> str:
        return path_prefix(
            self._config["pay_public_key_id"], sandbox=self._config.get("pay_sandbox")
        )

    def _try(self, name: str, read: Callable[..., _T], *values: object) -> _T | None:
        """Return what `read` makes of `values`; None if it refuses them."""
        try:
            return read(*values)
        except ValueError as error:
            self._problems.append(f"{name}: {error}")
            return None
