"""What there is to say of an Amazon Pay account: region, environment, algorithm."""

from __future__ import annotations

from enum import Enum


class SignatureAlgorithm(Enum):
    """How Amazon Pay is to verify a signature."""

    V2 = "AMZN-PAY-RSASSA-PSS-V2"
    """What Amazon's pages use now."""
    V1 = "AMZN-PAY-RSASSA-PSS"
    """What older integrations use."""

    @property
    def salt_bytes(self) -> int:
        """The length of the random salt."""
        return 32 if self is SignatureAlgorithm.V2 else 20


class PayRegion(Enum):
    """Where an Amazon Pay account lives; the value is what the region header says."""

    NA = "na"
    EU = "eu"
    JP = "jp"

    @classmethod
    def named(cls, word: str) -> PayRegion:
        """Return the region for one of its names, in any case.

        Raises:
            ValueError: nobody calls a region of Amazon Pay so.
        """
        region = _REGION_NAMES.get(word.strip().lower())
        if region is None:
            names = ", ".join(_REGION_NAMES)
            msg = f"found {word!r}, allowed: {names}"
            raise ValueError(msg)
        return region

    @property
    def host(self) -> str:
        """The host that serves the region."""
        return _HOSTS[self]


_REGION_NAMES = {
    "na": PayRegion.NA,
    "us": PayRegion.NA,
    "eu": PayRegion.EU,
    "de": PayRegion.EU,
    "uk": PayRegion.EU,
    "jp": PayRegion.JP,
}
_HOSTS = {
    PayRegion.NA: "pay-api.amazon.com",
    PayRegion.EU: "pay-api.amazon.eu",
    PayRegion.JP: "pay-api.amazon.jp",
}


def path_prefix(public_key_id: str, *, sandbox: bool | None = None) -> str:
    """Return what stands before each path: `v2`, `live/v2` or `sandbox/v2`.

    A key whose id begins with LIVE or SANDBOX chooses the environment by itself (Amazon
    Pay API v2, Environment specific keys); any other leaves it to `sandbox`, None being
    live.

    Raises:
        ValueError: `sandbox` contradicts the key.
    """
    key = public_key_id.upper()
    environment = next((e for e in ("LIVE", "SANDBOX") if key.startswith(e)), None)
    if environment is None:
        return "sandbox/v2" if sandbox else "live/v2"
    if sandbox is not None and sandbox != (environment == "SANDBOX"):
        msg = (
            f"found {str(sandbox).lower()}, but pay_public_key_id begins with"
            f" {environment}, which chooses the environment; leave pay_sandbox unset,"
            " or use a key of the other environment"
        )
        raise ValueError(msg)
    return "v2"
