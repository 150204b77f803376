"""Clients that others wrote, against the local Amazon: it is told apart by its address.

None is needed by the tap; where one cannot be had, its tests are skipped and say why.
"""
