"""Whether anything that a run wrote, raised or logged holds what must not be seen.

One search for all rehearsals. Secrets are looked for as they are, as a URL, a form and
JSON have them, and in base64, wherever in a longer text they begin; personal data of
buyers, which belongs to the rows, is looked for in what is logged.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import traceback
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from tests.local_amazon.pay.models import merchant_key_pem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.local_amazon import LocalAmazon, Seen

_PRESIGNED = re.compile("X-Amz-|Signature=|Security-Token", re.IGNORECASE)
_OPENS = re.compile("signature|credential|token", re.IGNORECASE)
_PERSONAL = re.compile(
    "(buyer|recipient|customer)_(name|email|phone)|e_?mail|phone|address_(field_)?[123]"
    "|ship_(address|phone)|gift_message|comments"
)
_SHORTEST = 8
_VALUES_MAX = 300
_FORMATTER = logging.Formatter("%(name)s %(levelname)s %(message)s")


def assert_nothing_leaked(
    amazon: LocalAmazon, texts: Iterable[str], records: Iterable[logging.LogRecord]
) -> None:
    """Fail if a secret of the account is anywhere, or a buyer's data in a log record.

    Args:
        amazon: whose secrets they are.
        texts: what was written, or is in a file.
        records: what was logged, with the errors that it tells of.
    """
    written, logged = list(texts), [line for one in records for line in _told(one)]
    assert_no_secret(amazon, [*written, *logged])
    everything = "\n".join(logged)
    for column, value in _personal(written):
        assert value not in everything, f"{column} in a line of the log: {value}"


def assert_no_secret(amazon: LocalAmazon, texts: Iterable[str]) -> None:
    """Fail if a secret of the account is in a text, in any form."""
    lines = list(texts)
    everything = "\n".join(lines)
    for kind, secret in secrets(amazon):
        for form in forms(secret):
            if form in everything:
                line = next(line for line in lines if form in line)
                message = f"{kind} in: …{line[max(0, line.index(form) - 300) :][:600]}"
                raise AssertionError(message)
    if found := _PRESIGNED.search(everything):
        around = everything[max(0, found.start() - 300) : found.end() + 300]
        message = f"a URL's query in: …{around}"
        raise AssertionError(message)


def chained(error: BaseException) -> Iterator[str]:
    """Yield what an error says, and those that it came from, and their traces."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield f"{type(one).__name__}: {one} {one.args!r} {vars(one)!r}"
        waiting += [
            one.__cause__,
            None if one.__suppress_context__ else one.__context__,
        ]
    yield "".join(traceback.format_exception(error))


def secrets(amazon: LocalAmazon) -> Iterator[tuple[str, str]]:
    """Yield what nobody may see, by kind, as it is."""
    yield "the Appstore's client secret", amazon.lwa.appstore_client[1]
    yield "the seller's client secret", amazon.lwa.sp_client[1]
    yield "the refresh token", amazon.lwa.refresh_token
    for token in list(amazon.lwa.tokens):
        yield "an access token", token
    for token in list(amazon.selling_partner.restricted_tokens):
        yield "a restricted data token", token
    for line in merchant_key_pem().splitlines()[1:-1]:
        yield "the private key", line
    for seen in list(amazon.seen):
        yield from _sent(seen)


def _sent(seen: Seen) -> Iterator[tuple[str, str]]:
    """Yield what a request proved itself with."""
    signature = seen.headers.get("authorization", "").partition("Signature=")[2]
    if signature:
        yield "a signature", signature
    for name, value in seen.query:
        if name == "nextToken":
            yield "a page token", value
        elif seen.service == "storage" and _OPENS.search(name):
            yield f"{name} of a presigned URL", value


@lru_cache(4096)
def forms(secret: str) -> frozenset[str]:
    """Return a secret as it is, as a URL, a form and JSON have it, and in base64."""
    found = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}
    found.add(json.dumps(secret)[1:-1])
    data = secret.encode()
    for before in range(3):
        # What stands around it has a part in the letters at both ends.
        coded = base64.b64encode(b"\0" * before + data).decode()
        inner = coded[(0, 2, 3)[before] : (before + len(data)) * 8 // 6]
        found |= {inner, inner.replace("+", "-").replace("/", "_")}
    return frozenset(form for form in found if len(form) >= _SHORTEST)


def _told(record: logging.LogRecord) -> Iterator[str]:
    """Yield what a record of the log shows, and what the error in it could show."""
    yield _FORMATTER.format(record)
    if record.exc_info and record.exc_info[1] is not None:
        yield from chained(record.exc_info[1])


def _personal(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield some of the buyers' data in RECORD messages, by column."""
    found: dict[tuple[str, str], None] = {}
    for text in texts:
        if '"RECORD"' not in text:
            continue
        for line in text.splitlines():
            if '"RECORD"' in line and len(found) < _VALUES_MAX:
                found.update(dict.fromkeys(_of_a_buyer(json.loads(line)["record"])))
    yield from found


def _of_a_buyer(record: dict[str, object]) -> Iterator[tuple[str, str]]:
    for column, value in record.items():
        if (
            isinstance(value, str)
            and len(value) >= _SHORTEST
            and _PERSONAL.search(column)
        ):
            yield column, value
