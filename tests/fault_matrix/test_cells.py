"""Each operation of each service meets each fault, and what is promised holds."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import Commands
from tests.fault_matrix.cells import CELLS, Cell
from tests.fault_matrix.conftest import truth_of
from tests.fault_matrix.faults import Kind
from tests.fault_matrix.rules import promise_for
from tests.fault_matrix.runs import Runs, is_passed
from tests.local_amazon import STUCK
from tests.report_types import SHIPPING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon

STATUS = "processingStatus"
RUNS = [cell for cell in CELLS if not cell.way.words]
COMMANDS = [cell for cell in CELLS if cell.way.words]


@pytest.mark.parametrize("cell", RUNS, ids=str)
def test_a_cell_of_a_run(
    cell: Cell,
    amazon: LocalAmazon,
    clock: ScriptedClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Rows, state, exit status and message are those of the rule for the cell."""
    caplog.set_level(logging.INFO)
    truth, beside = truth_of(cell.way, caplog)
    promise = promise_for(cell.trouble.kind, cell.role)
    runs = Runs(amazon, clock, caplog, way=cell.way)
    runs.trouble(cell.operation, cell.trouble)
    output = runs.run()

    assert cell.trouble.times > amazon.faults.pending.get(cell.operation, 0), "not met"
    assert beside == runs.rows(output, cell.way.beside)
    if promise.whole:
        assert (0, []) == (output.status, runs.failures)
        assert truth == runs.rows(output, cell.way.stream)
        assert re.search(promise.warned, caplog.text)
        return
    assert 1 == output.status
    assert runs.failure.startswith(f"{cell.way.stream}: ")
    assert re.search(promise.said, runs.failure), runs.failure
    assert runs.rows(output, cell.way.stream) <= truth
    assert not is_passed(output.state, cell.way.stream)
    if cell.trouble.kind is not Kind.LASTS:
        return
    runs.mend()
    mended = runs.run(state=output.state)
    assert 0 == mended.status, runs.failures
    both = runs.rows(output, cell.way.stream) | runs.rows(mended, cell.way.stream)
    assert truth == both


@pytest.mark.parametrize("cell", COMMANDS, ids=str)
def test_a_cell_of_a_command(
    cell: Cell,
    amazon: LocalAmazon,
    clock: ScriptedClock,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It does what it says, or ends in one line with the operation and the cause."""
    caplog.set_level(logging.INFO)
    promise = promise_for(cell.trouble.kind, cell.role)
    runs = Runs(amazon, clock, caplog, way=cell.way)
    amazon.selling_partner.ask(SHIPPING, ripening=STUCK)
    runs.trouble(cell.operation, cell.trouble)
    called = runs.command(Commands(amazon, clock, tmp_path, caplog))

    assert amazon.faults.pending.get(cell.operation) != cell.trouble.times, "not met"
    if promise.whole:
        assert 0 == called.status, called.err
        return
    assert 1 == called.status
    assert re.search(promise.said, called.err), called.err
    assert cell.operation in called.err
    assert "Traceback" not in called.err
    if cell.trouble.kind is Kind.DONE_UNSEEN:
        assert is_ended(cell.operation, amazon)


def is_ended(operation: str, amazon: LocalAmazon) -> bool:
    """Tell whether what an operation ends is ended at Amazon's."""
    if operation == "cancelReport":
        return "CANCELLED" == str(amazon.selling_partner.reports[-1][STATUS])
    service = amazon.pay if operation.startswith("pay.") else amazon.selling_partner
    return not service.schedules
