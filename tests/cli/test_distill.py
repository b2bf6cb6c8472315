from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from cluejudge.cli import exits
from cluejudge.cli.distilling import told, warned
from cluejudge.cli.main import run
from cluejudge.cli.terminal import Terminal
from cluejudge.compiled import dump_compiled
from cluejudge.distill.report import Agreement, DistillReport, ImageReport, RuleReport
from cluejudge.student.card import HeadKind
from tests.distill.collection import RULES, draw, judge

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("batch")
    return judge(draw(folder / "pictures", 300), folder / "run")


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rules") / "blocks.yaml"
    path.write_text(dump_compiled(RULES))
    return path


@pytest.mark.filterwarnings("ignore::cluejudge.errors.CluejudgeWarning")
def test_a_student_is_made_and_used(
    batch: Path,
    rules: Path,
    tmp_path: Path,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    student = tmp_path / "student"
    risk = ["--risk", "0.2", "--clear-rare", "--workers", "1"]
    assert run(["distill", str(batch), "-o", str(student), *risk]) == exits.OK
    out, err = capsys.readouterr()
    assert [line.split()[0] for line in out.splitlines()[:4]] == ["rule", "red", "blue", "purple"]
    assert "302 rows; pictures: " in out
    assert "With the judge behind it" in out
    assert "purple: cleared unseen" in err
    assert f"Student: {student}" in err
    pictures = sorted((batch.parent / "pictures").glob("000*.png"))
    images = [*map(str, pictures), "-c", str(rules), "--json"]
    for options in (["--model", str(student)], ["--model", "fake", "--first", str(student)]):
        assert run(["judge", *images, *options]) == exits.OK
        verdicts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert len(verdicts) == len(pictures)
        assert any(verdict["rules"][0]["student"] for verdict in verdicts)
        assert all("cleared" in line or "clears" in line for line in _doubts(verdicts))


def _doubts(verdicts: list[dict[str, dict[str, str]]]) -> list[str]:
    return [verdict["models"]["doubts"] for verdict in verdicts]


def test_the_report_as_json(batch: Path, tmp_path: Path, capsys: Captured) -> None:
    student = tmp_path / "student"
    arguments = ["distill", str(batch), "-o", str(student), "--json", "--risk", "0.2"]
    assert run([*arguments, "--images", "200"]) == exits.OK
    out, err = capsys.readouterr()
    report = DistillReport.model_validate_json(out)
    assert report.left_out["more than asked for"] > 50
    assert (student / "report.json").read_text() == out
    assert "never clears" in err
    assert "--clear-rare" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{run}", "-o", "{run}"], "the student would lie in the run"),
        (["{run}/nothing", "-o", "{out}"], "holds no run"),
        (["{run}", "-o", "{out}", "--encoder", "systemone:m@http://x"], "has no encoder"),
        (["{run}", "-o", "{out}", "--risk", "1"], "Invalid value for '--risk'"),
        (["{run}", "-o", "{out}", "--risk", "nan"], "Invalid value for '--risk'"),
        (["{run}", "-o", "{out}", "--input", "{out}/away"], "away"),
        (["{run}"], "Missing option '-o'"),
    ],
)
def test_wrong_usage(
    batch: Path, tmp_path: Path, capsys: Captured, arguments: list[str], said: str
) -> None:
    filled = [one.format(run=batch, out=tmp_path / "out") for one in arguments]
    assert run(["distill", *filled]) == exits.USAGE
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_first_stage_that_is_none(tmp_path: Path, capsys: Captured) -> None:
    assert run(["judge", "x.png", "--model", "fake", "--first", str(tmp_path)]) == exits.USAGE
    assert "there is no student in" in capsys.readouterr().err


ALL = Agreement(right=99, total=100, share=0.99, least=0.946, most=1.0)
NONE = Agreement(right=0, total=0, share=None, least=0.0, most=1.0)


def rule(name: str, low: float | None, kind: HeadKind = HeadKind.TRAINED) -> RuleReport:
    return RuleReport(
        rule_id=name,
        kind=kind,
        low=low,
        high=None,
        reason="" if low else "3 violations are too few",
        labelled=900,
        violated=30,
        test_violated=7,
        auroc=0.987 if kind is HeadKind.TRAINED else None,
        decided=0.5,
        agreement=ALL if low else NONE,
        cleared=100,
        false_clears=1,
        missed=1,
        called_violated=0,
        false_alarms=0,
    )


def report(*rules: RuleReport) -> DistillReport:
    return DistillReport(
        student="5f70",
        constitution="blocks 1",
        encoder="fake",
        rows=1000,
        left_out={"errors": 3},
        pictures={"train": 300, "test": 200},
        strangers=0.012,
        rules=rules,
        images=ImageReport(
            images=200,
            judged_unsafe=40,
            decided=0.5,
            agreement=ALL,
            cascade=ALL,
            called_safe=100,
            false_safe=Agreement(right=1, total=100, share=0.01, least=0.0, most=0.055),
            unsafe_called_safe=1,
            called_unsafe=0,
            false_unsafe=0,
        ),
    )


def drawn(found: DistillReport) -> str:
    out = io.StringIO()
    Terminal(out, {}).show(told(found))
    return out.getvalue()


def test_the_table_says_what_was_counted() -> None:
    text = drawn(report(rule("red", 0.031), rule("blue", None, HeadKind.NONE)))
    red, blue = text.splitlines()[1:3]
    for part in ("37", "0.987", "0.031", "never", "50.0%", "99.0% [94.6%-100.0%]", "1 of 100"):
        assert part in red
    assert blue.count("never") == 2
    assert "left out: 3 errors" in text
    assert "1.2% of the test pictures" in text
    assert (
        "It calls 100 safe, of which 1 were not to the judge (1.0% [0.0%-5.5%]; 1 unsafe)" in text
    )


def test_what_is_never_cleared_is_told_with_what_to_do() -> None:
    never = [rule(f"rule-{place}", None, HeadKind.NONE) for place in range(8)]
    said = "\n".join(warned(report(rule("red", 0.1), *never), Path("student")))
    assert "never clears 8 of 9 rules: rule-0" in said
    assert "and 2 more" in said
    assert "calls no image safe" in said
    assert "  rule-0: 3 violations are too few" in said
    assert "more images" in said


def test_where_all_is_well_nothing_is_warned_of() -> None:
    assert list(warned(report(rule("red", 0.1)), Path("student"))) == ["Student: student"]


def test_escape_sequences_in_names_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in drawn(report(rule("red\x1b[31m", 0.1)))
