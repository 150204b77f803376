"""Callers made of plain `requests`, with nothing of the tap in them."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from .moments import basic

if TYPE_CHECKING:
    from .local import LocalAmazon

V2 = "AMZN-PAY-RSASSA-PSS-V2"
V1 = "AMZN-PAY-RSASSA-PSS"


def token(amazon: LocalAmazon, session: requests.Session, service: str) -> str:
    """Return an access token for `sp` or `appstore`."""
    settings = amazon.settings()
    form = {
        "client_id": settings[f"{service}_client_id"],
        "client_secret": settings[f"{service}_client_secret"],
    }
    if service == "sp":
        form["grant_type"] = "refresh_token"
        form["refresh_token"] = settings["sp_refresh_token"]
    else:
        form["grant_type"] = "client_credentials"
        form["scope"] = "adx_reporting::appstore:marketer"
    answer = session.post(settings["lwa_token_url"], data=form, timeout=10)
    return str(answer.json()["access_token"])


class Seller:
    """Calls the Selling Partner API."""

    def __init__(
        self, amazon: LocalAmazon, session: requests.Session, *, url: str = ""
    ) -> None:
        """Get a token; call the API, or the sandbox if that is at `url`."""
        self._url = url or amazon.settings()["sp_base_url"]
        self._session = session
        self.token = token(amazon, session, "sp")

    def call(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        json: object = None,
        headers: dict[str, str | None] | None = None,
    ) -> requests.Response:
        """Send one request; a header that is None is left out."""
        url = f"{self._url}{path}{'?' if query else ''}{query}"
        sent = {"x-amz-access-token": self.token, "user-agent": "Test/1"}
        request = requests.Request(method, url, json=json, headers=sent)
        prepared = self._session.prepare_request(request)
        if method != "POST":
            prepared.headers.pop("Content-Length", None)
        for name, value in (headers or {}).items():
            prepared.headers.pop(name, None)
            if value is not None:
                prepared.headers[name] = value
        return self._session.send(prepared, timeout=10, allow_redirects=False)

    def get(self, path: str, query: str = "") -> requests.Response:
        """Send a GET."""
        return self.call("GET", f"/reports/2021-06-30{path}", query=query)


@dataclass
class Signed:
    """What a request is signed with; a test changes one thing and sees it refused."""

    algorithm: str = V2
    salt_bytes: int = 32
    key_id: str | None = None
    date: str | None = None
    region: str = "na"
    idempotency_key: str | None = None
    signed: tuple[str, ...] | None = None
    more_headers: dict[str, str] = field(default_factory=dict)
    tamper: str = ""


class Merchant:
    """Calls Amazon Pay, and signs by a hand of its own."""

    def __init__(self, amazon: LocalAmazon, session: requests.Session) -> None:
        """Read the merchant's key."""
        settings = amazon.settings()
        self._amazon = amazon
        self._session = session
        self._url = str(settings["pay_base_url"])
        pem = settings["pay_private_key"].encode()
        key = serialization.load_pem_private_key(pem, password=None)
        assert isinstance(key, rsa.RSAPrivateKey)
        self._key = key
        self._key_id = str(settings["pay_public_key_id"])

    def call(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: bytes = b"",
        signed: Signed | None = None,
    ) -> requests.Response:
        """Sign and send one request."""
        how = signed or Signed()
        pairs = sorted(_quoted(query or {}).items())
        canonical_query = "&".join(f"{name}={value}" for name, value in pairs)
        headers = self._headers(how)
        target = f"/pay{path}"
        names = how.signed or tuple(sorted(headers))
        canonical = "\n".join(
            (
                method,
                target,
                canonical_query,
                "".join(f"{name}:{headers[name]}\n" for name in names),
                ";".join(names),
                hashlib.sha256(body).hexdigest(),
            )
        )
        headers["authorization"] = self._authorization(how, names, canonical)
        url = f"{self._url}{path}{'?' if canonical_query else ''}{canonical_query}"
        sent = requests.Request(method, url + how.tamper, headers=headers, data=body)
        prepared = self._session.prepare_request(sent)
        return self._session.send(prepared, timeout=10)

    def _headers(self, how: Signed) -> dict[str, str]:
        headers = {
            "accept": "application/json",
            "content-type": "application/json",
            "x-amz-pay-date": how.date or basic(self._amazon.clock.now()),
            "x-amz-pay-host": "127.0.0.1",
            "x-amz-pay-region": how.region,
            **how.more_headers,
        }
        if how.idempotency_key is not None:
            headers["x-amz-pay-idempotency-key"] = how.idempotency_key
        return headers

    def _authorization(
        self, how: Signed, names: tuple[str, ...], canonical: str
    ) -> str:
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        signature = self._key.sign(
            f"{how.algorithm}\n{digest}".encode(),
            padding.PSS(padding.MGF1(hashes.SHA256()), how.salt_bytes),
            hashes.SHA256(),
        )
        encoded = base64.b64encode(signature).decode()
        return (
            f"{how.algorithm} PublicKeyId={how.key_id or self._key_id}, "
            f"SignedHeaders={';'.join(names)}, Signature={encoded}"
        )


def _quoted(query: dict[str, str]) -> dict[str, str]:
    return {quote(name, safe=""): quote(text, safe="") for name, text in query.items()}
