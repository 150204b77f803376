"""The settings in meltano.yml, made from the tap's own.

`python -m tests.meltano_settings --write` puts them there; without `--write` it tells
whether they are there, and a test does the same.
"""

from __future__ import annotations

import sys
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tap_amazon_reports.tap import TapAmazonReports

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MELTANO = Path(__file__).parents[1] / "meltano.yml"
GROUPS = [
    ["appstore_client_id", "appstore_client_secret"],
    ["sp_client_id", "sp_client_secret", "sp_refresh_token", "sp_marketplaces"],
    ["pay_public_key_id", "pay_private_key", "pay_region"],
]
"""What has to be set for one service; any of them will do."""
WHOLE = ("batch_config",)
"""Those that can be given at once, as one object of JSON, as well as part by part."""
_COMMENT = "    # Made by `python -m tests.meltano_settings --write`.\n"
_KINDS = {"boolean": "boolean", "integer": "integer", "object": "object"}


def settings() -> list[dict[str, Any]]:
    """Return each setting as Meltano declares one."""
    schema = deepcopy(TapAmazonReports.config_jsonschema)
    TapAmazonReports.append_builtin_config(schema)
    return [
        _setting(name, declared)
        for parent, whole in schema["properties"].items()
        for name, declared in leaves(parent, whole)
    ]


def leaves(
    name: str, declared: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the settings within a setting, named as Meltano names them."""
    within = declared.get("properties", {})
    if name in WHOLE:
        yield name, declared
    if not within or isinstance(declared.get("additionalProperties"), dict):
        yield name, declared
        return
    for part, declared_part in within.items():
        yield from leaves(f"{name}.{part}", declared_part)


def _setting(name: str, declared: Mapping[str, Any]) -> dict[str, Any]:
    words = [word for word in declared.get("enum", ()) if word is not None]
    setting: dict[str, Any] = {"name": name, "kind": _kind(declared)}
    if words:
        setting["kind"] = "options"
        setting["options"] = [{"label": word, "value": word} for word in words]
    if declared.get("secret"):
        setting["sensitive"] = True
    description = " ".join(declared["description"].split())
    return {**setting, "label": declared["title"], "description": description}


def _kind(declared: Mapping[str, Any]) -> str:
    """Return what Meltano is to make of a text.

    A list stays text: Meltano ends in a traceback where it is no JSON, and the tap
    takes words with commas too. A date stays text: Meltano would take 01.11.2026 for
    the 11th of January. A number is whole: Meltano fails on a fraction from the
    environment.
    """
    types = declared.get("type", ["array"])
    if "number" in types:
        return "integer"
    return next((kind for word, kind in _KINDS.items() if word in types), "string")


def section() -> str:
    """Return the lines of meltano.yml."""
    text = yaml.safe_dump(
        {"settings_group_validation": GROUPS, "settings": settings()},
        allow_unicode=True,
        sort_keys=False,
        width=84,
    )
    lines = [f"    {line}\n" for line in text.splitlines()]
    return _COMMENT + "".join(lines)


def with_section(text: str) -> str:
    """Return the text of meltano.yml with the settings of the tap as they are."""
    lines = text.splitlines(keepends=True)
    owner = lines.index("  - name: tap-amazon-reports\n")
    key = lines.index("    settings:\n", owner)
    start = lines.index(_COMMENT, owner) if _COMMENT in lines else key
    end = key + 1
    while lines[end].startswith(("    - ", "      ", "    #")):
        end += 1
    return "".join(lines[:start]) + section() + "".join(lines[end:])


def main() -> int:
    """Write the settings, or tell whether they are written."""
    text = MELTANO.read_text(encoding="utf-8")
    wanted = with_section(text)
    if "--write" in sys.argv[1:]:
        MELTANO.write_text(wanted, encoding="utf-8")
        return 0
    return int(text != wanted)


if __name__ == "__main__":
    raise SystemExit(main())
