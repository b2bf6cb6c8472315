"""Every test that asks for `store` or `url` runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cluejudge.store.store import Store
from tests.store import postgres


class Clock:
    """A time that moves on by a millisecond whenever it is read, and further when told to."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.time += timedelta(milliseconds=1)
        return self.time

    def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        self.time += timedelta(seconds=seconds)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Server]:
    """One server for the whole run; it is started when a test first asks for it."""
    with postgres.running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'record.db'}"
        return
    server: postgres.Server = request.getfixturevalue("postgresql")
    url = server.new_url()
    yield url
    server.drop(url)


@pytest.fixture
def clock() -> Clock:
    """The time of `store`."""
    return Clock()


@pytest.fixture
def store(url: str, clock: Clock) -> Iterator[Store]:
    """An empty record."""
    with Store.open(url, now=clock) as opened:
        yield opened
