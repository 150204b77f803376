"""How the properties are tried."""

from __future__ import annotations

from hypothesis import settings

# Years are counted bucket by bucket, and a busy machine is no reason to fail.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
