from __future__ import annotations

import json
from pathlib import Path

import pytest

from cluejudge.batch.entries import Refusal
from cluejudge.errors import UsageError
from tests.batch.sources.making import (
    BLUE,
    RED,
    arrow,
    carried,
    entries,
    fetched,
    ids,
    opened,
    state,
    write,
)

DICTIONARY = json.dumps({"splits": ["train", "test"]}).encode()


def test_a_data_set_is_its_files_in_its_order(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "state.json": state("b.arrow", "a.arrow"),
            "dataset_info.json": b"{}",
            "a.arrow": arrow([RED]),
            "b.arrow": arrow([BLUE, RED], [BLUE]),
            "cache-1.arrow": arrow([RED]),
        },
    )
    source = opened(tmp_path, carry=["label"])
    assert source.card["kind"] == "huggingface"
    assert fetched(source) == {
        "b.arrow#0": BLUE,
        "b.arrow#1": RED,
        "b.arrow#2": BLUE,
        "a.arrow#0": RED,
    }
    assert carried(source) == {"label": [0, 1, 0, 0]}


def test_splits_come_in_their_order(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "dataset_dict.json": DICTIONARY,
            **{f"{split}/state.json": state("d.arrow") for split in ("train", "test")},
            **{f"{split}/d.arrow": arrow([RED]) for split in ("train", "test")},
        },
    )
    assert ids(opened(tmp_path)) == ["train/d.arrow#0", "test/d.arrow#0"]
    assert ids(opened(tmp_path / "test")) == ["d.arrow#0"]
    assert ids(opened(tmp_path / "test" / "d.arrow")) == ["d.arrow#0"]


@pytest.mark.parametrize("cut", [100, 8, 1])
def test_a_file_that_ends_early_says_so_behind_its_whole_rows(cut: int, tmp_path: Path) -> None:
    whole = arrow([RED, RED], [BLUE] * 20)
    write(tmp_path, {"state.json": state("d.arrow"), "d.arrow": whole[:-cut]})
    source = opened(tmp_path)
    found = entries(source)
    assert [entry.id for entry in found[:2]] == ["d.arrow#0", "d.arrow#1"]
    assert found[-1].id == "d.arrow"
    data = [one.data for one in source.fetch(found)]
    assert data[:2] == [RED, RED]
    assert set(data[2:-1]) <= {BLUE}
    assert isinstance(data[-1], Refusal)
    assert data[-1].code == "unreadable"


def test_what_follows_an_end_mark_is_told(tmp_path: Path) -> None:
    twice = arrow([RED]) + arrow([BLUE])
    write(tmp_path, {"state.json": state("d.arrow"), "d.arrow": twice})
    found = fetched(opened(tmp_path))
    assert found["d.arrow#0"] == RED
    assert "behind its end mark" in str(found["d.arrow"])


def test_a_file_whose_columns_have_no_names_in_utf8_is_a_row(tmp_path: Path) -> None:
    broken = arrow([RED]).replace(b"label", b"l\xffbel")
    parts = {"state.json": state("a.arrow", "b.arrow"), "a.arrow": broken, "b.arrow": arrow([RED])}
    assert ids(opened(write(tmp_path, parts))) == ["a.arrow", "b.arrow#0"]


def test_files_that_are_missing_or_empty_are_rows(tmp_path: Path) -> None:
    parts = {"state.json": state("a.arrow", "b.arrow", "c.arrow"), "a.arrow": arrow([RED])}
    write(tmp_path, {**parts, "b.arrow": b""})
    source = opened(tmp_path)
    assert ids(source) == ["a.arrow#0", "b.arrow", "c.arrow"]
    assert isinstance(fetched(source)["c.arrow"], Refusal)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"state.json": b"{"}, "no data set"),
        ({"state.json": b"[]"}, "no data set"),
        ({"dataset_dict.json": DICTIONARY}, "train/state.json"),
        ({"state.json": state("../x.arrow")}, "cannot be in it"),
        ({"state.json": state("d.arrow", _indices_data_files=[1])}, "flatten_indices"),
        ({"state.json": state()}, "no huggingface table"),
    ],
)
def test_data_sets_that_are_none_are_told(
    files: dict[str, bytes], said: str, tmp_path: Path
) -> None:
    source = opened(write(tmp_path, files))
    with pytest.raises(UsageError, match=said):
        list(source.listing())


@pytest.mark.parametrize("first", [arrow([]), arrow([RED * 50])[:900]], ids=["no rows", "cut off"])
def test_what_stands_in_columns_is_looked_for_behind_a_file_without_a_row(
    first: bytes, tmp_path: Path
) -> None:
    tables = {"a.arrow": first, "b.arrow": arrow([BLUE])}
    unlike = {name: data.replace(b"image", b"scene") for name, data in tables.items()}
    parts = {"state.json": state("a.arrow", "b.arrow"), **unlike}
    found = fetched(opened(write(tmp_path, parts)))
    assert found.pop("b.arrow#0") == BLUE
    assert all(isinstance(lost, Refusal) for lost in found.values())
