from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from cluejudge.bench.methods import registry as method_registry
from cluejudge.bench.suites import registry as suite_registry
from cluejudge.cli import exits
from cluejudge.cli.main import run
from cluejudge.compiled import load_compiled
from tests.student.making import trained, write

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """A folder suite: four images that violate a rule and four that do not."""
    for label, other in (("unsafe", "blue"), ("safe", "white")):
        for number in range(4):
            path = tmp_path / "images" / label / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            image = Image.new("RGB", (32 + number, 32), "red")
            image.paste(other, (0, 0, 16, 32))
            image.save(path)
    return tmp_path / "images"


@pytest.fixture
def bench(images: Path, constitution: Path, tmp_path: Path) -> list[str]:
    """The command with the fake model, into the folder `run`."""
    out = str(tmp_path / "run")
    rules = ["--constitution", str(constitution)]
    return ["bench", "run", f"folder:{images}", "--model", "fake", *rules, "--out", out]


def test_a_run_prints_its_numbers_and_leaves_a_folder(
    bench: list[str], tmp_path: Path, capsys: Captured
) -> None:
    assert run([*bench, "--methods", "clue,half"]) == exits.OK
    out, err = capsys.readouterr()
    head, *rows = out.splitlines()
    assert head.split()[:2] == ["method", "F1"]
    assert {row.split()[0]: row.split()[1] for row in rows} == {"clue": "1.000", "half": "1.000"}
    assert f"Report: {tmp_path / 'run' / 'report.html'}" in err
    names = {path.name for path in (tmp_path / "run").iterdir()}
    expected = {"config.json", "environment.json", "samples.jsonl", "predictions", "metrics.json"}
    assert expected | {"constitution.yaml", "report.html", "report.md"} == names


def test_json_is_the_metrics_file(bench: list[str], tmp_path: Path, capsys: Captured) -> None:
    assert run([*bench, "--json"]) == exits.OK
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert printed["n"] == 8


def test_a_student_may_look_first(
    bench: list[str], constitution: Path, tmp_path: Path, capsys: Captured
) -> None:
    rules = load_compiled(constitution)
    heads = [trained(rule.id, row) for row, rule in enumerate(rules.rules)]
    write(tmp_path / "student", rules, heads, ["purple", "orange"])
    student = ["--first", str(tmp_path / "student")]
    assert run([*bench, *student]) == exits.OK
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["models"]["first"].startswith("student ")
    out = capsys.readouterr().out
    assert out.splitlines()[1].split()[3] == "0.000"  # it clears all, for nothing is purple
    assert run(bench) == exits.USAGE
    assert "first" in capsys.readouterr().err


def test_a_limit_and_a_seed_draw_a_part(bench: list[str], capsys: Captured) -> None:
    assert run([*bench, "--json", "--limit", "3", "--seed", "2"]) == exits.OK
    printed = json.loads(capsys.readouterr().out)
    assert (printed["n"], printed["seed"]) == (3, 2)


def test_another_run_in_the_folder_is_refused(bench: list[str], capsys: Captured) -> None:
    assert run(bench) == exits.OK
    assert run([*bench, "--set", "prior_high=0.5"]) == exits.USAGE
    assert "thresholds.prior_high was 0.8, now 0.5" in capsys.readouterr().err


def test_methods_may_be_added(bench: list[str], tmp_path: Path, capsys: Captured) -> None:
    assert run(bench) == exits.OK
    assert run([*bench, "--methods", "half", "--methods", "no-debias"]) == exits.OK
    methods = json.loads((tmp_path / "run" / "metrics.json").read_text())["methods"]
    assert list(methods) == ["clue", "half", "no-debias"]


def test_groups_of_methods_and_edits_are_written_out(
    bench: list[str], tmp_path: Path, capsys: Captured
) -> None:
    assert run([*bench, "--methods", "clue,ablations", "--limit", "2", "--edits", "all"]) == 0
    numbers = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert {"clue", "no-debias", "half"} <= set(numbers["methods"])
    assert len(numbers["robustness"]["clue"]) > 5


