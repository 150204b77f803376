"""A place in JSON text that comes in pieces, moved on value by value.

The standard library's scanner, which is in C, reads a whole value from a place in a
text, and says where the value ends. What is added here is what happens when the text
at hand ends first.
"""

from __future__ import annotations

import re
from json.decoder import JSONDecodeError
from typing import TYPE_CHECKING, Any, NoReturn

from tap_amazon_reports.amazon.errors import DocumentDamagedError
from tap_amazon_reports.documents.json_text import (
    DEPTH_MAX,
    NO_TEXT,
    is_too_deep,
    json_decoder,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["VALUE_CHARACTERS_MAX", "JsonCursor", "TooLongError"]

VALUE_CHARACTERS_MAX = 16 * 1024 * 1024
"""No value that is read as a whole is longer; it bounds what damage can cost."""

_BLANKS = re.compile(r"[ \t\r\n]*")
_PERHAPS_NO_TEXT = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)|\0")
_BRACKET_OR_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[][{}]', re.DOTALL)
_NUMBER_STARTS = frozenset("-0123456789")
_BEHIND_A_VALUE = frozenset(" \t\r\n,]}")
# The longest that is no value yet, and may become one with the next piece: a number
# that stops in its exponent, `-Infinity`, or a pair of \uXXXX escapes.
_UNDECIDED = 16
_TOO_DEEP = f"is nested more than {DEPTH_MAX} levels deep"
_CUT_SHORT = "is cut short, or broken at its end"


class TooLongError(Exception):
    """A value is longer than it may be; the cursor still stands before it."""


