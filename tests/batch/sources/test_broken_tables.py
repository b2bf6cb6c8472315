from __future__ import annotations

import os
from pathlib import Path

import pytest

from cluejudge.batch.arrow import pa
from cluejudge.batch.entries import Refusal
from cluejudge.errors import UsageError
from tests.batch.sources.making import (
    BLUE,
    RED,
    carried,
    codes,
    entries,
    fetched,
    opened,
    parquet,
    write,
)


def test_a_broken_row_group_loses_its_rows_only(tmp_path: Path) -> None:
    images = [bytes([97 + number]) * 200 for number in range(6)]
    data = bytearray(
        parquet(
            {"image": images, "n": list(range(6))},
            rows=2,
            compression="none",
            use_dictionary=False,
            write_page_checksum=True,
            write_statistics=False,
        )
    )
    at = data.index(images[2])
    data[at] ^= 1
    write(tmp_path, {"t.parquet": bytes(data)})
    source = opened(tmp_path / "t.parquet", image="image", carry=["n"])
    found = list(fetched(source).values())
    assert found[:2] + found[4:] == images[:2] + images[4:]
    for refusal in found[2:4]:
        assert isinstance(refusal, Refusal)
        assert refusal.code == "unreadable"
    assert carried(source) == {"n": list(range(6))}


def test_rows_whose_listed_columns_are_broken_are_still_rows(tmp_path: Path) -> None:
    data = bytearray(
        parquet(
            {"image": [RED] * 4, "key": ["k0", "k1", "marked", "k3"]},
            rows=2,
            compression="none",
            use_dictionary=False,
            write_page_checksum=True,
            write_statistics=False,
        )
    )
    data[data.index(b"marked")] ^= 1
    write(tmp_path, {"t.parquet": bytes(data)})
    source = opened(tmp_path / "t.parquet", image="image", id="key", carry=["copy=key"])
    assert list(fetched(source)) == ["k0", "k1", "t.parquet#2", "t.parquet#3"]
    assert carried(source) == {"copy": ["k0", "k1", None, None]}
    assert codes(source) == {}


def test_a_table_that_cannot_be_listed_is_one_row(tmp_path: Path) -> None:
    good = parquet({"image": [RED]})
    write(
        tmp_path,
        {
            "0.parquet": b"none at all",
            "1.parquet": good,
            "2.parquet": good[:-20],
            "3.parquet": b"",
            "4.parquet": parquet({"other": [1]}),
            "5.parquet": parquet({"image": [5]}),
        },
    )
    source = opened(tmp_path)
    assert list(fetched(source)) == [
        *("0.parquet", "1.parquet#0", "2.parquet", "3.parquet", "4.parquet", "5.parquet")
    ]
    assert set(codes(source)) == {f"{number}.parquet" for number in (0, 2, 3, 4, 5)}
    assert "no column image" in str(fetched(source)["4.parquet"])


def test_a_footer_that_contradicts_itself_is_told(tmp_path: Path) -> None:
    data = parquet({"image": [RED] * 6}, rows=2)
    all_rows = b"\x16\x0c\x19"  # 6, before the list of row groups
    assert data.count(all_rows) == 1
    write(tmp_path, {"0.parquet": data, "1.parquet": data.replace(all_rows, b"\x16\x08\x19")})
    assert codes(opened(tmp_path)) == {"1.parquet": "unreadable"}


def test_a_table_that_changes_after_its_listing_is_not_taken_for_the_old_one(
    tmp_path: Path,
) -> None:
    write(tmp_path, {"t.parquet": parquet({"image": [RED, BLUE]})})
    source = opened(tmp_path / "t.parquet")
    before = entries(source)
    write(tmp_path, {"t.parquet": parquet({"image": [BLUE, RED, RED]})})
    for one in source.fetch(before):
        assert isinstance(one.data, Refusal)
        assert "changed since it was listed" in one.data.reason


def test_nothing_that_can_be_read_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, {"t.parquet": b"none"})
    with pytest.raises(UsageError, match="nothing of"):
        list(opened(tmp_path / "t.parquet").listing())


def test_texts_that_are_not_utf8_lose_nothing(tmp_path: Path) -> None:
    def as_text(*values: bytes) -> pa.Array:
        raw = pa.array(values, pa.binary())
        return pa.Array.from_buffers(pa.string(), len(raw), raw.buffers())

    table = {"path": as_text(b"\xff.png", b"b.png"), "said": as_text(b"x", b"\xfe")}
    write(tmp_path, {"t.parquet": parquet(table)})
    source = opened(tmp_path / "t.parquet", id="said", carry=["said", "path"])
    assert fetched(source) == {
        "x": tmp_path / os.fsdecode(b"\xff.png"),
        "\\udcfe": tmp_path / "b.png",
    }
    assert carried(source) == {"said": ["x", "\\udcfe"], "path": ["\\udcff.png", "b.png"]}


def test_a_path_in_a_struct_that_is_not_utf8_is_refused_alone(tmp_path: Path) -> None:
    raw = pa.array([b"\xff.png", b"b.png"], pa.binary())
    paths = pa.Array.from_buffers(pa.string(), 2, raw.buffers())
    image = pa.StructArray.from_arrays(
        [pa.array([None, RED], pa.binary()), paths], ["bytes", "path"]
    )
    write(tmp_path, {"t.parquet": parquet({"image": image})})
    source = opened(tmp_path / "t.parquet")
    assert codes(source) == {"t.parquet#0": "unreadable"}
    assert fetched(source)["t.parquet#1"] == RED
    with pytest.raises(UsageError, match="UTF-8"):
        carried(opened(tmp_path / "t.parquet", image="image", carry=["image"]))
