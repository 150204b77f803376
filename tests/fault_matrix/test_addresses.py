"""Addresses, clocks and accounts that are wrong: what is promised of a run then."""

from __future__ import annotations

import logging
import re
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.fault_matrix.addresses import (
    ADDRESS_CELLS,
    AHEAD,
    BEHIND,
    FAR_AHEAD,
    FAR_BEHIND,
    NOBODY_LISTENS,
    REVOKED,
    STORAGE,
    AddressCell,
    SkewedClock,
    address,
    closed_port,
    untrusted_server,
)
from tests.fault_matrix.conftest import truth_of
from tests.fault_matrix.runs import Runs, is_passed, settings_of

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.clock import ScriptedClock
    from tests.fault_matrix.ways import Way
    from tests.local_amazon import LocalAmazon

MINUTES = {AHEAD: 10, BEHIND: -10, FAR_AHEAD: 60, FAR_BEHIND: -60}


def server_of(trouble: str, folder: Path) -> AbstractContextManager[str]:
    """Return what is wrong at an address, and where it is."""
    if trouble == NOBODY_LISTENS:
        return nullcontext(closed_port())
    return untrusted_server(folder)


@pytest.mark.parametrize("cell", ADDRESS_CELLS, ids=str)
def test_a_cell_of_an_address(  # noqa: PLR0917 (fixtures)
    cell: AddressCell,
    amazon: LocalAmazon,
    clock: ScriptedClock,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What cannot be reached, or is not believed, is told by its cause and not read."""
    caplog.set_level(logging.INFO)
    truth, beside = truth_of(cell.way, caplog)
    runs = Runs(amazon, clock, caplog, way=cell.way)
    more: dict[str, Any] = {}
    if cell.trouble in MINUTES:
        more["clock"] = SkewedClock(clock, timedelta(minutes=MINUTES[cell.trouble]))
    if cell.trouble == REVOKED:
        more |= settings_of(cell.way, amazon)
        revoke(amazon)
    with server_of(cell.trouble, tmp_path) if cell.place else nullcontext("") as base:
        if cell.place == STORAGE:
            send_documents_to(base, amazon, monkeypatch, way=cell.way)
        elif cell.place:
            more[cell.place] = address(base, cell.place)
        output = runs.run(**more)

    if not cell.said:
        assert (0, []) == (output.status, runs.failures)
        assert truth == runs.rows(output, cell.way.stream)
        return
    assert 1 == output.status
    line = next(one for one in runs.failures if one.startswith(cell.way.stream))
    assert re.search(cell.said, line), line
    assert not runs.rows(output, cell.way.stream)
    assert not is_passed(output.state, cell.way.stream)
    if not cell.place.startswith("lwa") and cell.trouble != REVOKED:
        assert beside == runs.rows(output, cell.way.beside)


def revoke(amazon: LocalAmazon) -> None:
    """Take back what all three accounts were read with."""
    amazon.lwa.appstore_client = (amazon.lwa.appstore_client[0], "another secret")
    amazon.lwa.refresh_token = "another consent"
    amazon.pay.live_key_id = "LIVE-ANOTHERKEY0000000000000"


def send_documents_to(
    base: str, amazon: LocalAmazon, monkeypatch: pytest.MonkeyPatch, *, way: Way
) -> None:
    """Hand out URLs of a way's documents that lead elsewhere."""
    is_of_the_appstore = way.name.startswith("appstore")
    right = amazon.storage.presign

    def presign(key: str, *, lifetime_seconds: int) -> str:
        url = right(key, lifetime_seconds=lifetime_seconds)
        is_meant = key.startswith("appstore") == is_of_the_appstore
        return url.replace(amazon.url, base) if is_meant else url

    monkeypatch.setattr(amazon.storage, "presign", presign)
