from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from PIL import Image

from cluejudge.batch.plan import InputFormat
from cluejudge.cli import exits
from cluejudge.cli.batch import FORMATS
from cluejudge.cli.main import run

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def batch(folder: Path, constitution: Path, tmp_path: Path) -> list[str]:
    """The command over a folder with one picture of each outcome, by the fake model."""
    rules = ["--constitution", str(constitution), "--workers", "1"]
    return ["batch", str(folder), str(tmp_path / "out"), "--model", "fake", *rules]


def rows(out: Path) -> list[dict[str, Any]]:
    parts = sorted(out.glob("part-*.parquet"))
    return [row for part in parts for row in pq.read_table(part).to_pylist()]


def outcomes(out: Path) -> dict[str, str]:
    return {row["id"]: row["error_code"] or row["outcome"] for row in rows(out)}


def test_a_folder_is_judged(batch: list[str], tmp_path: Path, capsys: Captured) -> None:
    assert run(batch) == exits.FAILED
    out, err = capsys.readouterr()
    assert "4 images: 1 unsafe, 1 abstain, 1 error, 1 safe" in out
    assert "truncated" in out
    assert f"Contact sheet: {tmp_path / 'out' / 'contact.html'}" in err
    assert "Passed over: 1 file is no image, or hidden\n" in err  # notes.txt
    assert outcomes(tmp_path / "out") == {
        "abstain.png": "abstain",
        "error.png": "truncated",
        "safe.png": "safe",
        "unsafe.png": "unsafe",
    }


def test_json_is_the_summary(batch: list[str], tmp_path: Path, capsys: Captured) -> None:
    run([*batch, "--json"])
    out, _ = capsys.readouterr()
    assert json.loads(out) == json.loads((tmp_path / "out" / "summary.json").read_text())


def test_again_there_is_nothing_to_judge(batch: list[str], capsys: Captured) -> None:
    run(batch)
    first = capsys.readouterr().out
    assert run(batch) == exits.FAILED
    out, err = capsys.readouterr()
    assert out == first
    assert "There was nothing to judge: all images are judged." in err


def test_every_format_can_be_named() -> None:
    assert tuple(InputFormat) == FORMATS


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--fail-on", "unsafe"], exits.FOUND),
        (["--fail-on", "abstain"], exits.FOUND),
        (["--set", "method.relevance=off"], exits.FAILED),
    ],
)
def test_exit_codes(batch: list[str], options: list[str], code: int, capsys: Captured) -> None:
    assert run([*batch, *options]) == code


def test_all_judged_is_0(batch: list[str], folder: Path, capsys: Captured) -> None:
    (folder / "error.png").unlink()
    assert run(batch) == exits.OK


def test_too_many_errors(batch: list[str], folder: Path, tmp_path: Path, capsys: Captured) -> None:
    for number in range(100):
        (folder / f"{number:03}.png").write_bytes(b"\x89PNG\r\n\x1a\n%d" % number)
    assert run([*batch, "--max-error-rate", "0.5"]) == exits.FAILED
    err = capsys.readouterr().err
    assert "images are errors, more than 0.5 of them" in err
    assert "of 104 judged; a run into the same folder goes on from there" in err
    assert run(batch) == exits.FAILED
    assert len(rows(tmp_path / "out")) == 104


