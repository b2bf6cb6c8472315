from __future__ import annotations

import datetime
import io
from pathlib import Path

import pytest

from cluejudge.batch.arrow import pa, pq
from cluejudge.batch.entries import Refusal, Remote
from cluejudge.batch.manifest import Manifest, digest_of
from cluejudge.batch.plan import InputFormat
from cluejudge.batch.sources.pieces import FETCH_ROWS
from cluejudge.errors import UsageError
from tests.batch.sources.making import (
    BLUE,
    RED,
    carried,
    entries,
    fetched,
    ids,
    opened,
    parquet,
    png,
    write,
)


def structs(*images: bytes | None) -> pa.Array:
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    return pa.array(
        [None if one is None else {"bytes": one, "path": "x.png"} for one in images], kind
    )


def binary(kind: pa.DataType) -> pa.Array:
    return pa.array([RED, BLUE], kind)


@pytest.mark.parametrize(
    "column",
    [
        structs(RED, BLUE),
        *map(binary, (pa.binary(), pa.large_binary(), pa.binary_view())),
        binary(pa.binary()).dictionary_encode(),
    ],
    ids=lambda column: str(column.type),
)
def test_bytes_come_in_all_the_ways_they_are_kept(column: pa.Array, tmp_path: Path) -> None:
    write(tmp_path, {"t.parquet": parquet({"what": column, "n": [1, 2]})})
    assert fetched(opened(tmp_path / "t.parquet")) == {"t.parquet#0": RED, "t.parquet#1": BLUE}


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())], ids=str
)
def test_paths_are_relative_to_the_folder_of_the_table(kind: pa.DataType, tmp_path: Path) -> None:
    cells = pa.array(["a.png", "/b.png", "https://example.org/c.png", None, " "], pa.string())
    write(tmp_path, {"in/t.parquet": parquet({"p": cells.cast(kind)}), "in/a.png": RED})
    source = opened(tmp_path, InputFormat.PARQUET)
    assert fetched(source) == {
        "in/t.parquet#0": tmp_path / "in" / "a.png",
        "in/t.parquet#1": Path("/b.png"),
        "in/t.parquet#2": Remote("https://example.org/c.png", {}),
        "in/t.parquet#3": Refusal("missing", "the row names no image"),
        "in/t.parquet#4": Refusal("missing", "the row names no image"),
    }
    assert [bool(entry.stamp) for entry in entries(source)] == [True, False, False, True, True]


def test_a_struct_without_bytes_is_its_path(tmp_path: Path) -> None:
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    cells = [{"bytes": None, "path": "a.png"}, {"bytes": b"", "path": "a.png"}, None]
    write(tmp_path, {"t.parquet": parquet({"image": pa.array(cells, kind)})})
    assert list(fetched(opened(tmp_path / "t.parquet")).values()) == [
        tmp_path / "a.png",
        b"",
        Refusal("missing", "the row names no image"),
    ]


def test_ids_and_carried_columns_are_what_they_were(tmp_path: Path) -> None:
    when = datetime.datetime(2025, 1, 2, 3, 4, 5, 6, tzinfo=datetime.UTC)
    more = {
        "key": pa.array([7, None], pa.int64()),
        "when": pa.array([when, None], pa.timestamp("ns", "UTC")),
        "tags": pa.array([["a"], []], pa.list_(pa.string())),
        "word": pa.array(["x", "y"]).dictionary_encode(),
        "half": pa.array([0.5, 1], pa.float32()),
    }
    write(tmp_path, {"t.parquet": parquet({"image": structs(RED, BLUE), **more})})
    source = opened(tmp_path / "t.parquet", id="key", carry=["*"])
    assert ids(source) == ["7", "t.parquet#1"]
    names = ["when", "tags", "word", "half"]
    assert {field.name: field.type for field in source.columns} == {
        name: more[name].type for name in names
    }
    assert carried(source) == {name: more[name].to_pylist() for name in names}


def test_a_folder_is_all_its_tables_in_order(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "b/t.parquet": parquet({"image": [BLUE]}),
            "a.parquet": parquet({"image": [RED, RED]}),
            "README.md": b"about",
        },
    )
    source = opened(tmp_path)
    assert source.card["kind"] == "parquet"
    assert ids(source) == ["a.parquet#0", "a.parquet#1", "b/t.parquet#0"]
    assert source.passed_over == 1
    assert ids(opened(tmp_path / "**" / "t.parquet")) == ["b/t.parquet#0"]


