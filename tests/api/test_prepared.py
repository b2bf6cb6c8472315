"""Images that were loaded elsewhere are judged as those that are read here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge import Judge, Verdict
from cluejudge.errors import ImageError, UsageError
from cluejudge.image import LoadedImage, load
from tests.api.colours import BROKEN, COLOURS, NOISE, SAFE, UNSAFE

SOURCES = {"unsafe": UNSAFE, "broken": BROKEN, "safe": SAFE, "noise": NOISE}
JUDGE = Judge(COLOURS, model="fake")


def prepared(name: str) -> tuple[str, LoadedImage | ImageError]:
    try:
        return name, load(SOURCES[name])
    except ImageError as error:
        return name, error


ALONE = {name: JUDGE.judge(data, name) for name, data in SOURCES.items()}
PREPARED = {name: prepared(name) for name in SOURCES}


@given(
    names=st.lists(st.none() | st.sampled_from(list(SOURCES)), max_size=12),
    in_flight=st.integers(1, 5),
    ordered=st.booleans(),
)
def test_verdicts_are_those_of_one_by_one(
    names: list[str | None], in_flight: int, ordered: bool
) -> None:
    items = (None if name is None else PREPARED[name] for name in names)
    found = list(JUDGE.judge_prepared(items, in_flight=in_flight, ordered=ordered))
    expected = [ALONE[name] for name in names if name is not None]
    if not ordered:
        found, expected = (sorted(these, key=_key) for these in (found, expected))
    assert found == expected


def _key(verdict: Verdict) -> str:
    return verdict.image


def test_while_an_image_is_not_ready_the_others_are_judged() -> None:
    out: list[str] = []

    def items() -> Iterator[tuple[str, LoadedImage | ImageError] | None]:
        yield PREPARED["unsafe"]
        while not out:
            yield None
        yield PREPARED["safe"]

    for verdict in JUDGE.judge_prepared(items()):
        out.append(verdict.image)
    assert out == ["unsafe", "safe"]


def test_what_all_verdicts_share() -> None:
    shared = {"constitution", "constitution_digest", "models", "thresholds", "method", "budget"}
    for verdict in ALONE.values():
        assert verdict.model_dump(include=shared) == JUDGE.common.model_dump(include=shared)


def test_nothing_in_flight_is_refused() -> None:
    with pytest.raises(UsageError, match="in_flight"):
        JUDGE.judge_prepared([], in_flight=0)
