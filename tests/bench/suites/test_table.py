from __future__ import annotations

import base64
import csv
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cluejudge.bench.samples import Sample
from cluejudge.bench.suites.registry import load_suite
from cluejudge.errors import CluejudgeWarning, ImageError, MissingExtraError, UsageError
from tests.bench.suites.files import png, write_csv, write_jsonl, write_parquet


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(png())
    return tmp_path


def samples(spec: str) -> tuple[Sample, ...]:
    return tuple(load_suite(spec).samples(limit=None, seed=0))


def test_csv_with_paths_and_other_columns(folder: Path) -> None:
    rows = [["file_name", "Unsafe", "style"], ["a.png", "1", "photo"], ["b.png", "safe", ""]]
    one, other = samples(f"table:{write_csv(folder / 'labels.csv', rows)}")
    assert (one.id, one.truth.unsafe, one.truth.violated) == ("a.png", True, None)
    assert (other.id, other.truth.unsafe) == ("b.png", False)
    assert one.tags == {"style": "photo"}
    assert other.tags == {}
    assert one.read() == png()


def test_rules_and_both_labels(folder: Path) -> None:
    rows = [
        ["image", "unsafe", "violated", "id"],
        ["a.png", "true", "gore;burning", "x"],
        ["b.png", "false", "", "y"],
        ["a.png", "true", "", "z"],
    ]
    suite = load_suite(f"table:{write_csv(folder / 'labels.csv', rows)}")
    x, y, z = suite.samples(limit=None, seed=0)
    assert x.truth.violated == frozenset({"gore", "burning"})
    assert y.truth.violated == frozenset()
    assert z.truth.unsafe
    assert z.truth.violated is None
    assert suite.card["columns"] == "image image, unsafe unsafe, rules violated, id id"
    assert (suite.card["samples"], suite.card["unsafe"]) == ("3", "2")


def test_rules_alone_say_what_is_unsafe(folder: Path) -> None:
    path = write_jsonl(
        folder / "l.jsonl",
        [{"image": "a.png", "rules": ["gore"]}, {"image": "b.png", "rules": []}],
    )
    assert [one.truth.unsafe for one in samples(f"table:{path}")] == [True, False]


def test_a_row_without_the_one_label_is_not_safe(folder: Path) -> None:
    rows: list[dict[str, object]] = [{"image": "a.png", "rules": ["gore"]}, {"image": "b.png"}]
    with pytest.raises(UsageError, match=r"line 2: no label: it lacks rules"):
        samples(f"table:{write_jsonl(folder / 'l.jsonl', rows)}")


def test_a_column_that_is_empty_is_a_column(folder: Path) -> None:
    path = write_csv(folder / "t.csv", [["image", " violated"], ["a.png", ""], ["b.png", " "]])
    assert [one.truth.violated for one in samples(f"table:{path}")] == [frozenset()] * 2


def test_columns_may_be_named(folder: Path) -> None:
    rows = [["picture", "bad", "label"], ["a.png", "yes", "x"], ["b.png", "no", "y"]]
    path = write_csv(folder / "t.csv", rows)
    one, _ = samples(f"table:{path}?image=picture&unsafe=bad")
    assert one.truth.unsafe
    assert one.tags == {"label": "x"}


def test_bytes_and_structs_in_parquet_are_read_when_asked_for(folder: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"image": {"bytes": png(colour), "path": f"{n}.png"}, "label": n % 2, "note": None}
        for n, colour in enumerate(["red", "green", "blue", "white", "black"])
    ]
    path = write_parquet(folder / "t.parquet", rows, row_group_size=2)
    found = samples(f"table:{path}")
    assert [one.id for one in found] == [f"row-{n}" for n in range(1, 6)]
    assert [one.truth.unsafe for one in found] == [False, True, False, True, False]
    read = [one.read() for one in reversed(found)]
    assert read == [row["image"]["bytes"] for row in reversed(rows)]
    plain = write_parquet(folder / "p.parquet", [{"image": png(), "unsafe": True}])
    assert samples(f"table:{plain}")[0].read() == png()


