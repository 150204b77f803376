"""Amazon's JSON at the border: exact, bounded, and of the shape that is documented."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from tap_amazon_reports.amazon.counted import counted
from tap_amazon_reports.amazon.echo import printable
from tap_amazon_reports.amazon.errors import UnexpectedAnswerError, WrongEntriesError
from tap_amazon_reports.amazon.shapes import Page, read_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import requests

logger = logging.getLogger(__name__)

Json = dict[str, Any]
Shape = TypeVar("Shape")

DEEPEST = 64
"""How many brackets within each other an answer may have."""
_LONGEST_NUMBER = 300
"""Digits, also before or behind the point: what every reader of JSON can hold."""
MOST_PAGES = 1_000
"""A listing of more pages than these, a hundred thousand reports, does not end."""
_MOST_WITHOUT_NEWS = 100
"""Nor does one of so many pages in a row on which nothing is new."""

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Entry(Generic[Shape]):
    """One object of a list in an answer.

    Attributes:
        known: what the tap acts on, typed.
        wire: all that Amazon said, for what is copied.
    """

    known: Shape
    wire: Json


@dataclass(frozen=True)
class Answer:
    """The JSON object that an operation answered with; its numbers are exact.

    Attributes:
        asked: what was asked for, fit to be printed.
        status: of the answer.
        request_id: Amazon's.
        wire: the object.
    """

    asked: str
    status: int
    request_id: str | None
    wire: Json

    def read(self, shape: type[Shape]) -> Shape:
        """Return the object as `shape`.

        Raises:
            UnexpectedAnswerError: if it is not of that shape; the field is named.
        """
        try:
            return _shaped(self.wire, shape)
        except msgspec.ValidationError as problem:
            raise self.unexpected(_told(problem)) from None

    def entry(self, shape: type[Shape]) -> Entry[Shape]:
        """Return the object as `shape`, with all that Amazon said beside it.

        Raises:
            UnexpectedAnswerError: as `read`.
        """
        return Entry(self.read(shape), self.wire)

    def entries(
        self, name: str, shape: type[Shape]
    ) -> tuple[list[Entry[Shape]], list[UnexpectedAnswerError]]:
        """Return the objects listed under `name`, and what is wrong with the others.

        Each wrong one is told in a warning.

        Raises:
            UnexpectedAnswerError: if there is no list.
        """
        found = self.wire.get(name)
        if not isinstance(found, list):
            problem = f"{name} is not a list"
            raise self.unexpected(problem)
        good, wrong = [], []
        for place, wire in enumerate(found):
            try:
                good.append(Entry(_shaped(wire, shape), wire))
            except msgspec.ValidationError as problem:
                which = f"{name}[{place}]{_named(wire)}"
                wrong.append(self.unexpected(f"{which}: {_told(problem)}"))
        for error in wrong:
            logger.warning("%s; this entry is skipped", error)
        return good, wrong

    def unexpected(self, problem: str) -> UnexpectedAnswerError:
        """Return the error that says what is wrong with this answer."""
        return UnexpectedAnswerError(
            f"{self.asked}: the answer (HTTP {self.status}) is not what Amazon"
            f" documents: {problem} (request id {self.request_id}); if it happens"
            " again, report it to this tap's maintainers",
            status=self.status,
            request_id=self.request_id,
        )


def read_json(content: bytes) -> tuple[object, bool]:
    """Return the JSON value, and whether characters of it had to be replaced.

    Decimals are exact. A number that other readers could not hold stays the text that
    it was, so that it fits no column of numbers and is kept all the same. Half a
    character (a lone surrogate) becomes U+FFFD.

    Raises:
        ValueError: if it is no JSON, or nested too deeply.
    """
    text = content.decode("utf-8-sig", errors="replace")
    try:
        value = json.loads(
            text, parse_float=_decimal, parse_int=_integer, parse_constant=_refuse
        )
    except RecursionError:
        msg = f"it is nested more than {DEEPEST} levels deep"
        raise ValueError(msg) from None
    except ValueError:
        msg = "it is not JSON"
        raise ValueError(msg) from None
    sound = _Sound()
    return sound.of(value), sound.replaced or "\ufffd" in text


def json_object(response: requests.Response) -> Json | None:
    """Return the JSON object that `response` holds, its decimals exact, or None."""
    try:
        value, _ = read_json(response.content)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def read_answer(
    response: requests.Response, *, asked: str, request_id: str | None
) -> Answer:
    """Return the JSON object of an answer.

    Raises:
        UnexpectedAnswerError: if it holds no JSON object.
    """
    answer = Answer(asked, response.status_code, request_id, {})
    try:
        value, replaced = read_json(response.content)
    except ValueError as error:
        raise answer.unexpected(str(error)) from None
    if not isinstance(value, dict):
        problem = "it is not a JSON object"
        raise answer.unexpected(problem)
    if replaced:
        logger.warning(
            "%s: the answer has broken characters, which are read as U+FFFD", asked
        )
    return Answer(asked, response.status_code, request_id, value)


def pages(ask: Callable[[str | None], Answer]) -> Iterator[Answer]:
    """Yield the pages of a listing.

    Args:
        ask: returns the page of a `nextToken`, or the first.

    Raises:
        UnexpectedAnswerError: if a token repeats, or there is no end of them.
    """
    seen: set[int] = set()
    token: str | None = None
    while True:
        answer = ask(token)
        yield answer
        token = answer.read(Page).next_token
        if not token:
            return
        if hash(token) in seen:
            problem = "nextToken repeats, so the listing has no end"
            raise answer.unexpected(problem)
        seen.add(hash(token))
        if len(seen) >= MOST_PAGES:
            problem = f"the listing has more than {MOST_PAGES} pages"
            raise answer.unexpected(problem)


def listed(
    answers: Iterable[Answer], name: str, shape: type[Shape]
) -> Iterator[Entry[Shape]]:
    """Yield the objects listed under `name` in all of `answers`, each once.

    Pages move while reports are created, so that an entry may come again.

    Raises:
        UnexpectedAnswerError: if there is no end of pages without news.
        WrongEntriesError: after the last, if some were wrong and left out: so that
            no bookmark passes them.
    """
    left_out: list[UnexpectedAnswerError] = []
    seen: set[str] = set()
    without_news = 0
    for answer in answers:
        good, wrong = answer.entries(name, shape)
        new = {_identity(entry): entry for entry in reversed(good)}
        fresh = [one for one in reversed(new) if one not in seen]
        seen.update(fresh)
        yield from (new[one] for one in fresh)
        left_out += wrong
        without_news = 0 if fresh else without_news + 1
        if without_news > _MOST_WITHOUT_NEWS:
            problem = f"{_MOST_WITHOUT_NEWS} pages in a row list nothing that is new"
            raise answer.unexpected(problem)
    if left_out:
        first = left_out[0]
        skipped = counted(len(left_out), "entry was", "entries were")
        msg = f"{first}; {skipped} skipped, the others were read"
        raise WrongEntriesError(msg, status=first.status, request_id=first.request_id)


def _identity(entry: Entry[Shape]) -> str:
    """Return what an entry is known by: its report's id, or all that it says."""
    return str(getattr(entry.known, "report_id", None) or sorted(entry.wire.items()))


