"""What a user sees who judges with an open model: one command, and what may be wrong with it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cluejudge.cli import exits
from cluejudge.cli.main import run
from cluejudge.mllm.opening import loading
from cluejudge.models.spellings import NO, YES
from tests.mllm import lookers

Captured = pytest.CaptureFixture[str]
Checkpoint = Callable[[str], Path]

ALONE = ("-o", "encoder=none", "-o", "detector=none", "-o", "device=cpu", "-o", "dtype=float32")
SILENT = (*ALONE, "-o", "reasoning=none")
RULE = "name: dogs\nrules: [{id: a-dog, text: a dog, chain: [{text: 'CONTENT', objects: dog}]}]\n"


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Answers are kept here, and nowhere else."""
    monkeypatch.setenv("CLUEJUDGE_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def image(tmp_path: Path) -> str:
    path = tmp_path / "image.png"
    blocks = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    Image.fromarray(blocks.repeat(10, axis=0).repeat(10, axis=1)).save(path)
    return str(path)


@pytest.fixture
def rules(tmp_path: Path) -> Callable[[str], str]:
    """A constitution of one rule about a content."""

    def about(content: str) -> str:
        path = tmp_path / "rules.yaml"
        path.write_text(RULE.replace("CONTENT", content), "utf-8")
        return str(path)

    return about


class TestJudge:
    def test_a_verdict_tells_how_the_model_was_asked(
        self, checkpoint: Checkpoint, image: str, rules: Callable[[str], str], capsys: Captured
    ) -> None:
        model = str(checkpoint("qwen3_vl"))
        command = ["judge", image, "-c", rules("a dog"), "--model", model, "--json", *SILENT]
        assert run(command) == exits.OK
        verdict = json.loads(capsys.readouterr().out)
        assert verdict["image"] == image
        models = verdict["models"]
        assert (models["model"], models["dtype"], models["device"]) == (model, "float32", "cpu")
        assert models["strategy"].startswith("packed: every text layer is full attention")
        assert len(models["revision"]) == len(models["template"]) == 64
        ((atom,),) = verdict["rules"][0]["groups"]
        assert 0 < atom["scores"]["label_mass"] <= 1
        assert atom["scores"]["prior"] is not None

    def test_no_kind_of_reasoning_makes_an_answer_of_noise(
        self, checkpoint: Checkpoint, image: str, rules: Callable[[str], str], capsys: Captured
    ) -> None:
        """Random weights: most of what they would say is neither Yes nor No, and no JSON."""
        model = str(checkpoint("llava"))
        command = ["judge", image, "-c", rules("a dog"), "--model", model, "--json", *ALONE]
        for reasoning in ("forced", "json", "none"):
            few = ["-o", f"reasoning={reasoning}", "--set", "reasoning_tokens=24"]
            assert run([*command, *few]) == exits.OK
            verdict = json.loads(capsys.readouterr().out)
            assert verdict["outcome"] == "abstain"
            assert verdict["rules"][0]["outcome"] == "unsure"
            assert verdict["cost"]["reasonings"] == (reasoning != "none")


class TestBadInput:
    """Told in one line before the first image: here there is none, and nobody is told so."""

    @pytest.fixture
    def refused(self, rules: Callable[[str], str], capsys: Captured) -> Callable[..., str]:
        def told(model: object, *options: str, content: str = "a dog", code: int = 1) -> str:
            capsys.readouterr()  # what building the model has said
            command = ["judge", "nowhere.png", "-c", rules(content), "--model", str(model)]
            assert run([*command, *SILENT, *options]) == code
            out, err = capsys.readouterr()
            assert not out
            (line,) = err.strip().splitlines()
            assert line.startswith("Error: ")
            assert "nowhere.png" not in line
            return line

        return told

    def test_a_folder_that_is_no_model(self, refused: Callable[..., str], tmp_path: Path) -> None:
        assert "is no model: it has no config.json" in refused(tmp_path)

    def test_a_text_only_model(self, refused: Callable[..., str], checkpoint: Checkpoint) -> None:
        assert "is a language model, which sees no pictures" in refused(checkpoint("text_only"))

    def test_a_processor_without_chat_template(
        self, refused: Callable[..., str], checkpoint: Checkpoint
    ) -> None:
        assert "has no chat template" in refused(checkpoint("no_template"))

    def test_a_template_that_cannot_but_think(
        self, refused: Callable[..., str], checkpoint: Checkpoint, tmp_path: Path
    ) -> None:
        folder = Path(shutil.copytree(checkpoint("qwen3_5"), tmp_path / "model"))
        template = folder / "chat_template.jinja"
        always = template.read_text("utf-8").replace("enable_thinking is false", "false")
        template.write_text(always, "utf-8")
        assert "thinks before it answers" in refused(folder)

    def test_too_little_memory(
        self, refused: Callable[..., str], checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(loading, "free_bytes", lambda _: 2**16)
        said = refused(checkpoint("llava"))
        assert "needs about" in said
        assert "has 0 MiB free" in said

    @pytest.mark.parametrize("token", ["<|im_end|>", "<|image_pad|>", "<think>"])
    def test_rules_that_spell_a_special_token(
        self, token: str, refused: Callable[..., str], checkpoint: Checkpoint
    ) -> None:
        said = refused(checkpoint("qwen3_vl"), content=f"a dog{token}", code=exits.USAGE)
        assert "rule `a-dog` cannot be judged" in said
        assert f"spells {token}" in said

    def test_a_strategy_that_does_not_fit(
        self, refused: Callable[..., str], checkpoint: Checkpoint
    ) -> None:
        said = refused(checkpoint("qwen3_5"), "-o", "strategy=packed")
        assert "packed does not fit" in said
        assert "strategy=fork" in said

    def test_an_option_that_there_is_not(
        self, refused: Callable[..., str], checkpoint: Checkpoint
    ) -> None:
        said = refused(checkpoint("llava"), "-o", "image_token=64", code=exits.USAGE)
        assert "did you mean image_tokens?" in said


class TestDoctor:
    def test_it_tells_all_that_the_model_will_be_asked_by(
        self, checkpoint: Checkpoint, capsys: Captured
    ) -> None:
        model = str(checkpoint("gemma3"))
        assert run(["doctor", "--model", model, *SILENT, "--json"]) == exits.OK
        checks = json.loads(capsys.readouterr().out)["checks"]
        told = {one["name"]: one["detail"] for one in checks if one["name"].startswith("models")}
        told = {name.rsplit(": ", 1)[-1]: detail for name, detail in told.items()}
        assert told["hardware"].startswith("cpu: ")
        assert "free in this machine" in told["memory"]
        assert (told["device"], told["dtype"]) == ("cpu", "float32")
        assert any(f"{label!r} " in told["labels"] for label in YES)
        assert any(f"{label!r} " in told["labels"] for label in NO)
        assert told["strategy"].startswith("fork: some text layers are sliding_attention")
        assert " s with loading, then " in told["dry run"]

    def test_a_model_that_cannot_be_asked_fails_it(
        self, checkpoint: Checkpoint, capsys: Captured
    ) -> None:
        model = str(checkpoint("text_only"))
        assert run(["doctor", "--model", model, *SILENT]) == exits.FAILED
        last = capsys.readouterr().out.splitlines()[-1]
        assert last.startswith("FAIL")
        assert "sees no pictures" in last

    @pytest.mark.parametrize("part", ["encoder", "detector"])
    def test_a_part_beside_it_that_cannot_see_fails_it(
        self, part: str, checkpoint: Checkpoint, tmp_path: Path, capsys: Captured
    ) -> None:
        broken = lookers.build({"encoder": "siglip", "detector": "owlv2"}[part], tmp_path / part)
        lookers.spoil(broken, "text_model")
        parts = [one.replace(f"{part}=none", f"{part}={broken}") for one in SILENT]
        assert run(["doctor", "--model", str(checkpoint("llava")), *parts]) == exits.FAILED
        last = capsys.readouterr().out.splitlines()[-1]
        assert last.startswith("FAIL")
        assert f"option {part}: " in last
        assert "are no numbers" in last
