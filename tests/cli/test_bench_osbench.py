"""The command make-osbench, with a scripted writer and the fake model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cluejudge.bench.suites.osbench import draw
from cluejudge.bench.suites.osbench.draw import Drawer
from cluejudge.claim import Claim
from cluejudge.cli.main import run
from tests.bench.suites.osbench.recipe import SEEDS, Painting, drawer


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "seeds.yaml").write_text(SEEDS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(*arguments: str) -> int:
    return run(["bench", "make-osbench", "--out", "osb", *arguments])


def test_all_stages(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def load_drawer(model: str, *, device: str, steps: int) -> Drawer:
        return drawer(Painting(), name=model, steps=steps)

    monkeypatch.setattr(draw, "load_drawer", load_drawer)
    answer = {
        "prompts": [{"number": 1, "place": "a hall", "prompt": "A blue adult at a fire in a hall"}]
    }
    (folder / "writer.json").write_text(json.dumps({"benchmark": answer}))
    prompts = ("--stage", "prompts", "--seeds", "seeds.yaml", "-w", "fake:writer.json")
    assert make(*prompts, "--variants", "1") == 0
    assert "8 new prompts, 0 were there." in capsys.readouterr().err
    assert make("--stage", "images", "--image-model", "painter", "--steps", "3") == 0
    assert "8 new images, 0 were there." in capsys.readouterr().err
    assert make("--stage", "filter") == 0
    assert "decisions.csv" in capsys.readouterr().out
    assert make("--stage", "filter", "--decisions", "osb/decisions.csv") == 0
    assert "0 kept (0 of them relabelled), 0 dropped, 8 undecided." in capsys.readouterr().err
    assert make("--stage", "filter", "--model", "fake") == 0
    assert "dropped by fake" in capsys.readouterr().err


def test_one_stage_at_a_time(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "osb").mkdir()
    with Claim(folder / "osb"):
        assert make("--stage", "prompts", "--seeds", "seeds.yaml") == 2
    assert "being written into" in capsys.readouterr().err
    assert make("--stage", "prompts", "--seeds", "seeds.yaml") == 0
    assert [path.name for path in (folder / "osb").iterdir()] == ["prompts.jsonl"]


def test_what_is_not_written_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "writer.json").write_text("{}")
    prompts = ("--stage", "prompts", "--seeds", "seeds.yaml", "-w", "fake:writer.json")
    assert make(*prompts, "--variants", "1") == 1
    told = capsys.readouterr().err
    assert "Warning: burnt-violating-1: " in told
    assert "Error: 4 not written; the same command asks again." in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--stage", "prompts", "--model", "fake"], "--model does not go with --stage prompts"),
        (["--stage", "images", "-w", "fake:x"], "--writer does not go with --stage images"),
        (["--stage", "prompts", "--variants", "3"], "name one with --writer"),
        (["--stage", "images"], "name one with --image-model"),
        (["--stage", "images", "--image-model", "x"], "run --stage prompts first"),
        (["--stage", "filter"], "run --stage images first"),
        (["--stage", "filter", "-m", "fake", "--decisions", "x"], "two filters"),
        (["--stage", "filter", "-o", "a=b"], "--option goes with --model"),
        (["--stage", "prompts", "--topics", "nothing"], "no seeds for 'nothing'"),
    ],
)
def test_wrong_usage(
    folder: Path, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make(*arguments) == 2
    assert told in capsys.readouterr().err