def test_errors_are_judged_anew(batch: list[str], tmp_path: Path, capsys: Captured) -> None:
    run(batch)
    assert run([*batch, "--retry-errors"]) == exits.FAILED
    assert "nothing to judge" not in capsys.readouterr().err.splitlines()[-1]
    assert outcomes(tmp_path / "out")["error.png"] == "truncated"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--model", "fkae"], "there is no model 'fkae'"),
        (["--set", "prior_hihg=1"], "prior_high"),
        (["--shards", "0"], "--shards"),
        (["--max-error-rate", "2"], "--max-error-rate"),
        (["--max-error-rate", "nan"], "nan is no finite number"),
        (["--every", "inf"], "inf is no finite number"),
        (["--storage", "secret"], "--storage"),
        (["--format", "zip"], "--format"),
        (["--actors", "2"], "--actors is for Ray"),
        (["--first", "no-student"], "no student"),
        (["--constitution", "platfrom"], "did you mean 'platform'"),
        (["--carry", "label"], "label"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_written(
    batch: list[str], options: list[str], said: str, tmp_path: Path, capsys: Captured
) -> None:
    assert run([*batch, *options]) == exits.USAGE
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_another_run_in_the_folder_is_refused(
    batch: list[str], tmp_path: Path, capsys: Captured
) -> None:
    run(batch)
    before = rows(tmp_path / "out")
    assert run([*batch, "--set", "prior_high=0.5"]) == exits.USAGE
    assert "prior_high was 0.8, now 0.5" in capsys.readouterr().err
    assert run([*batch, "--every", "2"]) == exits.USAGE
    assert rows(tmp_path / "out") == before


def test_all_kinds_of_bad_input_are_rows(
    batch: list[str], folder: Path, tmp_path: Path, capsys: Captured
) -> None:
    good = (folder / "safe.png").read_bytes()
    (folder / "zero.jpg").touch()
    (folder / "renamed.jpg").write_bytes(good)
    (folder / "text.png").write_text("no picture at all")
    (folder / "again.png").write_bytes(good)
    (folder / "corrupt.png").write_bytes(good[:40] + bytes(8) + good[48:])
    (folder / "link.png").symlink_to(folder / "nowhere.png")
    Image.new("RGB", (3000, 3000), "red").save(folder / "huge.png")
    colours = [Image.new("RGB", (30, 30), colour) for colour in ("red", "green", "blue")]
    moving = folder / "moving.gif"
    colours[0].save(moving, save_all=True, append_images=colours[1:], duration=500, loop=0)
    assert run([*batch, "--set", "max_pixels=1000000"]) == exits.FAILED
    found = outcomes(tmp_path / "out")
    assert {name: found[name] for name in found if name[:4] not in ("abst", "erro", "unsa")} == {
        "zero.jpg": "empty",
        "renamed.jpg": "safe",
        "text.png": "unknown_type",
        "again.png": "safe",
        "safe.png": "safe",
        "corrupt.png": "corrupt",
        "link.png": "missing",
        "huge.png": "too_many_pixels",
        "moving.gif": found["moving.gif"],
    }
    moved = next(row for row in rows(tmp_path / "out") if row["id"] == "moving.gif")
    assert [view["spans"] for view in moved["views"]] == [
        [{"start": start, "end": start + 0.5}] for start in (0.0, 0.5, 1.0)
    ]
    same = ("safe.png", "again.png", "renamed.jpg")
    copies = [row | {"id": ""} for row in rows(tmp_path / "out") if row["id"] in same]
    assert copies == [copies[0]] * 3
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["duplicates"] == 2
    assert list(summary["errors"]["too_many_pixels"]["examples"]) == ["huge.png"]


def test_columns_of_parquet_are_carried_over(
    batch: list[str], folder: Path, tmp_path: Path, capsys: Captured
) -> None:
    import pyarrow as pa

    files = sorted(folder.glob("*.png"))
    table = pa.table(
        {
            "picture": [path.read_bytes() for path in files],
            "name": [path.stem for path in files],
            "weight": [0.5, 1.5, 2.5, 3.5],
        }
    )
    pq.write_table(table, tmp_path / "in.parquet")
    told = ["--image-column", "picture", "--id-column", "name", "--carry", "heavy=weight"]
    assert run(["batch", str(tmp_path / "in.parquet"), *batch[2:], *told]) == exits.FAILED
    assert [(row["id"], row["outcome"], row["heavy"]) for row in rows(tmp_path / "out")] == [
        ("abstain", "abstain", 0.5),
        ("error", "error", 1.5),
        ("safe", "safe", 2.5),
        ("unsafe", "unsafe", 3.5),
    ]
