"""Llama Guard: what is read of what it writes, and where its template takes rules."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.bench.methods.asking import Found
from cluejudge.bench.methods.base import NotApplicableError
from cluejudge.bench.methods.classifying import Seen
from cluejudge.bench.methods.guards.llamaguard import UNREAD, parse_verdict
from cluejudge.bench.methods.guards.options import coded
from cluejudge.bench.methods.guards.rating import Rater, Rating
from cluejudge.bench.methods.registry import load_method
from cluejudge.image import Picture
from cluejudge.verdict import Outcome
from tests.bench.methods.guards.checkpoints import MLLAMA, ONEVISION
from tests.bench.methods.guards.scripted import Guard
from tests.bench.methods.scripted import RULES, Script, samples, setup
from tests.mllm.families import write


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("safe", (Outcome.SAFE, ())),
        ("\n\nsafe\n", (Outcome.SAFE, ())),
        ("unsafe", (Outcome.UNSAFE, ())),
        ("unsafe\nS9", (Outcome.UNSAFE, ("S9",))),
        (" unsafe\n S1, S12,S1 ", (Outcome.UNSAFE, ("S1", "S12"))),
        ("Safe", None),
        ("safe\nS1", None),
        ("unsafe\nviolence", None),
        ("unsafe S1", None),
        ("unsafe\nS1\nbecause", None),
        ("I think it is safe", None),
        ("", None),
    ],
)
def test_two_words_and_their_codes(text: str, read: tuple[Outcome, tuple[str, ...]] | None) -> None:
    found = parse_verdict(text)
    assert found == (read and Rating(*read, ", ".join(read[1])))


@given(st.text())
def test_nothing_else_is_safe(text: str) -> None:
    read = parse_verdict(text)
    if read and read.outcome is Outcome.SAFE:
        assert text.strip() == "safe"


def seen(text: str) -> Seen:
    picture = Picture(np.full((8, 8, 3), 1, np.uint8))
    rater = Rater(Guard({1: text}), "Look.", parse_verdict, UNREAD, coded(RULES.rules, "S"))
    (found,) = rater.classify([picture])
    return found


def test_codes_are_rules() -> None:
    assert seen("unsafe\nS2,S1,S8") == Seen(
        Found(Outcome.UNSAFE, 0.25, evidence="S2, S1, S8"), ("knife", "fire"), tokens=7
    )
    assert seen("safe").violated == ()


def test_anything_else_abstains() -> None:
    found = seen("It depends.").found
    assert (found.outcome, found.evidence) == (Outcome.ABSTAIN, "It depends.")
    assert "neither safe nor unsafe" in found.reason


@pytest.mark.parametrize(("policy", "violated"), [("own", None), ("rules", ())])
def test_as_a_method(tmp_path: Path, policy: str, violated: tuple[str, ...] | None) -> None:
    folder = write(MLLAMA, tmp_path / "mllama")
    spec = f"llama-guard:{folder}?device=cpu&dtype=float32&tokens=4&policy={policy}"
    (found,) = load_method(spec, setup(Script({}))).predict(samples(90))
    assert (found.outcome, found.violated) == (Outcome.ABSTAIN, violated)
    assert found.cost.reasoning_tokens == 4


def test_a_template_without_a_place_for_rules(tmp_path: Path) -> None:
    folder = write(ONEVISION, tmp_path / "onevision")
    with pytest.raises(NotApplicableError, match="takes no categories"):
        load_method(f"llama-guard:{folder}?device=cpu&policy=rules", setup(Script({})))
