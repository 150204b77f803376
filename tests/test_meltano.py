"""What meltano.yml promises, against what the tap is."""

from __future__ import annotations

import json
import re
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from jsonschema import Draft202012Validator

from tap_amazon_reports.cli.command import main as amazon_reports
from tap_amazon_reports.settings.reader import (
    SettingsError,
    missing_credentials,
    read_settings,
)
from tap_amazon_reports.tap import TapAmazonReports
from tests.clock import NOON
from tests.loaders.project import meltano
from tests.meltano_settings import WHOLE, with_section

ROOT = Path(__file__).parents[1]

CREDENTIALS = {
    "sp_client_id": "an-id",
    "sp_client_secret": "a-secret",
    "sp_refresh_token": "a-token",
}
KINDS = {
    "array": {"string"},
    "boolean": {"boolean"},
    "integer": {"integer"},
    "number": {"integer"},
    "object": {"object"},
    "string": {"options", "string"},
}
"""The kinds of Meltano's that are handed on as the tap takes them."""


@pytest.fixture(name="command", scope="module")
def _command() -> str:
    if (found := meltano()) is None:
        pytest.skip("Meltano is not installed; the group `demo` has it")
    return found


@pytest.fixture(name="project", scope="module")
def _project() -> dict[str, Any]:
    text = (ROOT / "meltano.yml").read_text(encoding="utf-8")
    return cast("dict[str, Any]", yaml.safe_load(text))


@pytest.fixture(name="extractor", scope="module")
def _extractor(project: dict[str, Any]) -> dict[str, Any]:
    (extractor,) = project["plugins"]["extractors"]
    return cast("dict[str, Any]", extractor)


@pytest.fixture(name="declared", scope="module")
def _declared() -> dict[str, Any]:
    """Return the JSON schema of each setting, the framework's own ones too."""
    schema = deepcopy(TapAmazonReports.config_jsonschema)
    TapAmazonReports.append_builtin_config(schema)
    return cast("dict[str, Any]", schema["properties"])


