from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cluejudge.image import Picture
from cluejudge.mllm.backbone import Backbone
from cluejudge.mllm.inference import prefix
from cluejudge.mllm.inference.prefix import Batch, Inputs, Prefixes, without_last
from tests.mllm.kits import kit_of, picture

BATCH = 4096


class Counted:
    """Counts the prompts that are read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows: list[int] = []
        self._read = prefix.prefill
        monkeypatch.setattr(prefix, "prefill", self)

    def __call__(self, backbone: Backbone, inputs: Inputs) -> Batch:
        self.rows.append(len(inputs["input_ids"]))
        return self._read(backbone, inputs)


@pytest.fixture
def make(checkpoint: Callable[[str], Path]) -> Callable[[int], Prefixes]:
    kit = kit_of(checkpoint("qwen3_vl"))
    return lambda kept: Prefixes(kit.backbone, kit.prompts, kept=kept)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


def test_a_picture_is_read_once(make: Callable[[int], Prefixes], counted: Counted) -> None:
    prefixes = make(10_000)
    first = prefixes([picture(1), picture(2), picture(1)], BATCH)
    assert first[0] is first[2]
    assert prefixes([picture(2), picture(1)], BATCH) == [first[1], first[0]]
    assert sum(counted.rows) == 2


def test_only_pictures_of_one_shape_are_read_together(
    make: Callable[[int], Prefixes], counted: Counted
) -> None:
    sizes = [(56, 56), (112, 56), (56, 56), (112, 112)]
    found = make(10_000)([picture(k, *size) for k, size in enumerate(sizes)], BATCH)
    assert found[0].batch is found[2].batch
    assert len({id(one.batch) for one in found}) == 3
    assert sorted(counted.rows) == [1, 1, 2]


def test_a_batch_holds_no_more_than_it_may(
    make: Callable[[int], Prefixes], counted: Counted
) -> None:
    pictures: list[Picture | None] = [picture(k) for k in range(5)]
    length = make(1)([picture(0)], BATCH)[0].batch.length
    make(10_000)(pictures, 2 * length)
    assert counted.rows == [1, 2, 2, 1]


def test_the_pictures_used_longest_ago_are_let_go(
    make: Callable[[int], Prefixes], counted: Counted
) -> None:
    length = make(1)([picture(0)], BATCH)[0].batch.length
    prefixes = make(2 * length)
    for k in (1, 2, 1, 3):
        prefixes([picture(k)], BATCH)
    read = sum(counted.rows)
    prefixes([picture(1)], BATCH)
    assert sum(counted.rows) == read
    prefixes([picture(2)], BATCH)
    assert sum(counted.rows) == read + 1


def test_one_batch_is_kept_however_large(make: Callable[[int], Prefixes], counted: Counted) -> None:
    prefixes = make(1)
    prefixes([picture(1), picture(2)], BATCH)
    prefixes([picture(1), picture(2)], BATCH)
    assert counted.rows == [2]


def test_what_is_released_is_read_anew_and_half_of_it_kept(
    make: Callable[[int], Prefixes], counted: Counted
) -> None:
    length = make(1)([picture(0)], BATCH)[0].batch.length
    prefixes = make(4 * length)

    def read(*seeds: int) -> int:
        before = sum(counted.rows)
        for seed in seeds:
            prefixes([picture(seed)], BATCH)
        return sum(counted.rows) - before

    assert read(1, 2, 3, 4, 1, 2, 3, 4) == 4
    prefixes.release()
    assert read(3, 4, 3, 4) == 2
    assert read(1, 4, 3) == 2


def test_without_a_picture_there_are_fewer_tokens(make: Callable[[int], Prefixes]) -> None:
    seen, blind = make(10_000)([picture(1), None], BATCH)
    assert blind.batch.length < seen.batch.length
    assert int(blind.batch.starts[0]) == blind.batch.length


def test_a_prompt_without_its_last_token(make: Callable[[int], Prefixes]) -> None:
    inputs = make(1).inputs(picture(1))
    shorter = without_last(inputs)
    assert shorter["input_ids"].tolist()[0] == inputs["input_ids"].tolist()[0][:-1]
    assert shorter["pixel_values"].shape == inputs["pixel_values"].shape
