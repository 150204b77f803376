"""What libraries log, without the queries of URLs: whoever has one has the document."""

from __future__ import annotations

import logging
import re

_QUERY = re.compile(r"\?[^\s\"'<>)\]]+")


class _WithoutQueries(logging.Filter):
    """Lets each line pass without the queries in it, and without its trace."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite `record`; a trace would show the raw answer again."""
        record.msg, record.args = _QUERY.sub("?***", record.getMessage()), None
        record.exc_info = record.exc_text = None
        return True


_FILTER = _WithoutQueries()


def guard_library_logs() -> None:
    """Let no logger of urllib3 print a query.

    A filter of a logger does not see what its children log, so each one gets it.
    """
    known = logging.root.manager.loggerDict
    for name in ("urllib3", *known):
        if name.partition(".")[0] == "urllib3":
            logging.getLogger(name).addFilter(_FILTER)
