"""The local engine: models once, processes that end with the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cluejudge.batch.engines.local import LocalEngine
from cluejudge.batch.folder import RunFolder
from cluejudge.batch.manifest import Manifest
from cluejudge.batch.parts import parts
from cluejudge.batch.plan import InputSpec, Pace, Plan
from cluejudge.batch.shard import Told
from cluejudge.batch.sources.registry import open_source
from cluejudge.errors import UsageError
from cluejudge.models.protocols import Models
from cluejudge.models.registry import load_models
from tests.api.colours import COLOURS, SAFE, UNSAFE


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Four images in two shards, listed."""
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(4):
        (pictures / f"{number}.png").write_bytes(SAFE if number % 2 else UNSAFE)
    where = InputSpec(where=str(pictures))
    made = Plan(input=where, output=tmp_path / "out", constitution=COLOURS, model="fake")
    Manifest.write(RunFolder(made.output).inputs, open_source(where), 2)
    return made


def test_shards_are_judged_and_committed(plan: Plan) -> None:
    engine = LocalEngine()
    told: list[Told] = []
    done = engine.run(plan, Pace(), [1, 0], told.append)
    first = next(done)
    assert set(parts(plan.output)) >= {first.shard}
    assert {first.shard, *(one.shard for one in done)} == {0, 1}
    assert len(told) == 4
    assert engine.judges == 1


def test_the_models_are_loaded_once_for_a_plan(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[str] = []

    def load(spec: str, *given: Any) -> Models:
        loads.append(spec)
        return load_models(spec, *given)

    monkeypatch.setattr("cluejudge.batch.engines.base.load_models", load)
    engine = LocalEngine()
    assert engine.common(plan).models["name"] == "fake"
    assert engine.common(plan) is engine.common(plan)
    list(engine.run(plan, Pace(), [0], lambda told: None))
    assert loads == ["fake"]
    engine.common(plan.model_copy(update={"model": "fake:"}))
    engine.close()
    engine.common(plan)
    assert loads == ["fake", "fake:", "fake"]


def test_nothing_to_judge_starts_nothing(tmp_path: Path) -> None:
    where = InputSpec(where=str(tmp_path))
    plan = Plan(input=where, output=tmp_path / "out", constitution=COLOURS, model="no such model")
    assert list(LocalEngine().run(plan, Pace(), [], lambda told: None)) == []


def test_a_folder_without_a_listing_is_refused(plan: Plan, tmp_path: Path) -> None:
    other = plan.model_copy(update={"output": tmp_path / "other"})
    other.output.mkdir()
    with pytest.raises(UsageError, match="holds no listing"):
        list(LocalEngine().run(other, Pace(), [0], lambda told: None))