class JsonCursor:
    r"""Moves through a JSON text from its first character to its last.

    Numbers are as `json_text.json_decoder` has them. A control character in a string is
    taken as it is, but NUL, which no database has in a text; that, and half a
    character, `\ud800` alone, is U+FFFD. No array and no object is more than
    `DEPTH_MAX` deep inside others.

    Attributes:
        replaced: how many signs became U+FFFD so far.
    """

    def __init__(self, pieces: Iterable[str]) -> None:
        """Stand before `pieces`, text of any length each."""
        self._pieces = iter(pieces)
        self._text = ""
        self._at = 0
        self._ended = False
        self._before = 0
        self._long: set[int] = set()
        self._scan = json_decoder(strict=False).raw_decode
        self.replaced = 0

    @property
    def position(self) -> int:
        """How many characters it has moved over."""
        return self._before + self._at

    def peek(self) -> str:
        """Return the next character that is not blank; empty at the end."""
        return self._peek_from(0)

    def peek_inside(self) -> str:
        """Return as `peek` does what is behind the next character, a bracket."""
        self.peek()
        return self._peek_from(1)

    def expect(self, mark: str) -> None:
        """Move behind `mark`.

        Raises:
            DocumentDamagedError: something else is there.
        """
        if self.peek() != mark:
            self._fail(f"has no {mark!r} where it needs one")
        self._at += 1

    def elements(self) -> Iterator[None]:
        """Stand before each element of the array that comes next, one after another.

        Whoever iterates has to move over the element before the next one is asked for.
        """
        self.expect("[")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            yield
            if not self._goes_on("]"):
                return

    def members(self) -> Iterator[str]:
        """Yield the name of each member of the object that comes next.

        The cursor stands before the member's value, and has to be moved over it.
        """
        self.expect("{")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            name = self.value()
            if not isinstance(name, str):
                self._fail("has a member without a name")
            self.expect(":")
            yield name
            if not self._goes_on("}"):
                return

    def value(self, *, longest: int = VALUE_CHARACTERS_MAX) -> Any:
        """Move over the next value and return it.

        Args:
            longest: how many characters it may have.

        Raises:
            TooLongError: it has more, and `longest` is not the default.
            DocumentDamagedError: it is broken, cut short, or too long for any value.
        """
        self.peek()
        while True:
            value, end = self._scanned()
            if end is not None:
                self._refuse_longer(end - self._at, longest)
                if is_too_deep(value, self._text, self._at, end):
                    self._fail(_TOO_DEEP)
                perhaps_no_text = _PERHAPS_NO_TEXT.search(self._text, self._at, end)
                self._at = end
                return self._mended(value) if perhaps_no_text else value
            self._refuse_longer(len(self._text) - self._at, longest)
            # Twice as much as before: a long value is not scanned a thousand times.
            self._read_on(2 * (len(self._text) - self._at))

    def skip(self, *, held: int, depth: int = 0) -> None:
        """Move over the next value; no more than `held` characters of it are held.

        Args:
            held: how many characters.
            depth: how many values it is inside of.

        Raises:
            DocumentDamagedError: as in `value`.
        """
        first = self.peek()
        if first not in ("[", "{"):
            self.value()
            return
        if depth > DEPTH_MAX:
            self._fail(_TOO_DEEP)
        if self.position not in self._long:
            try:
                self.value(longest=held)
            except TooLongError:
                self._long = set(self._longer(held))
            else:
                return
        for _ in self.elements() if first == "[" else self.members():
            self.skip(held=held, depth=depth + 1)

    def _longer(self, most: int) -> Iterator[int]:
        """Yield where in the text at hand arrays and objects begin that are longer.

        Each is inside the one before: to read them would be to read the same again.
        """
        opened: list[int] = []
        for found in _BRACKET_OR_STRING.finditer(self._text, self._at):
            if found[0] in ("[", "{"):
                opened.append(found.start())
            elif found[0] in ("]", "}"):
                if not opened:
                    return
                start = opened.pop()
                if found.end() - start > most:
                    yield self._before + start
        for start in opened:
            if len(self._text) - start > most:
                yield self._before + start

    def rest(self, *, longest: int) -> str:
        """Return the text from here on, at most `longest` characters of it."""
        self._read_on(longest)
        return self._text[self._at : self._at + longest]

    def _peek_from(self, offset: int) -> str:
        while True:
            found = _BLANKS.match(self._text, self._at + offset)
            at = found.end() if found else len(self._text)
            if at < len(self._text):
                if not offset:
                    self._at = at
                return self._text[at]
            if self._ended:
                return ""
            if offset:
                # The blanks behind a bracket say nothing: they are not kept.
                self._text = self._text[self._at : self._at + offset]
                self._before += self._at
                self._at = 0
            else:
                self._at = at
            self._read_on(offset + 1)

    def _goes_on(self, end: str) -> bool:
        mark = self.peek()
        if mark not in (",", end) or not mark:
            self._fail(f"has neither ',' nor {end!r} after a value")
        self._at += 1
        return mark == ","

    def _scanned(self) -> tuple[Any, int | None]:
        """Return the value at hand and its end; None when there has to be more text."""
        try:
            value, end = self._scan(self._text, self._at)
        except JSONDecodeError as error:
            if error.msg.startswith("Unterminated string"):
                return self._undecided(len(self._text), "has a string without an end")
            return self._undecided(error.pos, f"is broken ({error.msg})")
        except RecursionError as error:
            self._fail(_TOO_DEEP, error)
        is_number = self._text[self._at] in _NUMBER_STARTS
        if is_number and not self._closed(end):
            return self._undecided(end, "has a number that does not end")
        return value, end

    def _mended(self, value: Any) -> Any:
        """Return a value in which half a character is U+FFFD, and NUL, too."""
        if isinstance(value, str):
            text, count = NO_TEXT.subn("\ufffd", value)
            self.replaced += count
            return text
        if isinstance(value, list):
            return [self._mended(item) for item in value]
        if isinstance(value, dict):
            return {self._mended(k): self._mended(v) for k, v in value.items()}
        return value

    def _closed(self, end: int) -> bool:
        if end == len(self._text):
            return self._ended
        return self._text[end] in _BEHIND_A_VALUE

    def _undecided(self, place: int, trouble: str) -> tuple[None, None]:
        if place < len(self._text) - _UNDECIDED:
            self._fail(trouble)
        if self._ended:
            self._fail(_CUT_SHORT)
        return None, None

    def _refuse_longer(self, characters: int, longest: int) -> None:
        if characters > VALUE_CHARACTERS_MAX:
            self._fail("has a value that is too long")
        if characters > longest:
            raise TooLongError

    def _read_on(self, wanted: int) -> None:
        """Have at least `wanted` characters at hand, and at least one piece more."""
        pieces = [self._text[self._at :]]
        size = len(pieces[0])
        self._before += self._at
        self._at = 0
        while True:
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
                break
            pieces.append(piece)
            size += len(piece)
            if size >= wanted:
                break
        self._text = "".join(pieces)

    def _fail(self, trouble: str, cause: Exception | None = None) -> NoReturn:
        if self._ended and self._at >= len(self._text):
            trouble = _CUT_SHORT
        msg = f"the document is damaged: its JSON {trouble}"
        raise DocumentDamagedError(msg) from cause
