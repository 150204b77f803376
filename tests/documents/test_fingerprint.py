"""A document is told by its size and digest, and goes by unchanged."""

from __future__ import annotations

from hashlib import blake2b

from tap_amazon_reports.documents.fingerprint import Fingerprint


def test_chunks_pass_unchanged_and_are_counted() -> None:
    """However a document is cut, its rows and what tells it are the same."""
    cuts = [[b"one two"], [b"one", b" ", b"", b"two"]]
    seen = []
    for chunks in cuts:
        fingerprint = Fingerprint()

        assert chunks == list(fingerprint.passing(iter(chunks)))
        seen.append((fingerprint.size, fingerprint.digest))

    assert {(7, blake2b(b"one two", digest_size=16).digest())} == set(seen)


def test_what_differs_is_told_apart() -> None:
    """Two documents of one length are not the same for that."""
    one, other = Fingerprint(), Fingerprint()
    list(one.passing(iter([b"abc"])))
    list(other.passing(iter([b"abd"])))

    assert one.size == other.size
    assert one.digest != other.digest
