"""`transformers serve`, a server that is none of ours, with the embedded model's weights.

Run by hand, for it needs `pip install 'transformers[serving]'`:

    python -m pytest -m live tests/servers/test_live.py
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cluejudge import Judge
from cluejudge.asks import Score, answered
from cluejudge.embedded.models import DATA
from cluejudge.errors import CluejudgeWarning, ModelError
from cluejudge.image import Picture, load
from cluejudge.models.protocols import Models, Write
from cluejudge.models.registry import load_models, load_writer
from cluejudge.settings import Method
from cluejudge.verdict import Verdict

pytestmark = pytest.mark.live

START = "import cluejudge.embedded.tower; from transformers.cli.transformers import app; app()"
"""The command `transformers`, after the embedded model's tower has been made known to it."""

TEMPLATE = """\
{{- bos_token -}}<|user|>
{%- if state is not string -%}<image>{%- endif -%}
{{- ' Is this visible in the image? Answer Yes or No: ' -}}
{{- question.instructions | trim -}}<|end|><|assistant|>
"""
"""The prompt that the model was trained with; a state that holds a picture is a list of parts."""

CONTENTS = ("a person", "a person on fire", "two or more people", "an alcoholic drink", "a dog")
TOLERANCE = 1e-4
"""The server reads one spelling of Yes and No, we all of them; and it rounds otherwise."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint that ships with the package, and beside it the prompt for decisions."""
    found = tmp_path_factory.mktemp("served") / "model"
    shutil.copytree(DATA / "checkpoint", found)
    (found / "decision_template.jinja").write_text(TEMPLATE, "utf-8")
    return found


@pytest.fixture(scope="module")
def url(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base of the API of a running `transformers serve`."""
    for needed in ("fastapi", "uvicorn", "accelerate"):
        if importlib.util.find_spec(needed) is None:
            pytest.skip(f"{needed} is missing: pip install 'transformers[serving]'")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", START, "serve", str(folder), "--port", str(port)]
    log = tmp_path_factory.mktemp("log") / "serve.txt"
    # The server lists the models of the hub's cache, and fails where there is none, as here.
    hub = {"HF_HUB_CACHE": str(tmp_path_factory.getbasetemp() / "none"), "HF_HUB_OFFLINE": "1"}
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*command, "--device", "cpu", "--dtype", "float32"],
            env=os.environ | hub,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(f"http://127.0.0.1:{port}/health", process, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            process.wait(30)


def _wait(health: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(120):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(health, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(1)
    pytest.fail(log.read_text("utf-8", "replace")[-2000:])


@pytest.fixture(scope="module")
def served(url: str, folder: Path, embedded: Models) -> Models:
    """The embedded models, scored by the server; no reasoning, which the server cannot do."""
    models = load_models(f"systemone:{folder}@{url}", {"words": "bare"})
    return replace(embedded, scorer=models.scorer, reasoner=None, doubts=models.doubts)


@pytest.fixture(scope="module")
def picture(scenes: list[bytes]) -> Picture:
    return load(scenes[0]).views[0].picture


def test_probabilities_are_those_in_process(
    served: Models, embedded: Models, picture: Picture
) -> None:
    asks = [Score(image, content) for image in (picture, None) for content in CONTENTS]
    expected = answered(embedded.scorer.score(asks))
    found = answered(served.scorer.score(asks))
    assert [one.p_yes for one in found] == pytest.approx(
        [one.p_yes for one in expected], abs=TOLERANCE
    )


def test_verdicts_are_those_in_process(
    served: Models, embedded: Models, scenes: list[bytes]
) -> None:
    method = Method(reasoning=False)
    expected = Judge("pictogram", model=replace(embedded, reasoner=None), method=method)
    with pytest.warns(CluejudgeWarning, match="min_label_mass"):  # it tells no label mass
        found = Judge("pictogram", model=served, method=method)
    for scene in scenes:
        assert _told(found.judge(scene)) == _told(expected.judge(scene))


def _told(verdict: Verdict) -> tuple[str, ...]:
    atoms = [
        f"{atom.text} {atom.answer} {atom.decided_by}"
        for rule in verdict.rules
        for group in rule.groups
        for atom in group
    ]
    return (verdict.outcome, *verdict.violated, *atoms)


def test_its_chat_tells_no_probabilities(url: str, folder: Path) -> None:
    with pytest.raises(ModelError, match="probabilities"):
        load_models(f"chat:{folder}@{url}")


def test_a_writer_writes(url: str, folder: Path, picture: Picture) -> None:
    writer = load_writer(f"chat:{folder}@{url}")
    (text,) = answered(writer.write([Write("a person", picture, 20)]))
    assert text