def test_rows_can_be_fetched_in_any_order_and_in_several_calls(tmp_path: Path) -> None:
    images = [png(f"#{number:06x}") for number in range(3 * FETCH_ROWS)]
    write(tmp_path, {"t.parquet": parquet({"image": images}, rows=20)})
    source = opened(tmp_path / "t.parquet")
    every = entries(source)

    def get(*rows: int) -> list[object]:
        return [one.data for one in source.fetch([every[row] for row in rows])]

    assert get(5, 6, 40, 41) == [images[row] for row in (5, 6, 40, 41)]
    assert get(42, 2, 2, 47) == [images[row] for row in (42, 2, 2, 47)]
    first = source.fetch([every[0], every[47]])
    assert next(first).data == images[0]
    assert get(*range(48)) == images
    assert next(first).data == images[47]


def test_dates_that_python_does_not_know_are_carried_over(tmp_path: Path) -> None:
    far = pa.array([2**30, 1], pa.int32()).view(pa.date32())
    deep = pa.ListArray.from_arrays([0, 1, 2], far)
    write(tmp_path, {"t.parquet": parquet({"image": [RED, BLUE], "far": far, "deep": deep})})
    source = opened(tmp_path / "t.parquet", carry=["far", "deep"])
    found = Manifest.write(tmp_path / "inputs", source)
    assert found.carried(0).column("far").chunk(0).equals(far)
    assert found.carried(0).column("deep").chunk(0).equals(deep)
    assert digest_of(source) == found.digest
    write(tmp_path, {"t.parquet": parquet({"image": [RED, BLUE], "far": far[::-1], "deep": deep})})
    assert any("changed" in one for one in found.differences(source))


@pytest.mark.parametrize(
    ("columns", "given", "said"),
    [
        ({"a": [RED], "b": [RED]}, {}, r"several columns of images: `a`, `b` .*there are: a, b"),
        ({"a": ["x.png"], "b": ["y.jpg"]}, {}, "several columns of images"),
        ({"a": [1], "b": ["text"]}, {}, "no column that looks like images"),
        ({"a": [1]}, {"image": "a"}, "`a` of t.parquet cannot hold images"),
        ({"a": [RED]}, {"image": "b"}, r"no column `b` \(it has: a\)"),
        ({"a": [RED]}, {"id": "b"}, r"no column `b`"),
        ({"a": [RED], "id": [1]}, {"carry": ["id"]}, "input_id=id"),
    ],
)
def test_columns_that_cannot_be_are_told(
    columns: dict[str, object], given: dict[str, str], said: str, tmp_path: Path
) -> None:
    write(tmp_path, {"t.parquet": parquet(columns)})
    source = opened(tmp_path / "t.parquet", **given)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=said):
        _ = source.columns


def test_carried_columns_have_one_type(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "0.parquet": parquet({"image": [RED], "n": pa.array([1], pa.int64())}),
            "1.parquet": parquet({"image": [RED], "n": pa.array([2], pa.int32())}),
            "2.parquet": parquet({"image": [RED], "n": pa.array([None], pa.null())}),
        },
    )
    assert carried(opened(tmp_path, carry=["n"])) == {"n": [1, 2, None]}
    write(tmp_path, {"3.parquet": parquet({"image": [RED], "n": ["three"]})})
    with pytest.raises(UsageError, match=r"`n` in 3\.parquet, of type string"):
        carried(opened(tmp_path, carry=["n"]))
    write(tmp_path, {"3.parquet": parquet({"image": [RED]})})
    with pytest.raises(UsageError, match=r"3\.parquet has no column `n`"):
        carried(opened(tmp_path, carry=["n"]))


def test_columns_with_dots_in_their_names_are_not_taken_for_one_another(tmp_path: Path) -> None:
    table = {"image.b": [BLUE], "image": [RED], "n.m": [1]}
    write(tmp_path, {"t.parquet": parquet(table)})
    source = opened(tmp_path / "t.parquet", image="image", carry=["n.m"])
    assert fetched(source) == {"t.parquet#0": RED}
    assert carried(source) == {"n.m": [1]}
    assert fetched(opened(tmp_path / "t.parquet", image="image.b")) == {"t.parquet#0": BLUE}


def test_columns_that_are_called_alike_are_told(tmp_path: Path) -> None:
    out = io.BytesIO()
    pq.write_table(pa.table([[RED], [BLUE]], names=["image", "image"]), out)
    write(tmp_path, {"t.parquet": out.getvalue()})
    with pytest.raises(UsageError, match="two columns are called image"):
        _ = opened(tmp_path / "t.parquet").columns
