"""The catalog is made in the tap's own way, and is the SDK's catalog all the same."""

from __future__ import annotations

import gc
import json
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from singer_sdk import Stream, Tap
from singer_sdk.helpers._util import dump_json

from tap_amazon_reports.singer.catalog import catalog_of, catalog_text
from tap_amazon_reports.tap import TapAmazonReports
from tests.bench.discovery import every_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from singer_sdk.helpers.types import Context, Record

    from tests.clock import ScriptedClock
    from tests.local_amazon import LocalAmazon


def _as_the_sdk_does(tap: Tap) -> tuple[dict[str, Any], str]:
    """Return the catalog that the SDK makes of a tap, and its text."""
    catalog = vars(Tap)["catalog_dict"].fget(tap)
    return catalog, dump_json(catalog, indent=2)


@pytest.mark.parametrize("wanted", [True, False], ids=["every-type", "core"])
def test_the_catalog_is_what_the_sdk_prints(
    amazon: LocalAmazon, clock: ScriptedClock, *, wanted: bool
) -> None:
    """Of every type there is: the same streams, columns and metadata, in one order."""
    config = {**amazon.settings(), **(every_type() if wanted else {})}
    tap = TapAmazonReports(config=config, clock=clock)
    catalog, text = tap.catalog_dict, tap.catalog_json_text
    usual, usual_text = _as_the_sdk_does(tap)

    assert (130 if wanted else 7) <= len(catalog["streams"])
    assert json.dumps(usual) == json.dumps(catalog)
    assert json.dumps(json.loads(usual_text)) == json.dumps(json.loads(text))


def test_the_text_is_for_people_too(clock: ScriptedClock) -> None:
    """It is indented by two, as the SDK's is, one word or value on a line."""
    tap = TapAmazonReports(config={}, clock=clock)

    assert json.dumps(tap.catalog_dict, indent=2) == tap.catalog_json_text


def test_other_letters_than_ascii_are_escaped() -> None:
    """Whatever a terminal or a pipe takes, the text can be written to it."""
    catalog = {"streams": [{"schema": {"description": "Größe: 5 €"}}]}
    text = catalog_text(catalog)

    assert text.isascii()
    assert catalog == json.loads(text)


class _Deep(Stream):
    """A stream that has all that a schema can have."""

    name = "deep"
    primary_keys: ClassVar[Sequence[str]] = ("id",)
    schema: ClassVar[dict[str, Any]] = {
        "$id": "https://example.com/deep.json",
        "x-report": "is for the tap alone",
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "integer", "minimum": 1, "x-name": "Id"},
            "many": {
                "items": {
                    "properties": {"one": {"type": "string", "x-name": "One"}},
                    "type": ["object", "null"],
                },
                "type": "array",
                "description": "Some.",
                "default": None,
            },
            "inner": {
                "type": "object",
                "properties": {"deeper": {"properties": {"deepest": {}}}},
            },
            "choice": {"oneOf": [{"type": "string"}, {"type": "null"}]},
        },
    }

    def get_records(self, context: Context | None) -> Iterable[Record]:
        """Yield none."""
        return []


class _DeepTap(Tap):
    """A tap of such a stream."""

    name = "tap-deep"
    config_jsonschema: ClassVar[dict[str, Any]] = {"type": "object", "properties": {}}

    def discover_streams(self) -> Sequence[Stream]:
        """Return it."""
        return [_Deep(self)]


def test_schemas_within_schemas_are_as_the_sdk_has_them() -> None:
    """Nested columns, lists, choices, and words that a catalog does not carry."""
    tap = _DeepTap(config={})

    assert json.dumps(tap.catalog_dict) == json.dumps(catalog_of(tap.streams.values()))


def test_a_program_that_lists_streams_keeps_its_garbage_collector(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """It is only off while the catalog is made, and whoever had it off keeps it so."""
    path = tmp_path / "config.json"
    path.write_text("{}", encoding="utf-8")
    for is_on in (True, False):
        (gc.enable if is_on else gc.disable)()
        try:
            with pytest.raises(SystemExit):
                TapAmazonReports.cli(args=["--config", str(path), "--discover"])
            was_on = gc.isenabled()
        finally:
            gc.unfreeze()
            gc.enable()

        assert was_on is is_on
        assert 7 == len(json.loads(capsys.readouterr().out)["streams"])
