"""Tests of the second command."""