def _leaves(name: str, schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the settings within a setting, named as Meltano names them."""
    within = schema.get("properties", {})
    if not within or isinstance(schema.get("additionalProperties"), dict):
        return {name: schema}
    return {
        leaf: leaf_schema
        for part, part_schema in within.items()
        for leaf, leaf_schema in _leaves(f"{name}.{part}", part_schema).items()
    }


def _all_leaves(declared: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        leaf: leaf_schema
        for name, schema in declared.items()
        for leaf, leaf_schema in _leaves(name, schema).items()
    }


def _types(schema: dict[str, Any]) -> set[str]:
    """Return the JSON types that a setting may have, but for null."""
    types = schema.get("type", [])
    found = {types} if isinstance(types, str) else set(types)
    for choice in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
        found |= _types(choice)
    return found - {"null"}


def test_the_second_command_is_the_plugin_s(extractor: dict[str, Any]) -> None:
    """`meltano invoke tap-amazon-reports:check` runs it with the plugin's settings."""
    commands = extractor["commands"]

    assert sorted(amazon_reports.commands) == sorted(commands)
    assert {"amazon-reports"} == {one["executable"] for one in commands.values()}
    assert list(commands) == [one["args"] for one in commands.values()]
    assert all(one["description"] for one in commands.values())


def test_settings_are_the_taps_own() -> None:
    """It cannot drift: `python -m tests.meltano_settings` makes what it has."""
    text = (ROOT / "meltano.yml").read_text(encoding="utf-8")

    assert with_section(text) == text


def test_what_meltano_hands_on_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Words with commas, an empty list, a whole object; and a date stays as written."""
    variables = {
        "SP_MARKETPLACES": "DE,FR",
        "APPSTORE_REPORTS": "",
        "START_DATE": "01.11.2026",
        "BATCH_CONFIG": json.dumps(
            {
                "encoding": {"format": "jsonl"},
                "storage": {"root": "file:///tmp"},
                "batch_size": 0,
            }
        ),
    }
    for name, text in variables.items():
        monkeypatch.setenv(f"TAP_AMAZON_REPORTS_{name}", text)
    (tmp_path / "meltano.yml").write_bytes((ROOT / "meltano.yml").read_bytes())
    shown = subprocess.run(
        [command, "config", "print", "tap-amazon-reports"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        text=True,
    )
    config = json.loads(shown.stdout)
    with pytest.raises(SettingsError) as refused:
        read_settings({**CREDENTIALS, **config}, now=NOON)
    config["start_date"], config["batch_config"]["batch_size"] = "2026-11-01", 1
    partner = read_settings({**CREDENTIALS, **config}, now=NOON).selling_partner

    assert [
        "batch_config.batch_size: found 0, allowed: a whole number, 1 or more"
    ] == refused.value.problems[:1]
    assert partner is not None
    assert ["DE", "FR"] == [market.country for market in partner.marketplaces]
    with pytest.raises(SettingsError, match=r"start_date: found '01\.11\.2026'"):
        read_settings({"start_date": "01.11.2026"}, now=NOON)


def test_the_file_is_what_meltano_takes(project: dict[str, Any], command: str) -> None:
    """Titles, groups and options are in the words of Meltano's own schema."""
    # Meltano has an environment of its own where it is on the path alone.
    read = (
        "from importlib.resources import files;"
        "print((files('meltano') / 'schemas' / 'meltano.schema.json').read_text())"
    )
    python = Path(command).resolve().parent / "python"
    shown = subprocess.run([python, "-c", read], capture_output=True, check=True)
    schema = json.loads(shown.stdout)
    problems = [
        f"{list(error.absolute_path)}: {error.message}"
        for error in Draft202012Validator(schema).iter_errors(project)
    ]

    assert [] == problems


def test_groups_are_the_services_credentials(extractor: dict[str, Any]) -> None:
    """Meltano asks for the settings that one service needs, and for no mixture."""
    groups = extractor["settings_group_validation"]
    refused = [missing_credentials(name) for name in ("appstore", "sp", "pay")]

    assert [f"no credentials are set; set {', '.join(group)}" for group in groups] == (
        refused
    )


def test_every_setting_is_offered(
    extractor: dict[str, Any], declared: dict[str, Any]
) -> None:
    """What the tap can be told, Meltano can tell it, and nothing else."""
    offered = [setting["name"] for setting in extractor["settings"]]

    assert sorted([*_all_leaves(declared), *WHOLE]) == sorted(offered)


def test_kinds_fit_the_types(
    extractor: dict[str, Any], declared: dict[str, Any]
) -> None:
    """What Meltano makes of an environment variable is of a type the tap takes."""
    leaves = _all_leaves(declared)
    unfit = [
        setting["name"]
        for setting in extractor["settings"]
        if not any(
            setting["kind"] in KINDS[json_type]
            for json_type in _types(
                leaves.get(setting["name"]) or declared[setting["name"]]
            )
        )
    ]

    assert [] == unfit


def test_choices_are_those_of_the_tap(
    extractor: dict[str, Any], declared: dict[str, Any]
) -> None:
    """Meltano offers the very words that the tap takes."""
    leaves = _all_leaves(declared)
    offered = {
        setting["name"]: [option["value"] for option in setting["options"]]
        for setting in extractor["settings"]
        if setting["kind"] == "options"
    }
    taken = {
        name: [word for word in schema["enum"] if word is not None]
        for name, schema in leaves.items()
        if "enum" in schema
    }

    assert taken == offered


def test_secrets_are_sensitive(
    extractor: dict[str, Any], declared: dict[str, Any]
) -> None:
    """Meltano hides in its output what the tap calls secret."""
    secret = {name for name, schema in declared.items() if schema.get("secret")}
    sensitive = {
        setting["name"]
        for setting in extractor["settings"]
        if setting.get("sensitive", False)
    }

    assert secret == sensitive


def test_descriptions_are_the_taps_own(extractor: dict[str, Any]) -> None:
    """A setting is described once: Meltano shows the tap's own words."""
    framework: dict[str, Any] = {}
    TapAmazonReports.append_builtin_config(framework)
    own = {
        name: schema["description"]
        for name, schema in TapAmazonReports.config_jsonschema["properties"].items()
        # Once a tap was made, the framework's settings are among them.
        if name not in framework["properties"]
    }
    shown = {
        setting["name"]: setting["description"] for setting in extractor["settings"]
    }

    assert own == {name: shown[name] for name in own}


def test_capabilities_are_those_of_the_tap(extractor: dict[str, Any]) -> None:
    """Meltano asks the tap for all that it can do, and for nothing that it cannot."""
    able = sorted(capability.value for capability in TapAmazonReports.capabilities)

    assert able == sorted(extractor["capabilities"])


def test_plugins_are_complete_here(project: dict[str, Any]) -> None:
    """No plugin has to be looked up at the hub: each says all about itself."""
    needed = {"namespace", "pip_url", "executable", "label", "description", "settings"}
    missing = {
        plugin["name"]: sorted(needed - set(plugin))
        for plugins in project["plugins"].values()
        for plugin in plugins
        if needed - set(plugin)
    }

    assert {} == missing


def test_loaders_come_from_the_package_index(project: dict[str, Any]) -> None:
    """Each loader installs by name and version, without a repository or a URL."""
    sources = {
        loader["name"]: loader["pip_url"] for loader in project["plugins"]["loaders"]
    }

    assert {"target-csv", "target-duckdb", "target-jsonl", "target-postgres"} == set(
        sources
    )
    assert all(
        re.match(f"(meltanolabs-)?{name}==", source) and "://" not in source
        for name, source in sources.items()
    )
