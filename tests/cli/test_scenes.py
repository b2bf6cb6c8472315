import json
from pathlib import Path

import pytest

from cluejudge.cli import exits
from cluejudge.cli.main import run

Captured = pytest.CaptureFixture[str]


def test_scenes_are_written_and_summed_up(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "scenes"
    assert run(["scenes", str(out), "--count", "5", "--seed", "2", "--side", "48"]) == exits.OK
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"Wrote 5 scenes and labels.jsonl to {out}: " in printed.err
    assert "2 violating, 2 borderline, 1 clean" in printed.err
    lines = [json.loads(line) for line in (out / "labels.jsonl").read_text("utf-8").splitlines()]
    assert [line["split"] for line in lines] == ["test"] * 5
    for rule in {rule for line in lines for rule in line["violated"]}:
        assert rule in printed.err


def test_options_reach_the_scenes(tmp_path: Path) -> None:
    options = ["--split", "val", "--style", "openmoji", "--rule", "arson", "--kind", "borderline"]
    assert run(["scenes", str(tmp_path), "--count", "1", *options]) == exits.OK
    label = json.loads((tmp_path / "labels.jsonl").read_text("utf-8"))
    told = [label[key] for key in ("split", "style", "rule", "intent", "violated")]
    assert told == ["val", "openmoji", "arson", "borderline", []]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--style", "openmoji", "--split", "train"], "held-out style"),
        (["--rule", "arsonist"], "did you mean arson?"),
        (["--count", "0"], "x>=1"),
        (["--side", "3"], "give 32 to"),
    ],
)
def test_wrong_usage_writes_nothing(
    options: list[str], said: str, tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "scenes"
    assert run(["scenes", str(out), *options]) == exits.USAGE
    assert said in capsys.readouterr().err
    assert not out.exists()


def test_a_folder_in_use_needs_force(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    make = ["scenes", str(tmp_path), "--count", "1", "--side", "48"]
    assert run(make) == exits.USAGE
    assert "--force" in capsys.readouterr().err
    assert run([*make, "--force"]) == exits.OK
    assert (tmp_path / "notes.txt").exists()
