import os
import subprocess
import sys
import warnings
from importlib import import_module
from pathlib import Path

import click
import pytest

import cluejudge
from cluejudge.cli import exits, main
from cluejudge.cli.lazy import Lazy
from cluejudge.errors import (
    CluejudgeWarning,
    ConstitutionError,
    MissingExtraError,
    ModelError,
    UsageError,
)

HEAVY = {
    *("numpy", "PIL", "onnxruntime", "tokenizers", "pydantic", "rich", "ruamel"),
    *("torch", "transformers", "huggingface_hub"),
}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], *([n, "-h"] for n in main.COMMANDS)]
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys; from cluejudge.cli.main import run; code = run(sys.argv[1:]);"
        "print(code, *sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    code, *modules = done.stderr.split()
    assert code == "0"
    assert "cluejudge" in done.stdout
    assert not HEAVY & set(modules)


def test_every_command_is_there_and_says_the_same_of_itself() -> None:
    for name, lazy in main.COMMANDS.items():
        command = lazy.load()
        assert command.name == name
        assert command.help


def test_a_lazy_command_must_be_one() -> None:
    with pytest.raises(TypeError, match="is not a command"):
        Lazy("cluejudge.cli.main:run", "").load()


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--version"]) == exits.OK
    assert capsys.readouterr().out == f"cluejudge {cluejudge.__version__}\n"


def test_the_package_is_the_command_too() -> None:
    command = [sys.executable, "-m", "cluejudge", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"cluejudge {cluejudge.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["jugde"], "No such command: jugde. Did you mean judge?"),
        (["xyz"], "No such command: xyz."),
        (["--what"], "No such option"),
        (["judge"], "Missing argument"),
        (["judge", "a.png", "--fail-on", "evil"], "'evil' is not one of 'unsafe', 'abstain'"),
        (["judge", "a.png", "--jsn"], "--json"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(arguments) == exits.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("wrong", hint="do it right"), exits.USAGE),
        (ConstitutionError("bad rule", path="c.yaml", line=3, hint="mend it"), exits.USAGE),
        (MissingExtraError("HEIC", "heic"), exits.USAGE),
        (ModelError("broken", hint="try again"), exits.FAILED),
        (OSError(28, "No space left on device"), exits.FAILED),
        (KeyboardInterrupt(), exits.INTERRUPTED),
    ],
)
def test_errors_are_told_in_a_line_and_by_the_exit_code(
    error: BaseException,
    code: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> int:
        raise error

    judge = import_module("cluejudge.cli.judge")
    monkeypatch.setattr(judge.judge, "callback", fail)
    assert main.run(["judge", "a.png"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert str(error) in err
    assert "Traceback" not in err


def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> int:
        raise RuntimeError("a bug")

    judge = import_module("cluejudge.cli.judge")
    monkeypatch.setattr(judge.judge, "callback", fail)
    with pytest.raises(RuntimeError, match="a bug"):
        main.run(["judge", "a.png"])


def test_a_reader_that_goes_away_ends_it_quietly(tmp_path: Path) -> None:
    script = (
        "import sys, click\n"
        "from cluejudge.cli import main, lazy\n"
        "@click.command()\n"
        "def flood() -> None:\n"
        "    for _ in range(100_000):\n"
        "        click.echo('x' * 100)\n"
        "main.commands.lazy['flood'] = lazy.Lazy('__main__:flood', '')\n"
        "main.main()\n"
    )
    file = tmp_path / "flood.py"
    file.write_text(script)
    process = subprocess.Popen(
        [sys.executable, str(file), "flood"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == exits.BROKEN_PIPE
    assert told == b""


def test_exit_codes_are_distinct() -> None:
    codes = [value for name, value in vars(exits).items() if name.isupper()]
    assert len(codes) == len(set(codes)) == 6


def test_the_group_runs_no_command_of_its_own() -> None:
    assert isinstance(main.commands, click.Group)
    assert set(main.commands.lazy) == set(main.COMMANDS)


def test_a_warning_of_the_package_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def doubtful(*_: object, **__: object) -> int:
        warnings.warn("this is worth less", CluejudgeWarning, stacklevel=1)
        return 0

    monkeypatch.setattr(main.commands, "main", doubtful)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert main.run([]) == 0
    assert capsys.readouterr().err == "Warning: this is worth less\n"


def test_other_warnings_are_shown_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    def doubtful(*_: object, **__: object) -> int:
        warnings.warn("something else", RuntimeWarning, stacklevel=1)
        return 0

    monkeypatch.setattr(main.commands, "main", doubtful)
    with pytest.warns(RuntimeWarning, match="something else"):
        main.run([])
