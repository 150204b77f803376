"""Measurements of the tap against the local Amazon: `python -m tests.bench`."""
