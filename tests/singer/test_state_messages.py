"""STATE messages: whole, true, and cheap however much was read before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tap_amazon_reports.singer.messages import MessageWriter
from tap_amazon_reports.singer.state_messages import SOON_SECONDS, StateMessages
from tests.clock import ScriptedClock

if TYPE_CHECKING:
    from singer_sdk.helpers.types import TapState
    from singer_sdk.singerlib.encoding.simple import Message


class _Lines(MessageWriter):
    """A writer that keeps what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[bytes] = []

    def write_state(self, line: bytes) -> None:
        self.lines.append(line)
        self.has_untold_records = False

    def write_message(self, message: Message) -> None:
        self.lines.append(json.dumps(message.to_dict()).encode())

    @property
    def values(self) -> list[Any]:
        """The states that were told."""
        return [json.loads(line)["value"] for line in self.lines]


class _Rig:
    """Two streams' state, and what is told of it."""

    def __init__(self) -> None:
        self.bookmarks: dict[str, Any] = {"a": {"n": 1}, "b": {"n": 1}}
        self.state: TapState = {"bookmarks": self.bookmarks}
        self.clock = ScriptedClock()
        self.out = _Lines()
        self.messages = StateMessages(self.out, self.state, self.clock)

    def move(self, stream: str) -> None:
        """Let a stream reach something more."""
        self.bookmarks.setdefault(stream, {"n": 0})["n"] += 1


@pytest.fixture
def rig() -> _Rig:
    """Return one that has told nothing."""
    return _Rig()


def test_each_message_holds_the_whole_state(rig: _Rig) -> None:
    """What one stream reached is told with all that the others had reached."""
    rig.messages.tell("a")
    rig.move("b")
    rig.messages.tell("b")
    rig.move("new")
    rig.messages.tell("new")

    assert [
        {"bookmarks": {"a": {"n": 1}, "b": {"n": 1}}},
        {"bookmarks": {"a": {"n": 1}, "b": {"n": 2}}},
        {"bookmarks": {"a": {"n": 1}, "b": {"n": 2}, "new": {"n": 1}}},
    ] == rig.out.values
    assert b'{"bookmarks":{"a":{"n":1},"b":{"n":1}}}' in rig.out.lines[0]


def test_a_state_is_told_once(rig: _Rig) -> None:
    """The same state is not written twice, whoever asks for it."""
    rig.messages.tell("a")
    rig.messages.tell("b")
    rig.messages.write_state(rig.state)
    assert 1 == len(rig.out.lines)


def test_a_state_is_told_again_behind_records(rig: _Rig) -> None:
    """Some targets forget a state at the next record, and pass on what comes after."""
    rig.messages.tell("a")
    rig.out.has_untold_records = True
    rig.messages.tell("a")
    rig.messages.tell("a")
    assert 2 == len(rig.out.lines)


def test_the_end_of_a_run_trusts_no_cache(rig: _Rig) -> None:
    """What was changed without a word is in the last state of a run."""
    rig.messages.tell("a")
    rig.move("b")
    rig.messages.write_state(rig.state)
    assert 2 == rig.out.values[-1]["bookmarks"]["b"]["n"]


def test_nothing_read_is_an_empty_state(rig: _Rig) -> None:
    """A run without any bookmark says so."""
    rig.messages.write_state({})
    assert [{}] == rig.out.values


def test_a_burst_of_created_reports_is_one_message(rig: _Rig) -> None:
    """What is only remembered is told together, and before any pause."""
    for _ in range(15):
        rig.move("a")
        rig.messages.tell_soon("a")
    before = len(rig.out.lines)
    rig.messages.tell_what_waits()
    rig.messages.tell_what_waits()

    assert 0 == before
    assert [16] == [value["bookmarks"]["a"]["n"] for value in rig.out.values]


def test_what_is_remembered_waits_for_a_moment_only(rig: _Rig) -> None:
    """While rows are written without a pause, it is told after half a second."""
    rig.messages.tell_soon("a")
    rig.clock.advance(seconds=SOON_SECONDS / 2)
    rig.messages.tell_what_is_due()
    before = len(rig.out.lines)
    rig.clock.advance(seconds=SOON_SECONDS / 2)
    rig.messages.tell_what_is_due()

    assert 0 == before
    assert 1 == len(rig.out.lines)


def test_streams_move_together(rig: _Rig) -> None:
    """No message tells of one stream of a document without the other."""
    with rig.messages.together():
        rig.move("a")
        rig.messages.tell("a")
        rig.move("b")
        rig.messages.tell("b")

    assert [{"bookmarks": {"a": {"n": 2}, "b": {"n": 2}}}] == rig.out.values


def test_a_finished_window_tells_what_waits(rig: _Rig) -> None:
    """A message is the whole state, so nothing is left to be told after it."""
    rig.move("a")
    rig.messages.tell_soon("a")
    rig.move("b")
    rig.messages.tell("b")
    rig.messages.tell_what_waits()
    assert [{"bookmarks": {"a": {"n": 2}, "b": {"n": 2}}}] == rig.out.values


class _Counted:
    """A value that counts how often it is put into JSON."""

    def __init__(self) -> None:
        self.times = 0

    def __str__(self) -> str:
        self.times += 1
        return "a bookmark"


def test_a_message_costs_the_same_beside_many_streams(rig: _Rig) -> None:
    """What a hundred other streams have reached is encoded once, not in each message.

    Encoded and copied each time, it cost 174 seconds and 854 MB in 3,000 windows.
    """
    others = [_Counted() for _ in range(100)]
    for number, bookmark in enumerate(others):
        rig.bookmarks[f"s{number}"] = {"reached": bookmark}
    for _ in range(300):
        rig.move("a")
        rig.messages.tell("a")

    assert 300 == len(rig.out.lines)
    assert {1} == {bookmark.times for bookmark in others}
    assert all(100 == line.count(b"a bookmark") for line in rig.out.lines)
