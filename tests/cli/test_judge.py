import array
import fcntl
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from cluejudge import Judge, Verdict
from cluejudge.cli import exits
from cluejudge.cli.main import run
from cluejudge.errors import ImageError
from cluejudge.verdict import Outcome

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def judge(constitution: Path) -> list[str]:
    """The command with the fake model."""
    return ["judge", "--model", "fake", "--constitution", str(constitution)]


def test_a_folder_is_judged_and_every_file_accounted_for(
    judge: list[str], folder: Path, capsys: Captured
) -> None:
    assert run([*judge, str(folder)]) == exits.FAILED
    out, err = capsys.readouterr()
    heads = [line for line in out.splitlines() if str(folder) in line]
    assert [head.split()[0] for head in heads] == ["abstain", "error", "safe", "unsafe"]
    assert out.splitlines()[-1] == "4 images: 1 unsafe, 1 abstain, 1 error, 1 safe"
    assert f"Passed over: 1 file is no picture: {folder / 'notes.txt'}" in err
    assert f"Error: 1 of 4 inputs failed: {folder / 'error.png'} (truncated)" in err


def test_json_is_one_whole_verdict_a_line(
    judge: list[str], folder: Path, constitution: Path, capsys: Captured
) -> None:
    assert run([*judge, "--json", str(folder)]) == exits.FAILED
    lines = capsys.readouterr().out.splitlines()
    verdicts = [Verdict.model_validate_json(line) for line in lines]
    names = ("abstain", "error", "safe", "unsafe")
    assert [verdict.outcome for verdict in verdicts] == [Outcome(name) for name in names]
    assert verdicts[3].violated == ("red-and-blue",)
    assert {"image", "outcome", "violated", "rules"} <= set(json.loads(lines[3]))
    assert verdicts[3] == Judge(constitution, model="fake").judge(folder / "unsafe.png")


@pytest.mark.parametrize(
    ("names", "options", "code"),
    [
        (["safe"], [], exits.OK),
        (["safe", "unsafe"], [], exits.OK),
        (["safe", "abstain"], ["--fail-on", "unsafe"], exits.OK),
        (["safe", "abstain"], ["--fail-on", "unsafe", "--fail-on", "abstain"], exits.FOUND),
        (["safe", "unsafe"], ["--fail-on", "unsafe"], exits.FOUND),
        (["unsafe", "error"], ["--fail-on", "unsafe"], exits.FOUND),
        (["safe", "error"], ["--fail-on", "unsafe"], exits.FAILED),
        (["absent"], [], exits.FAILED),
    ],
)
def test_exit_codes(
    judge: list[str], folder: Path, names: list[str], options: list[str], code: int
) -> None:
    images = [str(folder / f"{name}.png") for name in names]
    assert run([*judge, "--json", *options, *images]) == code


def test_standard_input_is_one_image(
    judge: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO((folder / "unsafe.png").read_bytes()))
    monkeypatch.setattr("sys.stdin", stdin)
    assert run([*judge, "--json", "-", str(folder / "safe.png")]) == exits.OK
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["image"], first["outcome"]) == ("-", "unsafe")
    assert (second["image"], second["outcome"]) == (str(folder / "safe.png"), "safe")


def test_explain_shows_all_rules(judge: list[str], folder: Path, capsys: Captured) -> None:
    image = str(folder / "unsafe.png")
    run([*judge, image])
    plain = capsys.readouterr().out
    run([*judge, "--explain", image])
    full = capsys.readouterr().out
    assert "a-cat" not in plain
    assert "a-cat" in full


def test_a_report_is_written_with_pictures_and_boxes(
    judge: list[str], folder: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.html"
    run([*judge, "--json", "--report", str(report), str(folder)])
    html = report.read_text(encoding="utf-8")
    assert html.count("<article") == 4
    assert html.count("data:image/webp;base64,") == 3
    assert "No picture to show" in html
    assert "red 1.00" in html


def test_a_report_never_takes_the_place_of_an_image(
    judge: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = folder / "unsafe.png"
    before = image.read_bytes()
    own = folder.parent / "other" / ".." / folder.name / image.name
    assert run([*judge, "--report", str(own), str(folder)]) == exits.USAGE
    assert "one of the images" in capsys.readouterr().err
    assert image.read_bytes() == before


def test_a_report_of_an_image_from_standard_input_shows_it(
    judge: list[str], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO((folder / "unsafe.png").read_bytes()))
    monkeypatch.setattr("sys.stdin", stdin)
    report = tmp_path / "report.html"
    run([*judge, "--json", "--report", str(report), "-"])
    assert report.read_text(encoding="utf-8").count("data:image/webp;base64,") == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--constitution", "pictogramm"], "did you mean 'pictogram'"),
        (["--constitution", "absent.yaml"], "absent.yaml: there is no such file"),
        (["--model", "fakes"], "did you mean 'fake'"),
        (["--set", "prior_hihg=1"], "did you mean prior_high"),
        (["--budget-asks", "0"], "x>=1"),
        (["--budget-seconds", "nan"], "no finite number"),
        (["--report", "absent/report.html"], "cannot be written"),
    ],
)
def test_wrong_options_end_it_before_anything_is_judged(
    judge: list[str], folder: Path, options: list[str], said: str, capsys: Captured
) -> None:
    assert run([*judge, *options, str(folder / "safe.png")]) == exits.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "Stopped" not in err


