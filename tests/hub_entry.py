"""The tap's entry in the format of Meltano Hub, made from meltano.yml.

`python -m tests.hub_entry --write` writes docs/hub/tap-amazon-reports.yml; without
`--write` it tells whether it is as it should be, and a test does the same.

Facts (github.com/meltano/hub, `schemas/plugin_definitions/extractors.schema.json` and
what it refers to in `schemas/common/`, at ab90a261 and 319e8b41): an entry has a name,
a namespace, a variant and a label; `hub_metadata.schema.json` adds the rest below.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[1]
ENTRY = ROOT / "docs" / "hub" / "tap-amazon-reports.yml"
_COMMENT = "# Made by `python -m tests.hub_entry --write`.\n"
_HUB = {
    "variant": "original",  # Meltano's word for what is no variant of another
    "maintenance_status": "beta",
    "domain_url": "https://developer-docs.amazon.com/sp-api/",
    "keywords": ["meltano_sdk", "amazon", "selling-partner", "amazon-pay", "appstore"],
    "definition": (
        "reads the reports of the Amazon Appstore, the Selling Partner API and Amazon"
        " Pay, row by row"
    ),
    "settings_preamble": (
        "Set the credentials of at least one service; services without credentials are"
        " left out."
    ),
    "next_steps": (
        "Try the credentials: `meltano invoke tap-amazon-reports:check`. See what a run"
        " would cost: `meltano invoke tap-amazon-reports:plan`. Neither command creates"
        " a report."
    ),
}


def entry() -> dict[str, Any]:
    """Return the entry."""
    project = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    (plugin,) = project["plugins"]["extractors"]
    first = {name: plugin[name] for name in ("name", "namespace", "label")}
    rest = {name: value for name, value in plugin.items() if name not in first}
    return {**first, **_HUB, **rest, "pip_url": plugin["name"]}


def text() -> str:
    """Return the entry as it is in the file."""
    return _COMMENT + yaml.safe_dump(
        entry(), allow_unicode=True, sort_keys=False, width=88
    )


def main(arguments: Sequence[str]) -> int:
    """Write the entry, or tell whether it is written."""
    if "--write" in arguments:
        ENTRY.parent.mkdir(exist_ok=True)
        ENTRY.write_text(text(), encoding="utf-8")
        return 0
    return int(ENTRY.read_text(encoding="utf-8") != text())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
