"""How the tap names itself to Amazon."""

from __future__ import annotations

import platform
import re
from importlib import metadata

_PACKAGE = "tap-amazon-reports"


def default_user_agent() -> str:
    """Return the name and version of the tap, and what it runs on.

    The form is that of (SP-API developer guide, Include a User-Agent header).
    """
    return (
        f"{_PACKAGE}/{_version()} (Language=Python/{platform.python_version()};"
        f" Platform={platform.system()})"
    )


def _version() -> str:
    # `metadata.version` finds the same line by a parser for mail, which takes longer to
    # import than all settings take to be read.
    described = metadata.distribution(_PACKAGE).read_text("METADATA")
    found = re.search(r"^Version: *(\S+)", described or "", re.MULTILINE)
    return found.group(1) if found else metadata.version(_PACKAGE)
