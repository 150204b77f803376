"""A far side that says any bytes at all, as a broken or a hostile one would."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MOST_PIECES = 100_000


@contextmanager
def raw_server(pieces: Callable[[], Iterable[bytes]]) -> Iterator[str]:
    """Yield the address of a server that answers each request with `pieces`."""
    listener = socket.create_server(("127.0.0.1", 0))
    closing = threading.Event()

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65536)
            for _, piece in zip(range(MOST_PIECES), pieces(), strict=False):
                if closing.is_set():
                    return
                connection.sendall(piece)

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        closing.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
