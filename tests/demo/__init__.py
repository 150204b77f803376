"""The whole way on one machine: local Amazon, tap, loader, tables."""
