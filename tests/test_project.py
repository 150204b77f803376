"""The habits of the project that no other tool keeps."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tomli
import yaml

from tests import hub_entry, report_type_page

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))

TOP_LEVEL = {
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "PKG-INFO",  # in an unpacked source archive
    "README.md",
    "SECURITY.md",
    "docs",
    "meltano.yml",
    "pyproject.toml",
    "schemas",
    "tap_amazon_reports",
    "tests",
}
MADE_BY_TOOLS = {"build", "dist", "output", "amazon.duckdb"}
"""What .gitignore leaves out."""

LOCK = ROOT / ".ci" / "requirements.lock"
_FACTS = re.compile(r"\bFacts?\b(?= ?[:(])(.+?)(?=\n\n[^-]|\"\"\"|\n\w+ = )", re.DOTALL)
_PIN = re.compile(r"^([a-z0-9._-]+)==", re.MULTILINE)


def _toml(name: str) -> dict[str, Any]:
    return tomli.loads((ROOT / name).read_text(encoding="utf-8"))


def _distribution(requirement: str) -> str:
    """Return the name in a requirement, as the package index spells it."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def _requirements() -> Iterator[str]:
    project = _toml("pyproject.toml")
    yield from project["project"]["dependencies"]
    for extra in project["project"]["optional-dependencies"].values():
        yield from extra
    for group in project["dependency-groups"].values():
        yield from (entry for entry in group if isinstance(entry, str))


def test_top_level_is_what_contributing_says() -> None:
    """Whoever opens the repository sees the rooms and nothing that was left lying."""
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}

    assert set() == {
        name for name in found - TOP_LEVEL - MADE_BY_TOOLS if "egg-info" not in name
    }


def test_made_files_are_as_they_are_made() -> None:
    """What is made from the tap cannot drift: run these modules with --write."""
    made = {
        module.__name__: module.main([]) for module in (hub_entry, report_type_page)
    }

    assert {"tests.hub_entry": 0, "tests.report_type_page": 0} == made


def test_lock_file_has_every_dependency() -> None:
    """Whoever installs from the lock file gets all that the project asks for."""
    locked = set(_PIN.findall(LOCK.read_text(encoding="utf-8")))

    assert set() == {_distribution(one) for one in _requirements()} - locked


def test_lock_file_names_no_index() -> None:
    """The lock file can be used anywhere: it leads to nobody's own mirror."""
    text = LOCK.read_text(encoding="utf-8")

    assert [] == re.findall(r"[a-z]+://", text)
    assert len(_PIN.findall(text)) <= text.count("--hash=sha256:")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: str(path.name))
def test_actions_are_pinned(path: Path) -> None:
    """What runs with the repository's rights is a commit, which nobody can move."""
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
    used = [step["uses"] for job in jobs for step in job["steps"] if "uses" in step]

    assert [] == [one for one in used if not re.search(r"@[0-9a-f]{40}$", one)]


def test_workflows_run_every_supported_python() -> None:
    """A Python that the package names as supported is one that CI runs on."""
    (workflow,) = WORKFLOWS
    jobs = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"]
    named = re.findall(
        r"Python :: (3\.\d+)$",
        "\n".join(_toml("pyproject.toml")["project"]["classifiers"]),
        re.MULTILINE,
    )

    assert named == jobs["run"]["strategy"]["matrix"]["python"]


def _fact_blocks() -> Iterator[tuple[str, str]]:
    """Yield what follows each `Facts` in the package, up to the end of its block."""
    for path in sorted((ROOT / "tap_amazon_reports").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for found in _FACTS.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield f"{path.name}:{line}", found[1]


@pytest.mark.parametrize(("where", "said"), list(_fact_blocks()))
def test_a_fact_can_be_looked_up(where: str, said: str) -> None:
    """Each names a public source, in brackets, and its date or its number."""
    sources = " ".join(re.findall(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)", said))

    assert re.search(r"\b20[12]\d\b|RFC \d+|\d\.\d", sources), where
    assert "as seen by" not in said, where
    assert "same place" not in said, where
