"""How the tests are written: the expected value comes first."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parent


def _is_written_out(value: ast.expr) -> bool:
    """Tell whether a value stands there in full, or is the name of a constant."""
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        return all(map(_is_written_out, value.elts))
    if isinstance(value, ast.Dict):
        keys = [key for key in value.keys if key is not None]
        return all(map(_is_written_out, [*keys, *value.values]))
    if isinstance(value, ast.UnaryOp):
        return _is_written_out(value.operand)
    return isinstance(value, ast.Constant) or (
        isinstance(value, ast.Name) and value.id.isupper()
    )


def _turned_round(tree: ast.AST) -> Iterator[int]:
    """Yield the lines of assertions that have the expected value last."""
    for found in ast.walk(tree):
        if isinstance(found, ast.Assert) and isinstance(found.test, ast.Compare):
            left, rights = found.test.left, found.test.comparators
            if (
                len(rights) == 1
                and isinstance(found.test.ops[0], ast.Eq)
                and _is_written_out(rights[0])
                and not _is_written_out(left)
            ):
                yield found.lineno


@pytest.mark.parametrize(
    "path", sorted(TESTS.rglob("*.py")), ids=lambda path: str(path.relative_to(TESTS))
)
def test_the_expected_value_comes_first(path: Path) -> None:
    """Whoever reads a failure knows which side is which."""
    tree = ast.parse(path.read_text(encoding="utf-8"))

    assert [] == list(_turned_round(tree))
