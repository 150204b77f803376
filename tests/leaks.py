"""Whether anything that a run wrote or logged holds what must not be seen."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from tests.local_amazon.pay.models import merchant_key_pem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.local_amazon import LocalAmazon

_PRESIGNED = re.compile("X-Amz-|Signature=|Security-Token", re.IGNORECASE)


def assert_nothing_leaked(
    amazon: LocalAmazon, texts: Iterable[str], records: Iterable[logging.LogRecord]
) -> None:
    """Fail if a secret of the account is in `texts` or in a log record of the tap."""
    formatter = logging.Formatter("%(name)s %(levelname)s %(message)s")
    lines = [*texts, *(formatter.format(record) for record in records)]
    for kind, secret in _secrets(amazon):
        for line in lines:
            assert secret not in line, f"{kind} in: {line[:2000]}"
    for line in lines:
        assert _PRESIGNED.search(line) is None, f"a URL's query in: {line[:2000]}"


def _secrets(amazon: LocalAmazon) -> Iterator[tuple[str, str]]:
    """Yield what nobody may see, by kind: as it is, and as a URL or a form has it."""
    for kind, secret in _plain_secrets(amazon):
        for text in {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}:
            yield kind, text


def _plain_secrets(amazon: LocalAmazon) -> Iterator[tuple[str, str]]:
    yield "the Appstore's client secret", amazon.lwa.appstore_client[1]
    yield "the seller's client secret", amazon.lwa.sp_client[1]
    yield "the refresh token", amazon.lwa.refresh_token
    for token in list(amazon.lwa.tokens):
        yield "an access token", token
    for line in merchant_key_pem().splitlines()[1:-1]:
        yield "the private key", line
    for seen in amazon.seen:
        signature = seen.headers.get("authorization", "").partition("Signature=")[2]
        if signature:
            yield "a signature", signature
        for name, value in seen.query:
            if name == "nextToken":
                yield "a page token", value
