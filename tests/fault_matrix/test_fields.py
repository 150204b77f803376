"""Each field of each answer is missing, null, or of another type: what then holds."""

from __future__ import annotations

import json
import logging
import re
from typing import TYPE_CHECKING

import pytest

from tests.fault_matrix.answers import kept, recorded
from tests.fault_matrix.conftest import truth_of
from tests.fault_matrix.field_rules import Fate, fate_of
from tests.fault_matrix.fields import FIELD_CELLS, FieldCell
from tests.fault_matrix.runs import Rows, Runs, is_passed
from tests.fault_matrix.ways import WAYS
from tests.local_amazon import Altered

if TYPE_CHECKING:
    from tests.clock import ScriptedClock
    from tests.fault_matrix.ways import Way
    from tests.local_amazon import LocalAmazon

COLUMNS = {
    "averageUnitPrice": "average_unit_price",
    "totalSales": "total_sales",
    "marketplaceIds": "marketplace_id",
    "dataStartTime": "data_start",
    "dataEndTime": "data_end",
    "startTime": "(data_)?start",
    "endTime": "(data_)?end",
}
"""The columns of a field, where they are not called as it is."""


@pytest.mark.parametrize("way", [way for way in WAYS if way.stream], ids=str)
def test_the_answers_in_the_file_are_those_of_the_local_amazon(
    way: Way, clock: ScriptedClock
) -> None:
    """`python -m tests.fault_matrix` writes it anew."""
    assert kept()[way.name] == recorded(way, clock)


@pytest.mark.parametrize("cell", FIELD_CELLS, ids=str)
def test_a_cell_of_a_field(
    cell: FieldCell,
    amazon: LocalAmazon,
    clock: ScriptedClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Rows that do not need it have all else; without what is needed, none is lost."""
    caplog.set_level(logging.INFO)
    truth, beside = truth_of(cell.way, caplog)
    runs = Runs(amazon, clock, caplog, way=cell.way)
    amazon.faults.add(
        cell.operation,
        Altered(cell.alter),
        times=1000,
        when=lambda request: cell.way.is_meant(cell.operation, request),
    )
    output = runs.run()
    rows = runs.rows(output, cell.way.stream)

    assert beside == runs.rows(output, cell.way.beside)
    fate = fate_of(cell)
    if fate is Fate.FAILED:
        assert (1, frozenset()) == (output.status, rows)
        assert cell.name in runs.failure
        assert not is_passed(output.state, cell.way.stream)
    elif fate is Fate.NONE:
        assert (0, frozenset()) == (output.status, rows)
        assert "is done but has no document" in caplog.text
    else:
        assert (0, []) == (output.status, runs.failures)
        assert _without(truth, cell) == _without(rows, cell)


def _without(rows: Rows, cell: FieldCell) -> Rows:
    """Return rows without the columns of a field, and what is kept beside them."""
    field = cell.route[2] if len(cell.route) > 2 else cell.name
    snake = re.sub("([A-Z])", r"_\1", str(field)).lower()
    pattern = re.compile(COLUMNS.get(str(field), snake) + "|_extra")
    return frozenset(
        json.dumps(
            {
                name: value
                for name, value in json.loads(row).items()
                if not pattern.match(name)
            },
            sort_keys=True,
        )
        for row in rows
    )
