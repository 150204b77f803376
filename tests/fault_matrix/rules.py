"""What must become of a run, by the kind of trouble and the role of the operation.

What design and README promise of each failure, as a table: the first row that fits a
cell holds. Where all of it says "whole", the trouble costs time and not a row; where it
says "failed", that stream alone fails, in one line that names operation and cause, no
row of it is wrong, and the next run reads what is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tests.fault_matrix.faults import Kind
from tests.fault_matrix.ways import Role

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet


class Promise(NamedTuple):
    """What is promised of a cell.

    Attributes:
        whole: whether the rows are those of a run without trouble.
        said: what the one line says of a run that is not whole; a regular expression.
        warned: what a run that is whole warns of; a regular expression.
    """

    whole: bool
    said: str = ""
    warned: str = ""


class Rule(NamedTuple):
    """Which cells a promise is made for; no kind, or no role, stands for any."""

    kinds: frozenset[Kind]
    roles: frozenset[Role]
    promise: Promise


_ANY: frozenset[Any] = frozenset()
_STRANGE = frozenset({Kind.NONSENSE, Kind.EMPTY, Kind.OTHER_SHAPE})
_WHOLE = Promise(whole=True)


def _failed(said: str) -> Promise:
    return Promise(whole=False, said=said)


def _rule(
    kinds: Kind | AbstractSet[Kind], roles: Role | None, promise: Promise
) -> Rule:
    some = frozenset({kinds}) if isinstance(kinds, Kind) else frozenset(kinds)
    return Rule(some, frozenset({roles}) if roles else _ANY, promise)


RULES = (
    _rule(Kind.PASSES, None, _WHOLE),
    # What was ended by the first try cannot be ended by the second; it is ended.
    _rule(Kind.DONE_UNSEEN, Role.ENDING, Promise(whole=False, said=r"HTTP 40\d")),
    _rule(Kind.DONE_UNSEEN, None, _WHOLE),
    _rule(
        _ANY,
        Role.SAVING,
        Promise(whole=True, warned="existing reports could not be listed"),
    ),
    _rule(Kind.DAMAGED, None, _failed(r"the document is damaged: ")),
    _rule(
        Kind.LASTS,
        Role.MAKING,
        _failed(r"unavailable for \d+ s|Amazon limits this type"),
    ),
    _rule(Kind.LASTS, None, _failed(r"(unavailable|throttled \(429\)) for \d+ s")),
    _rule({Kind.EMPTY, Kind.OTHER_SHAPE}, Role.ENDING, _WHOLE),
    _rule(
        _STRANGE,
        Role.LOGIN,
        _failed(r"Login with Amazon answered HTTP 200 with no .*; check lwa_token_url"),
    ),
    _rule(
        _STRANGE,
        Role.MONTH,
        _failed(r"not the URL of a document .*; check that appstore_base_url"),
    ),
    _rule(
        _STRANGE,
        Role.STORAGE,
        _failed(r"is damaged|is not a table|has no column for"),
    ),
    _rule(
        _STRANGE,
        None,
        _failed(r"the answer \(HTTP 20\d\) is not what Amazon documents"),
    ),
    _rule(
        Kind.ELSEWHERE,
        Role.LOGIN,
        _failed(r"answered HTTP 30\d with no JSON object .*; check lwa_token_url"),
    ),
    _rule(Kind.ELSEWHERE, Role.STORAGE, _failed(r"storage answered HTTP 30\d")),
    _rule(Kind.ELSEWHERE, None, _failed(r"HTTP 30\d")),
    _rule(
        Kind.STRANGER, Role.LOGIN, _failed(r"answered HTTP 40\d with no JSON object")
    ),
    _rule(
        _ANY,
        Role.STORAGE,
        _failed(r"storage answered HTTP 40\d|no longer accepted|is not in storage"),
    ),
    _rule(_ANY, None, _failed(r"HTTP 40\d")),
)


def promise_for(kind: Kind, role: Role) -> Promise:
    """Return what is promised of a cell."""
    return next(
        rule.promise
        for rule in RULES
        if (not rule.kinds or kind in rule.kinds)
        and (not rule.roles or role in rule.roles)
    )
