from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cluejudge.batch.decoding.pool import DecodePool
from cluejudge.batch.plan import InputSpec, Plan
from cluejudge.settings import Limits, Sampling
from tests.api.colours import COLOURS
from tests.batch.runs import FEW


@pytest.fixture
def one_pool(monkeypatch: pytest.MonkeyPatch, pool: DecodePool) -> None:
    """All runs of a file share their processes, which take a while to start."""
    import cluejudge.batch.run
    import cluejudge.batch.tools

    class Shared:
        def __init__(self, *_: object) -> None:
            pass

        def __enter__(self) -> DecodePool:
            return pool

        def __exit__(self, *_: object) -> None:
            pass

    for module in (cluejudge.batch.run, cluejudge.batch.tools):
        monkeypatch.setattr(module, "DecodePool", Shared)


@pytest.fixture(scope="module")
def pool() -> Iterator[DecodePool]:
    with DecodePool(2, Limits(), Sampling()) as made:
        yield made


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, data in FEW.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def plan(pictures: Path, tmp_path: Path) -> Plan:
    where = InputSpec(where=str(pictures))
    return Plan(input=where, output=tmp_path / "out", constitution=COLOURS, model="fake", shards=2)