def test_an_image_that_parquet_lacks_is_an_error_of_its_sample(folder: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"image": png(), "unsafe": True},
        {"image": None, "unsafe": True},
    ]
    _, lacking = samples(f"table:{write_parquet(folder / 't.parquet', rows)}")
    with pytest.raises(ImageError, match="no image"):
        lacking.read()


def test_base64_in_json_lines(folder: Path) -> None:
    rows = [{"image": base64.b64encode(png()).decode(), "unsafe": False}]
    (one,) = samples(f"table:{write_jsonl(folder / 't.jsonl', rows)}")
    assert one.read() == png()
    assert one.id == "line-1"


def test_an_image_that_stands_twice_has_two_ids(folder: Path) -> None:
    rows = [["image", "unsafe"], ["a.png", "1"], ["a.png", "0"], ["a.png", "1"]]
    path = write_csv(folder / "t.csv", rows)
    with pytest.warns(CluejudgeWarning, match=r"t\.csv: 1 image has several rows, such as a\.png"):
        found = samples(f"table:{path}")
    assert [one.id for one in found] == ["a.png", "a.png#2", "a.png#3"]


def test_all_bad_rows_are_told_with_their_lines(folder: Path) -> None:
    rows = [
        ["image", "unsafe", "violated", "id"],
        ["a.png", "perhaps", "", "1"],
        ["", "1", "", "2"],
        ["a.png", "0", "gore", "3"],
        ["b.png", "1", "Bad Id", "4"],
        ["https://example.org/a.png", "1", "", "5"],
        ["a.png", "1", "", "6"],
        ["b.png", "1", "", "6"],
        ["b.png", "1", "", ""],
    ]
    with pytest.raises(UsageError) as caught:
        samples(f"table:{write_csv(folder / 't.csv', rows)}")
    told = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in told[1:]] == [
        *("line 2", "line 3", "line 4", "line 5", "line 6", "line 8", "line 9")
    ]
    assert "it is called safe, and violates gore" in told[3]
    assert "the id '6' is that of line 7, too" in told[6]


def test_many_bad_rows_are_counted(folder: Path) -> None:
    rows = [["image", "unsafe"], *([["a.png", "?"]] * 25)]
    with pytest.raises(UsageError, match="and 15 more"):
        samples(f"table:{write_csv(folder / 't.csv', rows)}")


def test_lines_are_counted_through_cells_of_several_lines(folder: Path) -> None:
    path = folder / "t.csv"
    path.write_text('image,unsafe,note\na.png,1,"one\ntwo"\n\nb.png,perhaps,x\n')
    with pytest.raises(UsageError, match="line 5: the label 'perhaps'"):
        samples(f"table:{path}")


def test_files_that_are_not_there_are_told_and_stay(folder: Path) -> None:
    path = write_csv(folder / "t.csv", [["image", "unsafe"], ["a.png", "1"], ["gone.png", "1"]])
    with pytest.warns(CluejudgeWarning, match=r"1 of 2 images are not there.*\nline 3: "):
        _, gone = samples(f"table:{path}")
    with pytest.raises(ImageError) as caught:
        gone.read()
    assert caught.value.code == "missing"


def test_a_table_with_no_image_there_is_refused(folder: Path) -> None:
    path = write_csv(folder / "t.csv", [["image", "unsafe"], ["gone.png", "1"]])
    with pytest.raises(UsageError, match="none of the images"):
        samples(f"table:{path}")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("t.csv", "a,b\n1,2\n", "no column that is known as a label; it has: a, b"),
        ("t.csv", "unsafe,b\n1,2\n", "no column that is known as the image"),
        ("t.csv", "image,image\n1,2\n", "the column 'image' twice"),
        ("t.csv", "image,\n1,2\n", "a column without a name"),
        ("t.csv", "image,unsafe\na.png\n", "line 2: 1 cells under 2 columns"),
        ("t.csv", "image,unsafe\n", "holds no row"),
        ("t.csv", 'image,unsafe\n"a.png,1\n', "is no CSV: unexpected end"),
        ("t.csv", "image,unsafe\n" + "A" * 200_000 + ",1\n", "fit into JSON lines or parquet"),
        ("t.jsonl", '{"image": \n', "line 1: this is no JSON"),
        ("t.jsonl", "[1]\n", "line 1: this is no object"),
        ("t.json", "{}", "no list of rows"),
        ("t.txt", "x", "is no table"),
        ("t.parquet", "x", "cannot be read"),
    ],
)
def test_other_shapes_are_refused(folder: Path, name: str, content: str, told: str) -> None:
    (folder / name).write_text(content)
    with pytest.raises(UsageError, match=told):
        load_suite(f"table:{folder / name}")


