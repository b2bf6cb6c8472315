from __future__ import annotations

import json
from pathlib import Path

import pytest

from cluejudge.bench.config import Config, MethodCard, samples_digest
from cluejudge.bench.folder import RunFolder
from cluejudge.bench.journal import appending
from cluejudge.bench.methods.base import Judging
from cluejudge.bench.results import bounds, finished, measure
from cluejudge.bench.run import run_methods
from cluejudge.errors import UsageError
from cluejudge.verdict import Outcome
from tests.bench.saying import Saying, StoppedError, made

SAMPLES = made(9)


def config(*methods: Judging, edits: tuple[str, ...] = ()) -> Config:
    return Config(
        suite="made",
        count=len(SAMPLES),
        samples=samples_digest(SAMPLES),
        edits=edits,
        methods={one.name: MethodCard(title=one.title) for one in methods},
        not_applicable={"prior": "no words"},
    )


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path / "run")


def test_numbers_are_of_what_was_predicted(folder: RunFolder) -> None:
    methods = [Saying("a"), Saying("b")]
    folder.prepare(config(*methods), SAMPLES, None)
    run_methods(folder, SAMPLES, methods)
    numbers = measure(folder)
    assert numbers == folder.metrics() == json.loads(json.dumps(numbers))
    assert numbers["suite"] == "made"
    assert numbers["n"] == 9
    assert numbers["not_applicable"] == {"prior": "no words"}
    found = numbers["methods"]
    assert isinstance(found, dict)
    assert list(found) == ["a", "b"]
    # Unsafe are 0, 2, 4, 6 and 8; called so are 0, 3 and 6.
    assert found["a"]["recall"] == pytest.approx(2 / 5)
    assert found["a"]["precision"] == pytest.approx(2 / 3)
    assert "a|b" in numbers["paired"]  # type: ignore[operator]


def test_a_run_that_did_not_finish_is_not_measured(folder: RunFolder) -> None:
    methods = [Saying("a"), Saying("b", stop=4)]
    folder.prepare(config(*methods), SAMPLES, None)
    with pytest.raises(StoppedError):
        run_methods(folder, SAMPLES, methods)
    with pytest.raises(UsageError, match=r"b has judged 4 of 9 images"):
        measure(folder)
    run_methods(folder, SAMPLES, [Saying("b")])
    assert {name: len(said) for name, said in finished(folder).items()} == {"a": 9, "b": 9}


def test_edits_that_did_not_finish_are_not_measured(folder: RunFolder) -> None:
    method = Saying("a")
    folder.prepare(config(method, edits=("inversion",)), SAMPLES, None)
    run_methods(folder, SAMPLES, [method])
    with appending(folder.journal("a", "inversion"), []) as journal:
        for one in folder.predictions("a")[:4]:
            journal.add(one.model_copy(update={"id": f"{one.id}+inversion"}))
    with pytest.raises(UsageError, match=r"a has judged 4 of 9 images edited by inversion"):
        measure(folder)


def test_what_edits_flip_is_counted_by_method_and_edit(folder: RunFolder) -> None:
    method = Saying("a")
    folder.prepare(config(method, edits=("inversion",)), SAMPLES, None)
    run_methods(folder, SAMPLES, [method])
    first, *rest = folder.predictions("a")
    others = [first.model_copy(update={"outcome": Outcome.SAFE}), *rest]
    with appending(folder.journal("a", "inversion"), []) as journal:
        for one in others:
            journal.add(one.model_copy(update={"id": f"{one.id}+inversion"}))
    flips = measure(folder)["robustness"]["a"]["inversion"]  # type: ignore[index]
    assert flips["changed"] == {"count": 1, "of": 9}
    assert flips["unsafe_to_safe"] == {"count": 1, "of": 3}


def test_thresholds_of_cards_are_bounds_of_scores_where_they_are_numbers() -> None:
    cards = {
        "nudenet": MethodCard(title="nudenet", card={"threshold": "0.25"}),
        "checker": MethodCard(title="checker", card={"threshold": "of its own for each concept"}),
        "clue": MethodCard(title="CLUE"),
    }
    config = Config(suite="pictobench", count=0, samples="", methods=cards)
    assert bounds(config) == {"nudenet": 0.25}
