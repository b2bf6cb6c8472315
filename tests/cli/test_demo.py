from pathlib import Path

import pytest

from cluejudge import Verdict
from cluejudge.cli import demo, exits
from cluejudge.cli.main import run


def test_the_demo_writes_verdicts_and_a_report(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(demo, "examples", lambda: sorted(folder.glob("*.png")))
    out = tmp_path / "new" / "folder"
    assert run(["demo", "--model", "fake", "--out", str(out)]) == exits.OK
    printed = capsys.readouterr()
    lines = (out / "verdicts.jsonl").read_text(encoding="utf-8").splitlines()
    verdicts = [Verdict.model_validate_json(line) for line in lines]
    assert [verdict.image for verdict in verdicts] == [
        "abstain.png",
        "error.png",
        "safe.png",
        "unsafe.png",
    ]
    assert (out / "report.html").read_text(encoding="utf-8").count("<article") == 4
    assert "4 images: " in printed.out
    assert str(out / "report.html") in printed.err