def _shaped(wire: object, shape: type[Shape]) -> Shape:
    """Return `wire` as `shape`; an empty text is a missing one.

    Raises:
        ValidationError: if it is not of that shape.
    """
    if isinstance(wire, dict):
        wire = {name: value for name, value in wire.items() if value not in (None, "")}
    return msgspec.convert(wire, shape, dec_hook=read_instant)


def _told(problem: msgspec.ValidationError) -> str:
    """Return what is wrong, and with which field, in one line."""
    words, _, place = str(problem).partition(" - at `$")
    field = place.strip("`.")
    return printable(f"{field}: {words}" if field else words)


def _named(wire: object) -> str:
    """Return the id of an entry, if it can be told."""
    if not isinstance(wire, dict):
        return ""
    found = next((wire[name] for name in ("reportId", "interval") if name in wire), "")
    return f" ({printable(found, longest=80)})" if isinstance(found, str) else ""


class _Sound:
    """Makes text sound, and counts how deep it goes."""

    def __init__(self) -> None:
        self.replaced = False

    def of(self, value: Any, depth: int = 0) -> Any:
        if depth > DEEPEST:
            msg = f"it is nested more than {DEEPEST} levels deep"
            raise ValueError(msg)
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self.of(item, depth + 1) for item in value]
        if isinstance(value, dict):
            return {
                self._text(name): self.of(item, depth + 1)
                for name, item in value.items()
            }
        return value

    def _text(self, text: str) -> str:
        sound = _SURROGATE.sub("\ufffd", text)
        self.replaced = self.replaced or (sound is not text and sound != text)
        return sound


def _decimal(text: str) -> Decimal | str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    holds = abs(number.adjusted()) <= _LONGEST_NUMBER
    return number if holds and len(text) <= _LONGEST_NUMBER else text


def _integer(text: str) -> int | str:
    return int(text) if len(text) <= _LONGEST_NUMBER else text


def _refuse(word: str) -> object:
    raise ValueError(word)
