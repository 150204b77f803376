"""What README.md and the pages of docs/ say, against what is."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tap_amazon_reports.cli.command import main as amazon_reports
from tap_amazon_reports.reports.questions import QUESTIONS
from tap_amazon_reports.reports.schema_files import CATALOGUE
from tap_amazon_reports.settings.reader import read_settings
from tap_amazon_reports.tap import TapAmazonReports
from tests.clock import NOON
from tests.loaders.project import meltano
from tests.pages.blocks import PAGES, ROOT, blocks, marked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOGIN = {
    "sp_client_id": "an-id",
    "sp_client_secret": "a-secret",
    "sp_refresh_token": "a-token",
    "sp_marketplaces": ["DE"],
    "pay_public_key_id": "LIVE-A",
    "pay_region": "eu",
}
ELSEWHERE = {
    "demo line": ".ci/run",
    "test line": ".ci/run",
    "duckdb: marketplaces": "tests/loaders/test_recipes.py",
    "postgres: marketplaces": "tests/loaders/test_recipes.py",
    "view": "tests/loaders/test_parquet_view.py",
    "bench": "tests/bench/test_bench.py",
}
"""What is run by other tests than those of this folder."""
PREFIX = "TAP_AMAZON_REPORTS_"


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _table(page: str, heading: str) -> list[list[str]]:
    """Return the cells of the table below a line of headings, without their ticks."""
    body = _text(page).partition(heading)[2].partition("\n\n")[0]
    return [
        [cell.strip().strip("`") for cell in line.strip("| ").split(" | ")]
        for line in body.strip().splitlines()
        if not line.startswith("| ---")
    ]


def _assignments() -> Iterator[tuple[str, str]]:
    """Yield the environment variables that the pages set, with their values."""
    found = [block.text for block in blocks() if block.language == "sh"]
    for text in (*found, _text(".env.example").replace("\n#TAP", "\nTAP")):
        for name, value in re.findall(
            r"^((?:TAP|TARGET)_\w+)=(.*)$", text, re.MULTILINE
        ):
            yield name, shlex.split(value)[0]


def test_every_block_is_run() -> None:
    """No command and no statement stands on a page that no test runs."""
    tests = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "tests").glob("[lp]*s/*.py")
    )
    run = {*re.findall(r'marked\(\s*"([^"]+)"', tests), *ELSEWHERE}
    rest = [
        (block.page, block.text[:60])
        for block in blocks()
        if block.mark not in run
        and block.language in {"sh", "shell", "sql", "yaml", "python"}
        # Settings have tests of their own below, and recipes in tests/loaders.
        and not block.text.startswith(("TAP_", "TARGET_"))
        and block.page != "recipes.md"
    ]

    assert [] == rest
    assert all((ROOT / where).is_file() for where in ELSEWHERE.values())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_links_lead_somewhere(page: Path) -> None:
    """Each link within the repository leads to a file, and to a heading in it."""
    broken = []
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    for link in (one for one in links if "://" not in one):
        name, _, anchor = link.partition("#")
        path = (page.parent / name).resolve() if name else page
        if not path.exists() or (anchor and anchor not in _anchors(path)):
            broken.append(link)

    assert [] == broken


def _anchors(page: Path) -> set[str]:
    """Return how GitHub calls the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in headings
    }


def test_every_page_is_found() -> None:
    """Each page of docs/ is a link of the README's."""
    text = _text("README.md")

    assert [] == [page.name for page in PAGES[1:] if f"(docs/{page.name}" not in text]


def test_settings_are_all_there() -> None:
    """The table has each setting of the tap's own and no other, in their order."""
    head = "| setting | type | default | meaning |\n"
    names = [
        name.strip("`")
        for row in _table("docs/settings.md", head)
        for name in row[0].split(", ")
    ]
    own: dict[str, Any] = TapAmazonReports.config_jsonschema["properties"]
    framework: dict[str, Any] = {}
    TapAmazonReports.append_builtin_config(framework)
    of_framework = set(framework["properties"]) - {"emit_activate_version_messages"}

    assert sorted(set(own) - of_framework) == sorted(names)


def test_parts_of_entries_are_all_there() -> None:
    """Each part of an entry, and of a query, is told."""
    own: dict[str, Any] = TapAmazonReports.config_jsonschema["properties"]
    of_entries = _parts(own["sp_report_types"])
    of_queries = _parts(own["sp_order_metrics"])
    entries = _table("docs/settings.md", "| part | meaning |\n")
    queries = _table("docs/settings.md", "| part | type | default | meaning |\n")

    assert of_entries == {row[0] for row in entries}
    assert of_queries == {
        name.strip("`") for row in queries for name in row[0].split(", ")
    }


def _parts(schema: Any) -> set[str]:
    """Return the names of all properties within a schema's choices."""
    if isinstance(schema, list):
        return set().union(*map(_parts, schema))
    if not isinstance(schema, dict):
        return set()
    if "properties" in schema:
        return set(schema["properties"])
    return set().union(*map(_parts, schema.values()))


def test_questions_have_the_answers_of_the_command() -> None:
    """README and `amazon-reports types` answer alike, and each type's tables exist."""
    head = "| question | name this | table | SQL |\n"
    rows = _table("README.md", head)
    best = {asked.question: asked.types for asked in QUESTIONS}

    assert [] == [row[0] for row in rows if row[1] != best[row[0]][0]]
    for _, name, streams, *_ in rows:
        service = "amazon_pay" if name.startswith("_") else "selling_partner"
        records = CATALOGUE.find(service, name).records
        assert [one.stream for one in records] == re.split(r"`?, `?", streams)
    assert f"all {len(QUESTIONS)} questions" in _text("README.md")


