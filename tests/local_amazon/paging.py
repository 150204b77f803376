"""Pages and the tokens that lead from one to the next."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .wire import Wire


class Page(NamedTuple):
    """Some of the items, and the way to the others."""

    items: list[Wire]
    next_token: str | None


class Pages:
    """Cuts lists into pages; what is on a later page is fixed by the first call."""

    def __init__(self, name: str) -> None:
        """Give the tokens of `name` a form of their own."""
        self._name = name
        self._rest: dict[str, tuple[list[Wire], int]] = {}

    def first(self, items: Sequence[Wire], size: int) -> Page:
        """Return the first `size` items."""
        return self._page(list(items), size)

    def following(self, token: str) -> Page | None:
        """Return the page that `token` leads to; None if nobody handed it out."""
        rest = self._rest.get(token)
        return None if rest is None else self._page(*rest)

    def _page(self, items: list[Wire], size: int) -> Page:
        if len(items) <= size:
            return Page(items, None)
        token = self._token(items, size)
        self._rest[token] = (items[size:], size)
        return Page(items[:size], token)

    def _token(self, items: list[Wire], size: int) -> str:
        """Return a token with the characters that a careless caller fails to encode."""
        seed = f"{self._name} {len(self._rest)} {len(items)} {size}".encode()
        digest = hashlib.sha256(seed).digest()
        return "ab+c/" + base64.b64encode(digest).decode()
