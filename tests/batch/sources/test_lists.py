from __future__ import annotations

import os
from pathlib import Path

import pytest

from cluejudge.batch.arrow import pa
from cluejudge.batch.entries import Remote
from cluejudge.errors import UsageError
from tests.batch.sources.making import RED, carried, codes, entries, fetched, ids, opened, write


def test_a_text_is_a_path_or_url_a_line(tmp_path: Path) -> None:
    write(tmp_path, {"in/a b.png": RED})
    (tmp_path / "in" / "list.txt").write_bytes(
        b"\xef\xbb\xbfa b.png\r\n\n/abs/c.png\nhttps://example.org/d.png?e=1\nfile:///f%20g.png\n"
    )
    source = opened(tmp_path / "in" / "list.txt")
    assert fetched(source) == {
        "a b.png": tmp_path / "in" / "a b.png",
        "/abs/c.png": Path("/abs/c.png"),
        "https://example.org/d.png?e=1": Remote("https://example.org/d.png?e=1", {}),
        "file:///f%20g.png": Path("/f g.png"),
    }
    assert [bool(entry.stamp) for entry in entries(source)] == [True, False, False, False]


def test_names_that_are_not_utf8_stay_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_bytes(b"\xff.png\n")
    assert fetched(opened(tmp_path / "list.txt")) == {
        "\\udcff.png": tmp_path / os.fsdecode(b"\xff.png")
    }


def test_a_table_has_columns_for_all_that_is_to_be_said(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        'key,file,caption\n1,a.png,"two\nlines, and more"\n2,b.png,\n,c.png,x\n'
    )
    source = opened(tmp_path / "list.csv", id="key", carry=["text=caption", "file"])
    assert ids(source) == ["1", "2", "c.png"]
    assert carried(source) == {
        "text": ["two\nlines, and more", None, "x"],
        "file": ["a.png", "b.png", "c.png"],
    }
    assert source.columns.field("text").type == pa.string()
    assert source.card["id column"] == "key"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("l.csv", "path;n\na.png;1\n"),
        ("l.csv", "\n\r\npath;n\na.png;1\n"),
        ("l.tsv", "path\tn\na.png\t1\n"),
        ("l.csv", "n, path\n1, a.png\n"),
    ],
)
def test_what_separates_columns_is_found(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    source = opened(tmp_path / name, carry=["*"])
    assert ids(source) == ["a.png"]
    assert carried(source) == {"n": ["1"]}


def test_lines_that_cannot_be_read_are_rows(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("file,n\na.png,1\nb.png\n,2\n")
    assert codes(opened(tmp_path / "l.csv")) == {"l.csv:3": "unreadable", "l.csv:4": "missing"}
    (tmp_path / "l.jsonl").write_text('{"file": "a.png"}\n{"file": \n[1]\n{"file": 5}\n{}\n')
    assert codes(opened(tmp_path / "l.jsonl")) == {
        "l.jsonl:2": "unreadable",
        "l.jsonl:3": "unreadable",
        "l.jsonl:4": "missing",
        "l.jsonl:5": "missing",
    }


def test_json_lines_keep_their_types(tmp_path: Path) -> None:
    (tmp_path / "l.jsonl").write_text(
        '{"f": "a.png", "i": 1, "x": 1, "b": true, "s": "é", "o": {"k": [1]}, "m": 1}\n'
        '{"f": "b.png", "i": 2, "x": 0.5, "b": null, "s": "t", "o": null, "m": "two"}\n'
        '{"f": "c.png", "late": 7}\n'
    )
    source = opened(tmp_path / "l.jsonl", carry=["*"])
    types = {field.name: field.type for field in source.columns}
    assert types == {
        "i": pa.int64(),
        "x": pa.float64(),
        "b": pa.bool_(),
        "s": pa.string(),
        "o": pa.string(),
        "m": pa.string(),
        "late": pa.int64(),
    }
    assert carried(source)["o"] == ['{"k": [1]}', None, None]
    assert carried(source)["m"] == ["1", "two", None]
    assert carried(source)["late"] == [None, None, 7]


def test_json_lines_may_be_paths_alone(tmp_path: Path) -> None:
    (tmp_path / "l.jsonl").write_text('"a.png"\n"b"\n')
    assert ids(opened(tmp_path / "l.jsonl")) == ["a.png", "b"]


def test_a_table_of_one_column_needs_no_name_for_it(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("a.png\nb.png\n")
    assert ids(opened(tmp_path / "l.csv")) == ["a.png", "b.png"]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("l.csv", b"a.png,x\nb.png,y\n", "no line with the names"),
        ("l.csv", b"path,path\na.png,b\n", "twice"),
        ("l.csv", b"path,\na.png,b\n", "without a name"),
        ("l.csv", b'path,n\na.png,"open\n', "line 2"),
        ("l.csv", b"front,back\na.png,b.png\n", "several columns of images"),
        ("l.csv", b"one,two\nx,y\n", "no column that looks like images"),
        ("l.txt", "a.png\n".encode("utf-16"), "UTF-8"),
        ("l.txt", b"\n", "names no image"),
        ("l.csv", b"path,n\n", "names no image"),
        ("l.jsonl", b"{\n", "names no image: this is no JSON"),
    ],
)
def test_lists_that_are_none_are_told(name: str, data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError, match=said):
        ids(opened(tmp_path / name))


def test_columns_that_are_not_there_are_told_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("file,n\na.png,1\n")
    for given in ({"carry": ["m"]}, {"image": "m"}, {"id": "m"}, {"carry": ["x=m"]}):
        with pytest.raises(UsageError, match=r"no column `m` \(it has: file, n\)"):
            ids(opened(tmp_path / "l.csv", **given))
