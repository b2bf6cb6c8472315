"""A hub on this machine: as much of its protocol as the download of a model needs."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"
GATED = "acme/gated"

_FILE = re.compile(r"/(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<file>.+)")
_INFO = re.compile(r"/api/models/(?P<repo>[^/]+/[^/]+?)(/revision/(?P<revision>[^/]+))?")


@contextmanager
def serving(repos: dict[str, Path]) -> Iterator[str]:
    """The address of a hub that has these folders as models, at `COMMIT` of their branch `main`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Hub, repos))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Hub(BaseHTTPRequestHandler):
    def __init__(self, repos: dict[str, Path], *args: Any) -> None:
        self.repos = repos
        super().__init__(*args)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        if asked := _INFO.fullmatch(self.path):
            if self._found(asked["repo"], asked["revision"]):
                told = json.dumps({"id": asked["repo"], "sha": COMMIT, "siblings": []}).encode()
                self._send(200, told if body else b"", {"Content-Type": "application/json"})
        elif asked := _FILE.fullmatch(self.path):
            if self._found(asked["repo"], asked["revision"]):
                self._file(self.repos[asked["repo"]] / asked["file"], body=body)
        else:
            self._send(404, b"", {"X-Error-Code": "EntryNotFound"})

    def _found(self, repo: str, revision: str | None) -> bool:
        if repo == GATED:
            self._send(403, b"", {"X-Error-Code": "GatedRepo"})
        elif repo not in self.repos:
            self._send(401, b"", {"X-Error-Code": "RepoNotFound"})
        elif revision not in (None, "main", COMMIT):
            self._send(404, b"", {"X-Error-Code": "RevisionNotFound"})
        else:
            return True
        return False

    def _file(self, path: Path, *, body: bool) -> None:
        if not path.is_file():
            missing = {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT}
            self._send(404, b"", missing)
            return
        content = path.read_bytes()
        facts = {"ETag": f'"{sha256(content).hexdigest()}"', "X-Repo-Commit": COMMIT}
        self._send(200, content if body else b"", {**facts, "Content-Length": str(len(content))})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
