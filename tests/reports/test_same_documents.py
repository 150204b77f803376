"""Marketplaces that gave the same document are noticed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from tap_amazon_reports.reports.same_documents import ReadDocument, SameDocuments
from tap_amazon_reports.reports.windows import Window

START = datetime(2026, 11, 1, tzinfo=timezone.utc)
WINDOW = Window(START, START + timedelta(days=1))
LATER = Window(WINDOW.end, WINDOW.end + timedelta(days=1))
GERMANY = ReadDocument(
    report_type="GET_LEDGER_DETAIL_VIEW_DATA",
    partition="A1PA6795UKMFR9",
    window=WINDOW,
    rows=3,
    size=812,
    digest=b"one",
)
FRANCE = replace(GERMANY, partition="A13V1IB3VIYZZH")


def test_the_same_bytes_of_two_marketplaces_are_told_with_the_cure() -> None:
    """Whoever has each row five times learns which part of the entry mends it."""
    seen = SameDocuments()

    assert seen.add(GERMANY) is None
    warning = seen.add(FRANCE)
    assert warning is not None
    assert "A1PA6795UKMFR9 and A13V1IB3VIYZZH gave the same document (3 rows)" in (
        warning
    )
    assert "`regional: true`" in warning
    assert warning.startswith("GET_LEDGER_DETAIL_VIEW_DATA: ")


@pytest.mark.parametrize(
    "other",
    [
        replace(FRANCE, digest=b"two"),
        replace(FRANCE, size=813),
        replace(FRANCE, window=LATER),
        replace(FRANCE, window=None),
        replace(FRANCE, report_type="GET_LEDGER_SUMMARY_VIEW_DATA"),
        GERMANY,
    ],
)
def test_what_differs_is_not_the_same(other: ReadDocument) -> None:
    """Nobody is sent to change a setting that is right."""
    seen = SameDocuments()

    assert seen.add(GERMANY) is None
    assert seen.add(other) is None


def test_headers_alone_are_alike_everywhere() -> None:
    """Two marketplaces without rows say nothing about the region."""
    seen = SameDocuments()

    assert seen.add(replace(GERMANY, rows=0)) is None
    assert seen.add(replace(FRANCE, rows=0)) is None


def test_snapshots_are_compared_too() -> None:
    """A type without dates can be one of the region as well."""
    seen = SameDocuments()

    assert seen.add(replace(GERMANY, window=None)) is None
    assert seen.add(replace(FRANCE, window=None)) is not None


def test_a_type_is_told_once() -> None:
    """One line for one cause, however many windows and marketplaces there are."""
    seen = SameDocuments()
    documents = [
        replace(one, window=window)
        for window in (WINDOW, LATER)
        for one in (GERMANY, FRANCE, replace(FRANCE, partition="APJ6JRA9NG5V4"))
    ]

    assert 1 == len([one for one in map(seen.add, documents) if one])


def test_a_third_marketplace_counts() -> None:
    """The first that was read need not be one of the two that are alike to it."""
    seen = SameDocuments()

    assert seen.add(GERMANY) is None
    assert seen.add(replace(FRANCE, digest=b"two")) is None
    assert seen.add(replace(FRANCE, partition="APJ6JRA9NG5V4")) is not None


def test_two_that_are_not_the_first_count() -> None:
    """The United Kingdom may stand alone, and France and Italy give the same."""
    seen = SameDocuments()

    assert seen.add(replace(GERMANY, partition="A1F83G8C2ARO7P")) is None
    assert seen.add(replace(FRANCE, digest=b"two")) is None
    assert seen.add(replace(GERMANY, partition="APJ6JRA9NG5V4", digest=b"two"))


def test_windows_that_begin_seconds_apart_are_compared() -> None:
    """The next run begins for each marketplace where its own bookmark stands."""
    seen = SameDocuments()
    moved = Window(START + timedelta(seconds=7), WINDOW.end + timedelta(seconds=7))

    assert seen.add(GERMANY) is None
    assert seen.add(replace(FRANCE, window=moved)) is not None
