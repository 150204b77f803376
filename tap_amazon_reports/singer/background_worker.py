"""A thread beside the reading, for what leaves the interpreter to others."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

_TASKS_UNDER_WAY = 2


class BackgroundWorker:
    """Tasks that are done in one thread, in their order, while this one goes on.

    Compression is such a task: it leaves the interpreter to others.
    """

    def __init__(self) -> None:
        """Do nothing."""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="batch")
        self._under_way: deque[Future[None]] = deque()

    def start(self, task: Callable[[], None]) -> None:
        """Have `task` done; raise what an earlier one raised; wait if they pile up."""
        if len(self._under_way) >= _TASKS_UNDER_WAY:
            self._under_way.popleft().result()
        self._under_way.append(self._thread.submit(task))

    def end(self) -> None:
        """Wait until all is done, raise what it raised, and start no more."""
        for task in self._under_way:
            task.result()
        self._thread.shutdown()
