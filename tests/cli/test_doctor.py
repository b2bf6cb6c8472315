import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

import cluejudge
from cluejudge.asks import Reason, Reasoning, Score, YesNo
from cluejudge.cli import exits
from cluejudge.cli.checks import Check, all_checks, as_text, to_json
from cluejudge.cli.main import run
from cluejudge.errors import ModelError
from cluejudge.models import fake
from cluejudge.models.protocols import Models

Captured = pytest.CaptureFixture[str]


def test_what_is_installed_is_listed(capsys: Captured) -> None:
    assert run(["doctor", "--model", "fake"]) == exits.OK
    out = capsys.readouterr().out
    for shown in (cluejudge.__version__, "python", "onnxruntime", "JPEG pictures", "14 rules"):
        assert shown in out
    assert "models fake: dry run" in out


def test_json_says_the_same(capsys: Captured) -> None:
    assert run(["doctor", "--model", "fake", "--json"]) == exits.OK
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is True
    names = [check["name"] for check in found["checks"]]
    assert names == [check.name for check in all_checks("fake")]
    assert len(names) == len(set(names))


def test_models_that_can_not_be_used_fail_it(capsys: Captured) -> None:
    assert run(["doctor", "--model", "fakes"]) == exits.FAILED
    out = capsys.readouterr().out
    assert "FAIL models fakes" in out
    assert "did you mean 'fake'" in out


def test_what_is_known_of_models_before_they_are_loaded_comes_first(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    from cluejudge.models import registry

    def told(spec: str, options: Mapping[str, str]) -> tuple[registry.Fact, ...]:
        memory = registry.Fact("memory", f"much for {spec} with {sorted(options)}", good=False)
        return (registry.Fact("hardware", "a processor"), memory)

    def refused(*_: object) -> Models:
        raise ModelError("too large", hint="take another")

    monkeypatch.setattr(registry, "facts", told)
    monkeypatch.setattr("cluejudge.api.load_models", refused)
    assert run(["doctor", "--model", "acme/looker", "-o", "dtype=float16"]) == exits.FAILED
    rows = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert rows[-3:] == [
        "ok models acme/looker: hardware a processor",
        "FAIL models acme/looker: memory much for acme/looker with ['cache', 'dtype']",
        "FAIL models acme/looker too large (take another)",
    ]


def test_models_that_fail_on_a_picture_fail_it_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    class Broken:
        def score(self, asks: Sequence[Score]) -> list[YesNo]:
            raise ModelError("no numbers")

    monkeypatch.setattr("cluejudge.api.load_models", lambda *_: Models("m", Broken()))
    assert run(["doctor", "--model", "fake"]) == exits.FAILED
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("FAIL models fake: dry run")
    assert "no numbers" in last


def test_a_dry_run_asks_all_models_and_soon_ends(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    models = fake.load()
    asked: list[Score | Reason] = []

    class Unsure:
        """Leaves all to a reasoning, which leaves it open."""

        def score(self, asks: Sequence[Score]) -> list[YesNo]:
            asked.extend(asks)
            return [YesNo(math.log(0.5), math.log(0.5)) for _ in asks]

        def reason(self, asks: Sequence[Reason]) -> list[Reasoning]:
            asked.extend(asks)
            return [Reasoning("Who knows.", None, None, ask.max_tokens) for ask in asks]

    slow = replace(models, scorer=Unsure(), reasoner=Unsure(), recogniser=None)
    monkeypatch.setattr("cluejudge.api.load_models", lambda *_: slow)
    assert run(["doctor", "--model", "fake"]) == exits.OK
    shown = capsys.readouterr().out.splitlines()[-1]
    assert re.search(r"dry run +abstain by one rule, \d+\.\d\d s with loading, then \d", shown)
    reasons = [ask.max_tokens for ask in asked if isinstance(ask, Reason)]
    assert reasons == [16, 16]  # one for each of two pictures
    assert 2 < len(asked) < 20
    # The second picture is another one: what is remembered of the first would take no time.
    pictures = [ask.image.digest for ask in asked if isinstance(ask, Score) and ask.image]
    half = len(pictures) // 2
    assert not set(pictures[:half]) & set(pictures[half:])


def test_options_that_can_not_be_used_fail_it(capsys: Captured) -> None:
    assert run(["doctor", "--model", "fake", "-o", "dtype=float16"]) == exits.FAILED
    assert "model 'fake' takes no options" in capsys.readouterr().out


def test_a_missing_extra_is_no_failure(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    from importlib import metadata

    def version(name: str) -> str:
        if name in {"pi-heif", "torch"}:
            raise metadata.PackageNotFoundError(name)
        return "1.0"

    asked = ["click>=8.1", 'pi-heif>=0.20; extra == "heic"', 'torch>=2.4; extra == "torch"']
    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr(metadata, "requires", lambda _: [*asked, 'torch>=2.4; extra == "train"'])
    assert run(["doctor", "--model", "fake"]) == exits.OK
    lines = capsys.readouterr().out.splitlines()
    rows = [" ".join(line.split()) for line in lines]
    assert "- torch [torch, train] not installed: pip install 'cluejudge[torch]'" in rows
    assert "- HEIC pictures pip install 'cluejudge[heic]'" in rows


def test_what_is_needed_and_broken_is_marked() -> None:
    checks = [Check("a", True, "1"), Check("bcd", False, "gone"), Check("e", False, "", False)]
    assert as_text(checks) == "ok   a    1\nFAIL bcd  gone\n-    e    "
    assert json.loads(to_json(checks))["ok"] is False
    assert json.loads(to_json(checks[:1]))["ok"] is True
