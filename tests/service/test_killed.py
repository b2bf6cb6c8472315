"""A service that is killed under load loses nothing that it answered, and begins again."""

from __future__ import annotations

import io
import itertools
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image

from cluejudge.cli.main import run
from cluejudge.compiled import dump_compiled
from cluejudge.store.records import DecisionFilter
from cluejudge.store.store import Store
from tests.api.colours import COLOURS
from tests.cli.served import serving
from tests.store import postgres

CLIENTS = 6
ENOUGH = 60


class Load:
    """Clients that post pictures, no two equal, until the service is gone."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._numbers = itertools.count()
        self._heard = threading.Condition()
        self.answered: dict[str, dict[str, Any]] = {}
        self.refused: list[int] = []
        self._threads = [threading.Thread(target=self._post) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def wait_for(self, count: int) -> None:
        """Wait until so many requests were answered."""
        with self._heard:
            assert self._heard.wait_for(lambda: len(self.answered) >= count, 60)

    def join(self) -> None:
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive()

    def _post(self) -> None:
        with httpx2.Client(timeout=20) as client:
            while True:
                number = next(self._numbers)
                try:
                    answer = sent(client, self._url, number)
                except httpx2.TransportError:
                    return
                with self._heard:
                    if answer.status_code == 200:
                        (decision,) = answer.json()["decisions"]
                        self.answered[str(number)] = decision
                    else:
                        self.refused.append(answer.status_code)
                    self._heard.notify_all()


def sent(client: httpx2.Client, url: str, number: int) -> httpx2.Response:
    """The answer on the picture with this number, under an idempotency key of its own."""
    buffer = io.BytesIO()
    Image.new("RGB", (40, 40), (number % 256, number // 256, 99)).save(buffer, "PNG")
    return client.post(
        f"{url}/v1/judge",
        files={"image": (f"{number}.png", buffer.getvalue())},
        headers={"Idempotency-Key": str(number)},
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'record.db'}"
        return
    with postgres.running() as server:
        yield server.new_url()


def test_kill_9_under_load(tmp_path: Path, db: str) -> None:
    rules = tmp_path / "colours.yaml"
    rules.write_text(dump_compiled(COLOURS))
    options = ("-c", str(rules), "--db", db)
    with serving(tmp_path, *options) as process:
        load = Load(process.url)
        load.wait_for(ENOUGH)
        process.process.kill()
        load.join()
    assert load.refused == []
    assert run(["audit", "verify", "--db", db]) == 0
    with Store.open(db) as store:
        for decision in load.answered.values():
            kept = store.decisions.get(decision["id"])
            assert kept is not None
            assert {**kept.model_dump(mode="json"), "standing": decision["standing"]} == decision

    with serving(tmp_path, *options) as process, httpx2.Client(timeout=20) as client:
        number, decision = next(iter(load.answered.items()))
        again = sent(client, process.url, int(number))
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.json()["decisions"] == [decision]
        assert sent(client, process.url, 60_000).status_code == 200
        assert process.end() == 0
    assert run(["audit", "verify", "--db", db]) == 0
    with Store.open(db) as store:
        (newest,) = store.decisions.find(DecisionFilter(limit=1)).items
        assert newest.name == "60000.png"
