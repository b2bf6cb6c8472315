"""A stand-in for an S3-compatible store: objects that can be put, had and deleted over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Buckets:
    """The objects by path, as `/bucket/key`; with `refusing` every request is forbidden."""

    def __init__(self, *names: str) -> None:
        self.names = set(names)
        self.objects: dict[str, bytes] = {}
        self.refusing = False
        self.url = ""


@contextmanager
def serving(*names: str) -> Iterator[Buckets]:
    """Serve buckets of these names on a port of this machine."""
    buckets = Buckets(*names)

    class Handler(_Handler):
        served = buckets

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    buckets.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield buckets
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    served: Buckets
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        data = self._body()
        if self._allowed(needs_object=False):
            self.served.objects[self._key] = data
            self._answer(200)

    def do_GET(self) -> None:
        if self._allowed():
            self._answer(200, self.served.objects[self._key])

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        if self._allowed(needs_object=False):
            self.served.objects.pop(self._key, None)
            self._answer(204)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    @property
    def _key(self) -> str:
        return self.path.partition("?")[0]

    def _allowed(self, *, needs_object: bool = True) -> bool:
        if self.served.refusing:
            self._fault(403, "AccessDenied")
        elif self._key.split("/")[1] not in self.served.names:
            self._fault(404, "NoSuchBucket")
        elif needs_object and self._key not in self.served.objects:
            self._fault(404, "NoSuchKey")
        else:
            return True
        return False

    def _body(self) -> bytes:
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
            return data
        length, _, rest = data.partition(b"\r\n")
        return rest[: int(length.partition(b";")[0], 16)]

    def _fault(self, status: int, code: str) -> None:
        self._answer(status, f"<Error><Code>{code}</Code></Error>".encode())

    def _answer(self, status: int, data: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Last-Modified", "Sat, 31 Jan 2026 09:00:00 GMT")
        self.send_header("ETag", '"1"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)