def test_an_image_that_cannot_be_judged_fails_the_run(
    bench: list[str], images: Path, capsys: Captured
) -> None:
    (images / "unsafe" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert run(bench) == exits.FAILED
    assert "Error: clue could not judge 1 of 9 images" in capsys.readouterr().err


def test_what_is_not_applicable_is_told(bench: list[str], capsys: Captured) -> None:
    assert run([*bench, "--methods", "clue,no-region", "--set", "method.region=off"]) == exits.OK
    assert "Not applicable: no-region: it is the same as `clue`" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--methods", "cleu"], "did you mean 'clue'"),
        (["--methods", ","], "no method is named"),
        (["--model", "fkae"], "there is no model 'fkae'"),
        (["--set", "prior_hihg=1"], "prior_high"),
        (["--edits", "invresion"], "inversion"),
        (["--limit", "0"], "--limit"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_written(
    bench: list[str], tmp_path: Path, capsys: Captured, arguments: list[str], told: str
) -> None:
    assert run([*bench, *arguments]) == exits.USAGE
    assert told in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_the_list_shows_every_suite_and_method(capsys: Captured) -> None:
    suites, methods = suite_registry.NAMES, method_registry.NAMES
    assert run(["bench", "list", "--json"]) == exits.OK
    told = json.loads(capsys.readouterr().out)
    assert list(told["suites"]) == list(suites)
    assert list(told["methods"]) == list(methods)
    assert run(["bench", "list"]) == exits.OK
    text = capsys.readouterr().out
    for entry in (*suites.values(), *methods.values()):
        assert entry.about in text
        assert entry.needs in text


def test_runs_are_listed(bench: list[str], tmp_path: Path, capsys: Captured) -> None:
    assert run(bench) == exits.OK
    capsys.readouterr()
    assert run(["bench", "list", str(tmp_path)]) == exits.OK
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"{tmp_path / 'run'}: finished"
    assert second.strip().startswith("folder:images, 8 images")
    config = tmp_path / "run" / "config.json"
    whole = json.loads(config.read_text())
    config.write_text(json.dumps(whole | {"cluejudge": "0.0.1"}))
    assert run(["bench", "list", str(tmp_path / "run")]) == exits.OK
    assert "(cluejudge 0.0.1)" in capsys.readouterr().out
    (tmp_path / "run" / "metrics.json").unlink()
    said = tmp_path / "run" / "predictions" / "clue.jsonl"
    said.write_text("".join(said.read_text().splitlines(keepends=True)[:3]))
    assert run(["bench", "list", str(tmp_path / "run"), "--json"]) == exits.OK
    (told,) = json.loads(capsys.readouterr().out)["runs"]
    assert told["state"] == "stopped at 3 of 8 predictions"
    config.write_text("{")
    assert run(["bench", "list", str(tmp_path)]) == exits.FAILED
    assert run(["bench", "list", str(tmp_path / "images")]) == exits.USAGE
    assert "holds no run" in capsys.readouterr().err


def test_images_that_changed_are_not_taken_for_those_of_the_run(
    bench: list[str], images: Path, tmp_path: Path, capsys: Captured
) -> None:
    assert run(bench) == exits.OK
    Image.new("RGB", (32, 32), "green").save(images / "safe" / "0.png")
    assert run([*bench, "--methods", "half"]) == exits.USAGE
    told = capsys.readouterr().err
    assert "other pictures: 1, such as safe/0.png" in told
    assert run(["bench", "report", str(tmp_path / "run"), "--suite", bench[2]]) == exits.USAGE


def test_a_report_is_written_again(bench: list[str], tmp_path: Path, capsys: Captured) -> None:
    assert run(bench) == exits.OK
    folder = tmp_path / "run"
    before = (folder / "metrics.json").read_bytes()
    for name in ("metrics.json", "report.html", "report.md"):
        (folder / name).unlink()
    capsys.readouterr()
    assert run(["bench", "report", str(folder), "--suite", bench[2]]) == exits.OK
    assert capsys.readouterr().out.split() == [
        str(folder / f"report.{end}") for end in ("html", "md")
    ]
    assert (folder / "metrics.json").read_bytes() == before


def test_a_report_takes_pictures_of_its_own_suite_only(
    bench: list[str], images: Path, tmp_path: Path, capsys: Captured
) -> None:
    assert run(bench) == exits.OK
    (images / "safe" / "0.png").unlink()
    assert run(["bench", "report", str(tmp_path / "run"), "--suite", bench[2]]) == exits.USAGE
    assert "does not hold the images" in capsys.readouterr().err


def test_runs_are_compared(bench: list[str], tmp_path: Path, capsys: Captured) -> None:
    other = [*bench[:-1], str(tmp_path / "other"), "--set", "prior_high=0.5"]
    assert run(bench) == run(other) == exits.OK
    capsys.readouterr()
    folders, out = [str(tmp_path / "run"), str(tmp_path / "other")], tmp_path / "both.html"
    assert run(["bench", "report", *folders, "--out", str(out)]) == exits.OK
    assert capsys.readouterr().out.split()[0] == str(out)
    assert "prior_high" in out.read_text()


@pytest.mark.parametrize(
    "arguments", [["a", "b"], ["a", "--out", "x.html"], ["a", "b", "--suite", "s", "--out", "x"]]
)
def test_a_report_is_of_one_run_or_of_several_in_a_file(
    tmp_path: Path, arguments: list[str], capsys: Captured
) -> None:
    assert run(["bench", "report", *arguments]) == exits.USAGE
