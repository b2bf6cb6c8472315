"""A service on a port of this machine, and the browser that is installed."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

from cluejudge.api import Judge
from cluejudge.service.app import create_app
from cluejudge.service.settings import ServiceSettings
from cluejudge.store.store import Store
from tests.api.colours import COLOURS

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def serving(store: Store, **settings: Any) -> Iterator[str]:
    """The address of a service over `store`, for as long as the block."""
    app = create_app(
        ServiceSettings(constitution="colours", **settings), store, Judge(COLOURS, model="fake")
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)


@contextmanager
def browser() -> Iterator[Any]:
    """A browser without a window. Skips the test where none is installed."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser is installed: {', '.join(BROWSERS)}")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            yield opened
        finally:
            opened.close()
