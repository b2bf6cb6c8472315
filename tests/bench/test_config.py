from __future__ import annotations

from dataclasses import replace

import pytest

from cluejudge.bench.config import Config, MethodCard, label, merged, samples_digest
from cluejudge.bench.samples import Sample, Truth
from cluejudge.errors import UsageError
from cluejudge.settings import Thresholds
from tests.bench.saying import made

SAMPLES = made(3)
CONFIG = Config(
    suite="folder",
    count=3,
    samples=samples_digest(SAMPLES),
    model="fake",
    models={"name": "fake", "weights": "1"},
    methods={"clue": MethodCard(title="CLUE", card={"prompt": "1"})},
    not_applicable={"prior": "no words"},
)


@pytest.mark.parametrize(
    "other",
    [
        SAMPLES[:2],
        SAMPLES[::-1],
        (replace(SAMPLES[0], id="another"), *SAMPLES[1:]),
        (replace(SAMPLES[0], truth=Truth(False)), *SAMPLES[1:]),
        (replace(SAMPLES[0], truth=Truth(True, frozenset({"r"}))), *SAMPLES[1:]),
        (replace(SAMPLES[0], truth=Truth(True, atoms={"r": {"a": True}})), *SAMPLES[1:]),
        (replace(SAMPLES[0], tags={}), *SAMPLES[1:]),
        (replace(SAMPLES[0], digest="0"), *SAMPLES[1:]),
    ],
)
def test_the_digest_tells_samples_apart(other: tuple[Sample, ...]) -> None:
    assert samples_digest(other) != CONFIG.samples
    assert samples_digest(made(3)) == CONFIG.samples


def test_the_digest_does_not_read_images() -> None:
    def read() -> bytes:
        raise AssertionError("read")

    unread = tuple(replace(sample, read=read) for sample in SAMPLES)
    assert samples_digest(unread) == CONFIG.samples


def test_what_is_not_labelled_is_not_written() -> None:
    assert label(Sample("a", bytes, Truth(True))) == {"id": "a", "unsafe": True}
    none = Sample("a", bytes, Truth(False, frozenset(), {}))
    assert label(none) == {"id": "a", "unsafe": False, "violated": [], "atoms": {}}


def test_equal_configs_go_together() -> None:
    assert merged(CONFIG, CONFIG) == CONFIG
    assert Config.model_validate_json(CONFIG.model_dump_json()) == CONFIG


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"suite": "table"}, "suite was folder, now table"),
        ({"seed": 3}, "seed was 0, now 3"),
        ({"limit": 2}, "limit was none, now 2"),
        ({"samples": "0"}, "the images are others"),
        ({"constitution_digest": "abc"}, "constitution_digest was empty, now abc"),
        ({"model": "embedded"}, "model was fake, now embedded"),
        ({"options": {"dtype": "float32"}}, "options.dtype was absent, now float32"),
        ({"models": {"name": "fake", "weights": "2"}}, "models.weights was 1, now 2"),
        (
            {"thresholds": Thresholds(prior_high=0.5)},
            "thresholds.prior_high was 0.8, now 0.5",
        ),
        ({"suite_card": {"digest": "abc"}}, "suite digest was absent, now abc"),
        ({"cluejudge": "99"}, "now 99"),
        (
            {"methods": {"clue": MethodCard(title="CLUE", card={"prompt": "2"})}},
            "method clue, prompt was 1, now 2",
        ),
    ],
)
def test_what_changed_is_told(changed: dict[str, object], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        merged(CONFIG, CONFIG.model_copy(update=changed))
    assert told in str(caught.value)


def test_methods_edits_and_models_may_come_later() -> None:
    first = CONFIG.model_copy(update={"models": {}, "edits": ("invert",)})
    prior = {"prior": MethodCard(title="Prior")}
    later = CONFIG.model_copy(
        update={"methods": prior, "not_applicable": {}, "edits": ("grayscale",)}
    )
    both = merged(first, later)
    assert list(both.methods) == ["clue", "prior"]
    assert both.models == CONFIG.models
    assert both.edits == ("invert", "grayscale")
    assert both.not_applicable == {}


def test_models_that_are_not_needed_again_stay_told() -> None:
    assert merged(CONFIG, CONFIG.model_copy(update={"models": {}})).models == CONFIG.models
