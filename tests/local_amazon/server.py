"""Sockets: HTTP/1.1 on loopback, connections kept open."""

from __future__ import annotations

import select
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from .wire import Answer, End, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_amazon_reports.amazon.clock import Clock

    from .journal import Journal

BODYLESS = frozenset({204, 304})
_UNTIL_HUNG_UP = frozenset({End.SILENT, End.DRIPPING_HEADERS, End.DRIPPING_BODY})
_DRIP_SECONDS = 2.0
"""Between two drops, by the clock that was handed in."""
_DROPS = 75
"""Then nothing comes any more."""
_FEW_DROPS = 30
_GLANCE_SECONDS = 0.002
"""Really; whether the caller has hung up."""


class Handler(BaseHTTPRequestHandler):
    """One connection: reads requests, hands them on, writes the answers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    server: Server

    def serve(self) -> None:
        """Read the rest of one request and answer it."""
        answer = self.server.respond(self._request())
        if answer.end in _UNTIL_HUNG_UP:
            self.close_connection = True
            self._drip(answer)
        elif not answer.lost:
            self._write(answer)
        if answer.end is not End.KEPT:
            self.close_connection = True
        if answer.end is End.RESET:
            _reset(self.connection)

    # http.server finds the method of a verb by its name.
    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = do_HEAD = serve  # noqa: N815

    def _request(self) -> Request:
        length = int(self.headers.get("content-length") or 0)
        headers = tuple((name.lower(), text) for name, text in self.headers.items())
        # A body without a length is not read: what follows it would be no request.
        self.close_connection |= "transfer-encoding" in self.headers
        return Request(
            method=self.command,
            # self.path is normalised by http.server, and a signature covers all of it.
            target=self.requestline.split(" ")[1],
            header_list=headers,
            body=self.rfile.read(length),
            at=self.server.clock.now(),
        )

    def _write(self, answer: Answer) -> None:
        chunked = callable(answer.body) and answer.length is None
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if chunked:
            self.send_header("transfer-encoding", "chunked")
        elif answer.status not in BODYLESS:
            self.send_header("content-length", str(_length(answer)))
        self.end_headers()
        if answer.status in BODYLESS or self.command == "HEAD":
            return
        for piece in self._until_cut(answer):
            self.wfile.write(
                b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece
            )
        if chunked and not self.close_connection:
            self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def _drip(self, answer: Answer) -> None:
        """Say nothing, or one byte after another, until the caller hangs up."""
        drops = b""
        if answer.end is End.DRIPPING_BODY:
            body = b"".join(_pieces(answer))
            drops = (body if len(body) > _FEW_DROPS else b" " * _DROPS)[:_DROPS]
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(10 * _DROPS))
            self.end_headers()
        elif answer.end is End.DRIPPING_HEADERS:
            drops = (b"HTTP/1.1 200 OK\r\nx-slow: " + b" " * _DROPS)[:_DROPS]
        self.wfile.flush()
        while not select.select([self.connection], [], [], _GLANCE_SECONDS)[0]:
            if drops:
                self.server.clock.sleep(_DRIP_SECONDS)
                self.wfile.write(drops[:1])
                self.wfile.flush()
            drops = drops[1:]

    def _until_cut(self, answer: Answer) -> Iterator[bytes]:
        """Yield the body's pieces, up to where the connection is to break off."""
        left = answer.cut_at
        for piece in _pieces(answer):
            if left is not None and len(piece) >= left:
                self.close_connection = True
                if left:
                    yield piece[:left]
                return
            if left is not None:
                left -= len(piece)
            if piece:
                yield piece

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the moment for the `Date` header, by the clock that was handed in."""
        moment = self.server.clock.now().timestamp() if timestamp is None else timestamp
        return super().date_time_string(moment)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Write nothing: the journal holds it all."""


def _reset(connection: socket.socket) -> None:
    """Let a connection end with a RST, as soon as nobody holds it any more."""
    at_once = struct.pack("ii", 1, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    connection.close()


def _pieces(answer: Answer) -> Iterator[bytes]:
    return answer.body() if callable(answer.body) else iter((answer.body,))


def _length(answer: Answer) -> int:
    return (answer.length or 0) if callable(answer.body) else len(answer.body)


class Server(ThreadingHTTPServer):
    """Listens on 127.0.0.1 and gives each connection a thread."""

    request_queue_size = 128
    daemon_threads = False
    block_on_close = True

    def __init__(
        self,
        port: int,
        *,
        clock: Clock,
        journal: Journal,
        respond: Callable[[Request], Answer],
    ) -> None:
        """Bind; port 0 takes any free one."""
        super().__init__(("127.0.0.1", port), Handler)
        self.clock = clock
        self._journal = journal
        self._answer = respond
        self.accepted = 0
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}
        )

    def respond(self, request: Request) -> Answer:
        """Return the answer to `request`; what fails here fails the test."""
        try:
            return self._answer(request)
        except Exception as error:  # noqa: BLE001 (whatever it is, a test has to know)
            self._journal.note_crash(error)
            return Answer(500, {"content-type": "text/plain"}, repr(error).encode())

    def start(self) -> None:
        """Serve, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and wait for their threads."""
        self.shutdown()
        self._thread.join()
        with self._open_lock:
            for connection in self._open:
                _break(connection)
        self.server_close()

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept one connection and remember it."""
        connection, address = super().get_request()
        with self._open_lock:
            self.accepted += 1
            self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Close one connection and forget it."""
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Note what failed; a caller who hangs up in the middle is no failure."""
        del request, client_address
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, ConnectionError):
            self._journal.note_crash(error)


def _break(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        # The other side was faster.
        return
