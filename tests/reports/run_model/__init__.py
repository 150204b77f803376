"""A model of the world around the tap: a clock, an Amazon with a truth, pipelines.

The random histories of `test_run_model.py`, `test_snapshot_model.py` and
`test_collect_model.py` are made of it. Nothing waits, and nothing has a socket.
"""
