"""A whole sync of each stream, compared with what the local Amazon holds."""
