"""Writes the answers of the local Amazon anew: `python -m tests.fault_matrix`."""

from __future__ import annotations

import json

from tests.clock import ScriptedClock
from tests.fault_matrix.answers import ANSWERS, recorded
from tests.fault_matrix.ways import WAYS

if __name__ == "__main__":
    found = {way.name: recorded(way, ScriptedClock()) for way in WAYS if way.stream}
    text = json.dumps(found, indent=2, ensure_ascii=False, sort_keys=True)
    ANSWERS.write_text(text + "\n", encoding="utf-8")
