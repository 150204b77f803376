r"""What Amazon Pay hashes of a request, and in which order.

Facts (Amazon Pay API v2, Signing requests; its Java and .NET SDKs, signature helpers;
2026):

- The canonical request is six parts joined by "\n": method, path, query, headers, the
  list of signed headers, and the hex SHA-256 of the body.
- Everything is percent-encoded as UTF-8 but for letters, digits and `-_.~`; names are
  encoded as values are, and sorted as encoded.
- Each header ends with a line feed, the last one too, so that a blank line follows.
- The string to sign is the algorithm's name, "\n", and the hex SHA-256 of all that.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Iterable

    Pairs = Iterable[tuple[str, str]]


def canonical_uri(path: str) -> str:
    """Return the path of a URL, encoded in whichever way, in its canonical form.

    Runs of slashes are one; the slash at the end stays, and an empty path is `/`.
    """
    # By segment: an encoded slash inside a name must not become a separator.
    names = (quote(unquote(name), safe="") for name in path.split("/"))
    return re.sub(r"/{2,}", "/", "/".join(names)) or "/"


def canonical_headers(headers: Pairs) -> str:
    """Return one `name:value` line for each header, each with its line feed.

    Names are lower case and sorted; white space inside a value is one space; the
    values of a repeated name are joined by a comma in the order given.
    """
    return "".join(f"{name}:{','.join(vs)}\n" for name, vs in _by_name(headers))


def signed_headers(headers: Pairs) -> str:
    """Return the names of `headers`, lower case and sorted, joined by semicolons."""
    return ";".join(name for name, _ in _by_name(headers))


def canonical_request(
    *, method: str, path: str, query: str, headers: Pairs, body: bytes
) -> str:
    """Return the text that is hashed.

    Args:
        method: the HTTP method, in any case.
        path: as `canonical_uri` gives it.
        query: as `http.encoded_query` gives it.
        headers: the headers to sign, and no others.
        body: the very bytes that are sent; empty when there are none.
    """
    headers = list(headers)
    digest = hashlib.sha256(body).hexdigest()
    lines, names = canonical_headers(headers), signed_headers(headers)
    return f"{method.upper()}\n{path}\n{query}\n{lines}\n{names}\n{digest}"


def string_to_sign(algorithm: str, request: str) -> str:
    """Return what is signed: the algorithm's name, and a canonical request's digest."""
    return f"{algorithm}\n{hashlib.sha256(request.encode()).hexdigest()}"


def _by_name(headers: Pairs) -> list[tuple[str, list[str]]]:
    """Group values under lower-case names, sorted by name."""
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in headers:
        grouped[name.lower()].append(" ".join(value.split()))
    return sorted(grouped.items())
