"""Tests of the life of a report."""
