"""From real pixels to real verdicts: the whole of the method on the models of the package."""

from __future__ import annotations

import asyncio
import io

import numpy as np
import pytest
from PIL import Image as PILImage

from cluejudge import Judge
from cluejudge.models.protocols import Models
from cluejudge.scenes.dataset import make_scenes
from cluejudge.scenes.world import HELD_OUT_STYLE
from cluejudge.verdict import Outcome, Verdict


def png(image: PILImage.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def scenes_of(style: str | None = None) -> list[tuple[bytes, bool]]:
    """Scenes of all rules, and whether each of them violates any."""
    return [
        (png(image), bool(label.violated))
        for kind in ("violating", "borderline")
        for image, label in make_scenes(14, 20, kind=kind, style=style)
    ]


@pytest.fixture(scope="module")
def labelled() -> list[tuple[bytes, bool]]:
    """Scenes in the styles that the models were trained on."""
    return scenes_of()


@pytest.fixture(scope="module")
def verdicts(embedded: Models, labelled: list[tuple[bytes, bool]]) -> list[Verdict]:
    """One image at a time."""
    judge = Judge("pictogram", model=embedded)
    return [judge.judge(image) for image, _ in labelled]


def unnamed(verdict: Verdict) -> Verdict:
    return verdict.model_copy(update={"image": ""})


def test_most_scenes_are_judged_rightly(
    verdicts: list[Verdict], labelled: list[tuple[bytes, bool]]
) -> None:
    assert share_right(verdicts, labelled) >= 0.9


def test_most_scenes_of_a_style_never_seen_are_judged_rightly(embedded: Models) -> None:
    drawn = scenes_of(HELD_OUT_STYLE)
    judge = Judge("pictogram", model=embedded)
    found = share_right([judge.judge(image) for image, _ in drawn], drawn)
    assert found >= 0.7


def share_right(verdicts: list[Verdict], labelled: list[tuple[bytes, bool]]) -> float:
    right = [
        (verdict.outcome is Outcome.UNSAFE) == violated
        for verdict, (_, violated) in zip(verdicts, labelled, strict=True)
    ]
    return float(np.mean(right))


def test_merged_and_async_judgements_are_the_same(
    embedded: Models, verdicts: list[Verdict], labelled: list[tuple[bytes, bool]]
) -> None:
    """To the last bit of every score."""
    judge = Judge("pictogram", model=embedded)
    images = [image for image, _ in labelled]

    async def together() -> list[Verdict]:
        return await asyncio.gather(*(judge.ajudge(image) for image in images))

    expected = [unnamed(verdict) for verdict in verdicts]
    for in_flight in (1, 3, 16):
        many = judge.judge_many(images, in_flight=in_flight)
        assert [unnamed(verdict) for verdict in many] == expected
    assert [unnamed(verdict) for verdict in asyncio.run(together())] == expected


def test_a_verdict_names_the_models(embedded: Models, verdicts: list[Verdict]) -> None:
    assert verdicts[0].models == {"name": "embedded", **dict(embedded.card)}


def test_what_the_models_do_not_know_is_never_safe(embedded: Models) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    verdict = Judge("pictogram", model=embedded).judge(png(PILImage.fromarray(noise)))
    assert verdict.outcome is Outcome.ABSTAIN
    assert "unlike what the models know" in verdict.reason