def test_a_bad_constitution_is_told_with_its_lines(
    folder: Path, constitution: Path, capsys: Captured
) -> None:
    text = constitution.read_text().replace("severity", "severty").replace("chain", "chian", 1)
    constitution.write_text(text)
    arguments = ["judge", "--model", "fake", "-c", str(constitution), str(folder / "safe.png")]
    assert run(arguments) == exits.USAGE
    err = capsys.readouterr().err
    assert f"{constitution}:6: " in err
    assert f"{constitution}:7: " in err
    assert "Traceback" not in err


def test_settings_and_budget_reach_the_judge(
    judge: list[str], folder: Path, capsys: Captured
) -> None:
    options = ["--set", "prior_high=0.7", "--set", "method.reasoning=off", "--budget-asks", "1"]
    options += ["--budget-tokens", "5", "--budget-seconds", "60", "--set", "max_bytes=100000"]
    run([*judge, "--json", *options, str(folder / "unsafe.png")])
    verdict = Verdict.model_validate_json(capsys.readouterr().out)
    assert verdict.thresholds.prior_high == 0.7
    assert not verdict.method.reasoning
    assert (verdict.budget.asks, verdict.budget.reasoning_tokens) == (1, 5)
    assert verdict.budget.seconds == 60
    assert verdict.outcome is Outcome.ABSTAIN


def test_limits_reach_the_judge(judge: list[str], folder: Path, capsys: Captured) -> None:
    arguments = [*judge, "--json", "--set", "max_side=50", str(folder / "unsafe.png")]
    assert run(arguments) == exits.FAILED
    assert json.loads(capsys.readouterr().out)["code"] == "side_too_long"


def test_many_failures_are_summed_up(judge: list[str], tmp_path: Path, capsys: Captured) -> None:
    names = [str(tmp_path / f"absent-{number}.png") for number in range(13)]
    assert run([*judge, "--json", *names]) == exits.FAILED
    err = capsys.readouterr().err
    assert "Error: 13 of 13 inputs failed" in err
    assert "absent-9.png (missing) and 3 more" in err


def test_a_stopped_run_keeps_what_it_did(
    judge: list[str],
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    def stop_at_safe(data: bytes, limits: object) -> object:
        if data == (folder / "safe.png").read_bytes():
            raise KeyboardInterrupt
        raise ImageError("corrupt", "it is broken")

    monkeypatch.setattr("cluejudge.api.load", stop_at_safe)
    monkeypatch.setattr("cluejudge.judge.drive._AHEAD", 1)
    report = tmp_path / "report.html"
    images = [str(folder / name) for name in ("unsafe.png", "safe.png")]
    assert run([*judge, "--json", "--report", str(report), *images]) == exits.INTERRUPTED
    err = capsys.readouterr().err
    assert "of 2 inputs were judged" in err
    assert "interrupted" in report.read_text(encoding="utf-8")


LISTENING = """\
import signal
from cluejudge.cli.main import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # else ignored in a background job
main()
"""


def test_ctrl_c_ends_a_real_process_with_130(constitution: Path) -> None:
    reading, writing = os.pipe()
    command = [sys.executable, "-c", LISTENING, "judge", "-m", "fake", "-c", str(constitution), "-"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=reading, stdout=pipe, stderr=pipe) as process:
        try:
            os.write(writing, b"x")
            _wait_until_read(reading)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
            os.close(reading)
            os.close(writing)
    assert process.returncode == exits.INTERRUPTED
    assert out == b""
    assert b"Traceback" not in err


def _wait_until_read(pipe: int) -> None:
    """Wait until whoever reads `pipe` has taken all that was written."""
    waiting = array.array("i", [1])
    deadline = time.monotonic() + 60
    while waiting[0] and time.monotonic() < deadline:
        time.sleep(0.02)
        fcntl.ioctl(pipe, termios.FIONREAD, waiting)
    assert waiting[0] == 0


def test_a_long_path_stands_in_one_line(judge: list[str], folder: Path, capsys: Captured) -> None:
    far = folder / ("deep" * 30) / ("deeper" * 10)
    far.mkdir(parents=True)
    shutil.copy(folder / "safe.png", far / "it.png")
    assert run([*judge, str(far / "it.png")]) == exits.OK
    assert f"safe    {far / 'it.png'}" in capsys.readouterr().out.splitlines()
