"""Documents to rows: download, containers, charsets, delimited text, typed values."""
