import io

import pytest

from cluejudge.cli.progress import progress
from cluejudge.cli.terminal import Terminal


class Tty(io.StringIO):
    """A file that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("total", "out", "err", "drawn"),
    [
        (5, io.StringIO, Tty, True),
        (5, io.StringIO, io.StringIO, False),
        (5, Tty, io.StringIO, False),
        (1, io.StringIO, Tty, False),
        (5, Tty, Tty, False),
    ],
)
def test_the_bar_is_for_a_watching_person(
    total: int,
    out: type[io.StringIO],
    err: type[io.StringIO],
    drawn: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stdout", out())
    told = err()
    monkeypatch.setattr("sys.stderr", told)
    with progress(total, None) as advance:
        assert (advance is not None) is drawn
        if advance:
            advance(3, total)
    assert ("3/5" in told.getvalue()) is drawn


def test_the_bar_shares_the_console_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = Tty(), Tty()
    monkeypatch.setattr("sys.stderr", err)
    shared = Terminal(out, {"TERM": "xterm"})
    with progress(2, shared) as advance:
        assert advance is not None
        advance(1, 2)
    assert "1/2" in out.getvalue()
    assert err.getvalue() == ""