def test_a_text_that_is_not_utf8(folder: Path) -> None:
    (folder / "t.csv").write_bytes(b"image,unsafe\n\xff,1\n")
    with pytest.raises(UsageError, match="UTF-8"):
        load_suite(f"table:{folder / 't.csv'}")


def test_a_column_that_is_not_there(folder: Path) -> None:
    path = write_csv(folder / "t.csv", [["image", "unsafe"], ["a.png", "1"]])
    with pytest.raises(UsageError, match="no column 'nsfw'"):
        load_suite(f"table:{path}?unsafe=nsfw")


@pytest.mark.parametrize("spec", ["table", "table:nowhere.csv"])
def test_no_file(spec: str) -> None:
    with pytest.raises(UsageError, match="no file"):
        load_suite(spec)


def test_the_shards_of_a_split(folder: Path) -> None:
    for shard in range(2):
        write_parquet(folder / f"data/test-{shard}.parquet", [{"image": png(), "unsafe": True}])
    write_parquet(folder / "data/train-0.parquet", [{"image": png(), "unsafe": False}])
    found = samples(f"table:{folder}?split=test")
    assert [one.id for one in found] == ["test-0.parquet/row-1", "test-1.parquet/row-1"]
    with pytest.raises(UsageError, match=r"of the split 'dev'.*test-0\.parquet"):
        load_suite(f"table:{folder}?split=dev")


def test_parquet_without_its_library(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_parquet(folder / "t.parquet", [{"image": png(), "unsafe": True}])
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"cluejudge\[bench\]"):
        load_suite(f"table:{path}")


IDS = st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,8}", fullmatch=True)
LABELS = st.lists(st.tuples(st.booleans(), st.frozensets(IDS, max_size=3)), min_size=1, max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(labels=LABELS, kind=st.sampled_from(["csv", "jsonl", "parquet"]))
def test_labels_survive_every_kind_of_file(
    folder: Path, labels: list[tuple[bool, frozenset[str]]], kind: str
) -> None:
    path = folder / f"labels.{kind}"
    rows = [
        {"id": n, "image": "a.png", "unsafe": unsafe, "rules": sorted(ids) if unsafe else []}
        for n, (unsafe, ids) in enumerate(labels)
    ]
    if kind == "parquet":
        write_parquet(path, rows)
    elif kind == "jsonl":
        write_jsonl(path, rows)
    else:
        with path.open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["id", "image", "unsafe", "rules"])
            writer.writerows([*list(row.values())[:3], json.dumps(row["rules"])] for row in rows)
    found = samples(f"table:{path}")
    for (unsafe, ids), one in zip(labels, found, strict=True):
        assert one.truth.unsafe is unsafe
        expected = (ids or None) if unsafe else frozenset()
        assert one.truth.violated == expected


@given(limit=st.integers(1, 8), seed=st.integers(0, 5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_a_part_is_in_the_order_of_the_whole(folder: Path, limit: int, seed: int) -> None:
    rows = [["id", "image", "unsafe"], *([str(n), "a.png", "1"] for n in range(6))]
    suite = load_suite(f"table:{write_csv(folder / 't.csv', rows)}")
    whole = [one.id for one in suite.samples(limit=None, seed=0)]
    part = [one.id for one in suite.samples(limit=limit, seed=seed)]
    assert len(part) == min(limit, 6)
    assert part == [one for one in whole if one in part]
