"""Bytes to rows: containers, charsets, delimited text, typed values."""
