"""What is published: the wheel, and the source archive that it can be built from."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

GIT = shutil.which("git") or ""

CORE_STREAMS = {
    "appstore_sales",
    "pay_disbursements",
    "pay_report_schedules",
    "pay_reports",
    "sp_order_metrics",
    "sp_report_schedules",
    "sp_reports",
}

DISCOVER = """
import sys
from importlib.metadata import distribution

scripts = distribution("tap-amazon-reports").entry_points
(script,) = (one for one in scripts if one.name == "tap-amazon-reports")
sys.argv = [script.name, "--config", "config.json", "--discover"]
script.load()()
"""


def _build(source: Path, target: str, into: Path) -> Path:
    """Build a `wheel` or an `sdist` without the network; return its path."""
    command = (sys.executable, "-m", "hatchling", "build", "-t", target, "-d", into)
    subprocess.run(command, cwd=source, check=True, stdout=subprocess.DEVNULL)
    (built,) = into.iterdir()
    return built


@pytest.fixture(name="source_archive", scope="module")
def _source_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(name="unpacked", scope="module")
def _unpacked(source_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the source archive unpacks to."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(source_archive) as archive:
        archive.extractall(folder, filter="data")
    (root,) = folder.iterdir()
    return root


@pytest.fixture(name="wheel", scope="module")
def _wheel(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel that was built from the source archive alone."""
    return _build(unpacked, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(name="installed", scope="module")
def _installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder to import from that has the wheel's files and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    shutil.unpack_archive(wheel, folder, format="zip")
    return folder


def _python(code: str, *, installed: Path, within: Path) -> str:
    """Run code with the wheel's files first in line; return what it printed."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TAP_AMAZON_REPORTS_")
    }
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=within,
        env={**environment, "PYTHONPATH": str(installed)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


def _files(folder: Path) -> dict[str, bytes]:
    """Return what is in a folder and below it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*.json")
    }


def test_wheel_carries_every_schema(installed: Path) -> None:
    """No schema is left behind, and each is what it is in the repository."""
    assert _files(ROOT / "schemas") == _files(
        installed / "tap_amazon_reports" / "schemas"
    )


def test_wheel_carries_the_package_only(installed: Path) -> None:
    """An installation brings the package, its types and its licence; no tests."""
    package = installed / "tap_amazon_reports"
    (information,) = installed.glob("*.dist-info")

    assert {package, information} == set(installed.iterdir())
    assert (package / "py.typed").is_file()
    assert (information / "licenses" / "LICENSE").is_file()


def test_installed_tap_discovers_without_settings(
    installed: Path, tmp_path: Path
) -> None:
    """Away from the repository, an empty config offers the core streams."""
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    catalog = json.loads(_python(DISCOVER, installed=installed, within=tmp_path))

    assert CORE_STREAMS == {stream["tap_stream_id"] for stream in catalog["streams"]}


def _bare_source(unpacked: Path, folder: Path) -> Path:
    """Return a copy of the source that knows neither a version nor a repository."""
    shutil.copytree(unpacked, folder, ignore=shutil.ignore_patterns(".git", "PKG-INFO"))
    assert not (folder / ".git").exists()
    return folder


def _tag(folder: Path, tag: str) -> None:
    """Make a folder a repository of its own whose only commit has a tag."""
    names = {"GIT_DIR": str(folder / ".git"), "GIT_WORK_TREE": str(folder)}
    who = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.com")
    for command in (
        ("init", "--quiet"),
        ("add", "--all"),
        (*who, "commit", "--quiet", "--no-verify", "--no-gpg-sign", "--message=All"),
        ("tag", tag),
    ):
        environment = {**os.environ, **names}
        subprocess.run([GIT, *command], cwd=folder, check=True, env=environment)


@pytest.mark.skipif(not GIT, reason="there is no git on this machine")
def test_version_is_the_tag(unpacked: Path, tmp_path: Path) -> None:
    """A release is a tag: the wheel that is built from it has its number."""
    clone = _bare_source(unpacked, tmp_path / "clone")
    _tag(clone, "v9.8.7")
    (tmp_path / "dist").mkdir()

    built = _build(clone, "wheel", tmp_path / "dist")

    assert "tap_amazon_reports-9.8.7-py3-none-any.whl" == built.name


def test_archive_without_git_has_a_version(unpacked: Path, tmp_path: Path) -> None:
    """A downloaded archive, which knows no tag, can be installed too."""
    source = _bare_source(unpacked, tmp_path / "source")
    (tmp_path / "dist").mkdir()

    built = _build(source, "wheel", tmp_path / "dist")

    assert "tap_amazon_reports-0.1.0.dev0-py3-none-any.whl" == built.name


def test_tests_run_from_the_installed_files(installed: Path, tmp_path: Path) -> None:
    """The test above is about the wheel: it is not the repository that is imported."""
    code = "import tap_amazon_reports as package; print(package.__file__)"
    imported = Path(_python(code, installed=installed, within=tmp_path).strip())

    assert installed in imported.parents


def test_installed_tap_runs_as_a_module(installed: Path, tmp_path: Path) -> None:
    """Where scripts are not on the path, `python -m tap_amazon_reports` will do."""
    code = (
        "import runpy, sys; sys.argv = ['tap', '--help'];"
        "runpy.run_module('tap_amazon_reports', run_name='__main__')"
    )

    assert "--discover" in _python(code, installed=installed, within=tmp_path)


def test_source_archive_leads_to_no_repository(unpacked: Path) -> None:
    """In a worktree `.git` is a file; it would lead whoever unpacks to that clone."""
    assert not (unpacked / ".git").exists()


@pytest.mark.parametrize(
    "name",
    [
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "README.md",
        "meltano.yml",
        "pyproject.toml",
        "schemas/sp_reports.json",
        "tests/local_amazon/__init__.py",
        "tests/test_package.py",
    ],
)
def test_source_archive_is_complete(unpacked: Path, name: str) -> None:
    """Whoever packages the tap elsewhere can test what they package."""
    assert (ROOT / name).read_bytes() == (unpacked / name).read_bytes()
