"""Services over the fake model and a constitution of colours, for tests."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from cluejudge.api import Judge
from cluejudge.asks import Score, YesNo
from cluejudge.compiled import dump_compiled
from cluejudge.digest import digest
from cluejudge.models.protocols import Models
from cluejudge.service.app import create_app
from cluejudge.service.context import Context
from cluejudge.service.settings import ServiceSettings
from cluejudge.store.store import Store
from tests.api.colours import COLOURS, UNSAFE

ADDRESS = "http://127.0.0.1:8000"


def add_colours(store: Store) -> None:
    """Put the constitution `colours` in the record and make it active."""
    added = store.constitutions.add(
        dump_compiled(COLOURS), name="colours", label="3", digest=digest(COLOURS), by="test"
    )
    store.constitutions.activate("colours", added.version, "test")


def opened(folder: Path, **options: Any) -> Store:
    """A record in a file of `folder`, with the constitution `colours`."""
    store = Store.open(f"sqlite:///{folder / 'record.db'}", **options)
    add_colours(store)
    return store


@contextmanager
def service(
    folder: Path,
    *,
    judge: Judge | None = None,
    store: Store | None = None,
    raising: bool = True,
    **settings: Any,
) -> Iterator[TestClient]:
    """A client of a service that runs for as long as the block."""
    app = create_app(
        ServiceSettings(constitution="colours", **settings),
        store or opened(folder),
        judge or Judge(COLOURS, model="fake"),
    )
    with TestClient(app, base_url=ADDRESS, raise_server_exceptions=raising) as client:
        yield client


def context(client: TestClient) -> Context:
    """The parts of the service behind `client`."""
    found: Context = client.app.state.context  # type: ignore[attr-defined]
    return found


def as_json(*images: bytes, **more: Any) -> dict[str, Any]:
    """A body for /v1/judge."""
    told = [{"data": base64.b64encode(image).decode()} for image in images or (UNSAFE,)]
    return {"images": told, **more}


class Gate:
    """A scorer that says No when it is let, and counts the pictures it was asked about."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.asked = threading.Event()
        self.pictures: list[str] = []

    def score(self, asks: Sequence[Score]) -> list[YesNo]:
        self.pictures.extend({ask.image.digest for ask in asks if ask.image})
        self.asked.set()
        assert self.let.wait(20)
        return [YesNo(-4.0, -0.02) if ask.image else YesNo(-0.7, -0.7) for ask in asks]

    def judge(self) -> Judge:
        """A judge by this scorer alone."""
        return Judge(COLOURS, model=Models(name="gate", scorer=self))
