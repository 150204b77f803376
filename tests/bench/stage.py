"""The local Amazon in a process of its own, so that it takes no turn from the tap."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import zlib
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from tests.local_amazon import BySeconds, LocalAmazon, Outcome
from tests.local_amazon.moments import extended

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from tests.local_amazon import StoredObject, UsagePlan
    from tests.local_amazon.families.big import Big
    from tests.local_amazon.wire import Wire

US = "ATVPDKIKX0DER"
MOST_SLOW_REPORTS = 1000
_GZIP = 31
"""zlib's word for a gzip header and trailer."""


@dataclass(frozen=True)
class Held:
    """A big report that is finished already.

    Attributes:
        report_type: its type.
        total_bytes: before compression; 0 for no rows to speak of.
        is_json: whether it is JSON, and not separated by tabs.
        compressed: whether it is sent as gzip.
        distinct: whether no two rows are the same; a large document of such rows is
            sent uncompressed, or is held in memory.
    """

    report_type: str
    total_bytes: int
    is_json: bool = False
    compressed: bool = False
    distinct: bool = False


@dataclass(frozen=True)
class Scene:
    """What is set up.

    Attributes:
        speed: how much faster than published the quotas refill and reports ripen.
        ripening_seconds: how long a report takes, at that speed.
        held: finished reports.
        asked_bytes: how large a report is that is asked for.
        asked_types: the types that are asked for, if they share one big document; else
            each report holds a few rows of its own.
        region: where the seller is.
        slow_type: a type that takes `slow_times` as long as the others.
        slow_times: see there.
    """

    speed: float = 1000.0
    ripening_seconds: float = 0.0
    held: tuple[Held, ...] = ()
    asked_types: tuple[str, ...] = ()
    asked_bytes: int = 1
    region: str = "na"
    slow_type: str = ""
    slow_times: int = 1


@dataclass
class Tally:
    """What was asked of it.

    Attributes:
        calls: how often each operation was called.
        throttled: how often it said 429.
        refused: what it refused, in words.
        created: when the first report of each type was asked for, in seconds since the
            epoch.
    """

    calls: Counter[str] = field(default_factory=Counter)
    throttled: int = 0
    refused: list[str] = field(default_factory=list)
    created: dict[str, float] = field(default_factory=dict)

    def since(self, before: Tally) -> Tally:
        """Return what was asked after `before`."""
        return replace(
            self,
            calls=self.calls - before.calls,
            throttled=self.throttled - before.throttled,
        )


@dataclass(frozen=True)
class Opened:
    """One held document.

    Attributes:
        rows: how many rows it has.
        plain_bytes: before compression.
        report: as Amazon tells it.
    """

    rows: int
    plain_bytes: int
    report: Wire


class Stage:
    """A running Amazon; a context manager."""

    def __init__(self, scene: Scene) -> None:
        """Start it."""
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, scene))
        self._process.start()
        theirs.close()
        self.settings: dict[str, Any] = self._pipe.recv()
        self.plans: dict[str, UsagePlan] = self._pipe.recv()
        self.held: list[Opened] = self._pipe.recv()

    def tally(self) -> Tally:
        """Return what was asked so far."""
        self._pipe.send("tally")
        tally: Tally = self._pipe.recv()
        return tally

    def refill(self) -> None:
        """Let so much time pass for the quotas that every bucket is full."""
        self._pipe.send("refill")
        self._pipe.recv()

    def url(self, number: int) -> str:
        """Return a URL that opens a held document for five minutes."""
        self._pipe.send(number)
        return str(self._pipe.recv())

    def __enter__(self) -> Stage:  # noqa: PYI034 (Self is of Python 3.11)
        """Start nothing: it runs already."""
        return self

    def __exit__(self, *error: object) -> None:
        """Stop it."""
        self._pipe.send(None)
        self._process.join()


def _serve(pipe: Connection, scene: Scene) -> None:
    """Be Amazon until told to stop."""
    with LocalAmazon(speed=scene.speed, populate=False, region=scene.region) as amazon:
        model = amazon.selling_partner
        model.ripening = _within(scene.ripening_seconds)
        slow = _within(scene.ripening_seconds * scene.slow_times)
        model.ripenings[scene.slow_type] = [slow] * MOST_SLOW_REPORTS
        for name in scene.asked_types:
            big = amazon.families.big_tsv(name, scene.asked_bytes)
            model.contents[name] = partial(_content, big)
        held = [_hold(amazon, one) for one in scene.held]
        pipe.send(amazon.settings())
        pipe.send(amazon.quotas.plans)
        pipe.send(held)
        while (asked := pipe.recv()) is not None:
            pipe.send(_answer(amazon, held, asked))


def _within(seconds: float) -> BySeconds:
    return BySeconds(queued_seconds=seconds / 2, running_seconds=seconds / 2)


def _content(big: Big, report: Wire) -> StoredObject:
    del report
    return big.stored


def _answer(amazon: LocalAmazon, held: list[Opened], asked: object) -> object:
    if isinstance(asked, int):
        model = amazon.selling_partner
        document_id = held[asked].report["reportDocumentId"]
        return model.url(model.documents[document_id])
    if asked == "refill":
        for operation, plan in amazon.quotas.plans.items():
            amazon.quotas.change(operation, plan)
        return None
    seen = amazon.seen
    return Tally(
        calls=Counter(one.operation for one in seen),
        throttled=len(amazon.throttled),
        refused=list(map(str, amazon.refused)),
        created={
            json.loads(one.body)["reportType"]: one.at.timestamp()
            for one in reversed(seen)
            if one.operation == "createReport"
        },
    )


def _hold(amazon: LocalAmazon, held: Held) -> Opened:
    make = amazon.families.big_json if held.is_json else amazon.families.big_tsv
    big = make(held.report_type, held.total_bytes, distinct=held.distinct)
    stored = big.stored
    if held.compressed:
        stored = _packed(stored) if held.distinct else _packed_again(stored)
    ended = amazon.clock.now() - timedelta(hours=1)
    report = amazon.selling_partner.add_report(
        held.report_type,
        created=ended,
        outcome=Outcome("DONE", stored),
        marketplaceIds=[US],
        dataStartTime=extended(ended - timedelta(days=1)),
        dataEndTime=extended(ended),
    )
    document = amazon.selling_partner.documents[report["reportDocumentId"]]
    document.compression = "GZIP" if held.compressed else None
    return Opened(big.rows, big.plain_bytes, report)


def _packed(stored: StoredObject) -> StoredObject:
    """Return a document as gzip, made once."""
    packer = zlib.compressobj(1, zlib.DEFLATED, _GZIP)
    packed = [*map(packer.compress, stored.pieces()), packer.flush()]
    # Bytes would be compressed once more: they are what a document says.
    return replace(stored, body=lambda: iter(packed), length=sum(map(len, packed)))


def _packed_again(stored: StoredObject) -> StoredObject:
    """Return a document as gzip of many members; pieces that repeat are packed once."""
    packed = lru_cache(maxsize=4)(gzip.compress)

    def pieces() -> Iterator[bytes]:
        return map(packed, stored.pieces())

    return replace(stored, body=pieces, length=None)