def test_commands_are_those_of_the_second_command() -> None:
    """The table of commands has each command that there is."""
    rows = _table("README.md", "| command | what it does |\n")

    assert sorted(amazon_reports.commands) == sorted(
        re.findall(r"amazon-reports (\w+)", " ".join(row[0] for row in rows))
    )


def test_hub_entry_is_in_the_words_of_the_hub() -> None:
    """Names, kinds, capabilities and status are those that the hub's schema has.

    Source: github.com/meltano/hub, `schemas/`: `plugin_definitions/extractors` at
    1362a2e6, `plugin_definitions/hub_metadata` at 52e50244, `common/base_setting` at
    ab90a261, `common/extractors_specific` at 44192efe.
    """
    entry = yaml.safe_load(_text("docs/hub/tap-amazon-reports.yml"))
    of_hub = (
        "name pip_url variant namespace label description executable settings docs repo"
        " logo_url hidden settings_group_validation commands capabilities metadata"
        " schema select maintenance_status domain_url keywords requires definition"
        " next_steps settings_preamble usage prereq"
    )
    of_setting = (
        "name aliases label value placeholder kind description tooltip documentation"
        " env value_processor value_post_processor oauth options docs hidden sensitive"
    )
    kinds = (
        "oauth hidden password date_iso8601 file email integer options object array"
        " boolean string decimal"
    )
    able = (
        "properties catalog discover state about stream-maps schema-flattening"
        " activate-version batch test log-based structured-logging"
    )

    assert {"name", "namespace", "variant", "label"} <= set(entry)
    assert set() == set(entry) - set(of_hub.split())
    assert set() == set(entry["capabilities"]) - set(able.split())
    assert entry["maintenance_status"] in {"active", "beta", "development"}
    for setting in entry["settings"]:
        assert set() == set(setting) - set(of_setting.split())
        assert setting["kind"] in kinds.split()
        for option in setting.get("options", ()):
            assert {"label", "value"} == set(option)
            assert isinstance(option["value"], str)


def test_variables_are_settings() -> None:
    """Each environment variable on a page sets something that Meltano knows."""
    plugins = yaml.safe_load(_text("meltano.yml"))["plugins"]
    known = {
        f"{plugin['name']}_{setting['name']}".upper().translate(
            {ord("-"): "_", ord("."): "__"}
        )
        for plugin in (*plugins["extractors"], *plugins["loaders"])
        for setting in plugin["settings"]
    }
    told = {name for name, _ in _assignments()}

    assert {f"{PREFIX}SP_REFRESH_TOKEN", "TARGET_POSTGRES_HOST"} <= told
    assert set() == told - known - {f"{PREFIX}_SELECT"}


def test_values_are_taken(tmp_path: Path) -> None:
    """What the pages set is accepted as it is written there."""
    key = _private_key(tmp_path)
    for name, value in _assignments():
        setting = name.removeprefix(PREFIX).lower()
        if name.startswith(PREFIX) and "__" not in name and setting != "_select":
            given = str(key) if setting == "pay_private_key" else _value(value)
            whole = {**LOGIN, "pay_private_key": str(key), setting: given}
            if setting.startswith("appstore"):
                whole |= {"appstore_client_id": "a", "appstore_client_secret": "b"}
            read_settings(whole, now=NOON)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def test_objects_are_taken(tmp_path: Path) -> None:
    """The settings that the pages show as JSON are accepted as they stand there."""
    found = [block for block in blocks() if block.language == "json"]
    for block in found:
        key = str(_private_key(tmp_path))
        given = json.loads(block.text)
        assert isinstance(given, dict), block
        markets = {"sp_marketplaces": ["US"]}
        read_settings({**LOGIN, **markets, "pay_private_key": key, **given}, now=NOON)

    assert len(found) >= 4


def _private_key(folder: Path) -> Path:
    """Return a key that the page's own commands made."""
    commands = re.findall(r"`(openssl [^`]+)`", _text("docs/credentials.md"))
    assert 2 == len(commands)
    if not (folder / "private.pem").exists():
        for command in commands:
            subprocess.run(
                shlex.split(command), cwd=folder, check=True, capture_output=True
            )
        (folder / "private.pem").chmod(0o600)
    return folder / "private.pem"


def test_what_stands_in_meltano_yml_reaches_the_tap(tmp_path: Path) -> None:
    """Lists and objects in the file are handed on as they are, dates as text."""
    command = meltano()
    if command is None:
        pytest.skip("Meltano is not installed: pip install --group demo")
    project = yaml.safe_load(_text("meltano.yml"))
    (plugin,) = project["plugins"]["extractors"]
    given = yaml.safe_load(marked("config"))["config"]
    plugin["config"] = given
    (tmp_path / "meltano.yml").write_text(yaml.safe_dump(project), encoding="utf-8")
    shown = subprocess.run(
        [command, "config", "print", "tap-amazon-reports"],
        cwd=tmp_path,
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    config = json.loads(shown)
    key = str(_private_key(tmp_path))
    read_settings({**LOGIN, **config, "pay_private_key": key}, now=NOON)

    assert given == {name: config[name] for name in given}


def test_names_make_short_tables(tmp_path: Path) -> None:
    """An entry's `name` is the table's name, as the page says it."""
    (given, table) = re.findall(
        r'`(\{"report_type".*?"name".*?\})` becomes the table `(\w+)`',
        _text("docs/meltano.md"),
    )[0]
    settings = read_settings(
        {
            **LOGIN,
            "pay_private_key": str(_private_key(tmp_path)),
            "sp_report_types": [json.loads(given)],
        },
        now=NOON,
    )
    assert settings.selling_partner is not None
    (entry,) = settings.selling_partner.report_entries

    assert (table,) == entry.stream_names
