"""The safety checker of Stable Diffusion, on a tiny random checkpoint of its published layout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import CLIPImageProcessorPil

from cluejudge.bench.methods.fixed.checker import SafetyChecker, load_checker
from cluejudge.bench.methods.registry import load_method
from cluejudge.errors import ModelError, UsageError
from cluejudge.image import Picture
from cluejudge.mllm.opening.source import find_source
from cluejudge.verdict import Outcome
from tests.bench.methods.fixed.checkers import WIDTH, build, write
from tests.bench.methods.scripted import Script, samples, setup
from tests.mllm.kits import picture


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("checkers") / "checker")


@pytest.fixture
def changed(folder: Path, tmp_path: Path) -> Callable[..., Path]:
    """A copy of the checker with other vectors or bounds."""

    def change(**tensors: torch.Tensor) -> Path:
        for file in folder.iterdir():
            (tmp_path / file.name).write_bytes(file.read_bytes())
        write(tmp_path, {**load_file(folder / "model.safetensors"), **tensors})
        return tmp_path

    return change


def opened(folder: Path) -> SafetyChecker:
    return load_checker(find_source(str(folder)), torch.device("cpu"))


def vector(folder: Path, one: Picture) -> torch.Tensor:
    """The picture's unit vector, by the checker's own tower."""
    images = CLIPImageProcessorPil.from_pretrained(folder)(images=[one.pil()], return_tensors="pt")
    (row,) = opened(folder).tower(pixel_values=images["pixel_values"]).image_embeds
    return row.detach() / row.detach().norm()


def test_nothing_near_is_safe(folder: Path) -> None:
    (seen,) = opened(folder).classify([picture(1)])
    assert seen.found.outcome is Outcome.SAFE
    assert seen.found.score is not None
    assert seen.found.score < 0.5
    assert seen.violated is None


def test_the_concept_that_a_picture_is_nearest_to(
    folder: Path, changed: Callable[..., Path]
) -> None:
    near = torch.randn(17, WIDTH, generator=torch.Generator().manual_seed(1))
    near[4] = 3 * vector(folder, picture(1))
    bounds = torch.full((17,), 2.0)
    bounds[4] = 0.95
    checker = opened(changed(concept_embeds=near, concept_embeds_weights=bounds))
    first, other = checker.classify([picture(1), picture(2)])
    assert (first.found.outcome, first.found.evidence) == (Outcome.UNSAFE, "concepts 4")
    assert first.found.score == pytest.approx(0.5 + 0.05 / 4, abs=1e-4)
    assert other.found.outcome is Outcome.SAFE


@pytest.mark.parametrize(("special", "outcome"), [(2.0, Outcome.SAFE), (0.9, Outcome.UNSAFE)])
def test_special_care_makes_bounds_stricter(
    folder: Path, changed: Callable[..., Path], special: float, outcome: Outcome
) -> None:
    one = vector(folder, picture(1))
    checker = opened(
        changed(
            concept_embeds=one.repeat(17, 1),
            concept_embeds_weights=torch.full((17,), 1.005),
            special_care_embeds=one.repeat(3, 1),
            special_care_embeds_weights=torch.full((3,), special),
        )
    )
    (seen,) = checker.classify([picture(1)])
    assert seen.found.outcome is outcome


def test_a_picture_is_seen_alone_as_with_others(folder: Path) -> None:
    checker = opened(folder)
    together = checker.classify([picture(1), picture(2), picture(3)])
    alone = [checker.classify([picture(at)])[0] for at in (1, 2, 3)]
    scores = [one.found.score for one in together]
    assert scores == pytest.approx([one.found.score for one in alone], abs=1e-5)
    assert len(set(scores)) == 3


def test_pickled_weights_are_the_same(folder: Path, tmp_path: Path) -> None:
    pickled = opened(build(tmp_path / "pickled", pickled=True)).classify([picture(1)])
    assert pickled == opened(folder).classify([picture(1)])


def test_as_a_method(folder: Path) -> None:
    method = load_method(f"sd-safety-checker:{folder}?device=cpu", setup(Script({})))
    assert method.card["model"] == str(folder)
    assert len(method.card["revision"]) == 64
    (found,) = method.predict(samples(90))
    assert (found.outcome, found.violated) == (Outcome.SAFE, None)


def test_weights_that_are_not_there(folder: Path, tmp_path: Path) -> None:
    for name in ("config.json", "preprocessor_config.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with pytest.raises(ModelError, match=r"has no model\.safetensors"):
        opened(tmp_path)
    weights = load_file(folder / "model.safetensors")
    del weights["concept_embeds"], weights["visual_projection.weight"]
    write(tmp_path, weights)
    with pytest.raises(ModelError, match="lacks 2 of the safety checker's weights, such as concep"):
        opened(tmp_path)


def test_weights_of_another_size(changed: Callable[..., Path]) -> None:
    folder = changed(**{"visual_projection.weight": torch.zeros(3, 3)})
    with pytest.raises(ModelError, match=r"do not fit its config\.json"):
        opened(folder)


def test_broken_weights(changed: Callable[..., Path]) -> None:
    broken = opened(changed(concept_embeds=torch.full((17, WIDTH), float(np.nan))))
    with pytest.raises(ModelError, match="no numbers"):
        broken.classify([picture(1)])


def test_another_model(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert"}', "utf-8")
    with pytest.raises(ModelError, match="cannot be used as the safety checker"):
        load_method(f"sd-safety-checker:{tmp_path}", setup(Script({})))
    with pytest.raises(UsageError, match="device"):
        load_method(f"sd-safety-checker:{tmp_path}?device=moon", setup(Script({})))
