"""How large the matrix is, as the documents tell it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.fault_matrix.addresses import ADDRESS_CELLS
from tests.fault_matrix.cells import CELLS
from tests.fault_matrix.faults import TROUBLES
from tests.fault_matrix.fields import FIELD_CELLS
from tests.fault_matrix.ways import WAYS
from tests.local_amazon import LocalAmazon

ALL_CELLS = (*CELLS, *FIELD_CELLS, *ADDRESS_CELLS)
README = Path(__file__).parents[2] / "README.md"


def test_the_readme_tells_how_large_the_matrix_is() -> None:
    """Whoever reads the number can count on it."""
    told = re.findall(r"([0-9,]+) cells", README.read_text(encoding="utf-8"))

    assert [f"{len(ALL_CELLS):,}"] == told


def test_every_operation_is_in_the_matrix() -> None:
    """None that the local Amazon has is left out."""
    operations = {name for way in WAYS for name in way.roles}

    assert set(LocalAmazon(populate=False).operations) == operations


def test_every_cell_has_a_name_of_its_own() -> None:
    """So that none is counted twice."""
    assert len(ALL_CELLS) == len({str(cell) for cell in ALL_CELLS})
    assert len(TROUBLES) == len({trouble.name for trouble in TROUBLES})
