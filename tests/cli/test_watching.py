from __future__ import annotations

import io

import pytest

from cluejudge.batch.tally import Tally
from cluejudge.batch.tools import Told
from cluejudge.cli.watching import Watch, watching
from cluejudge.verdict import Outcome


class Tty(io.StringIO):
    """A file that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Clock:
    """Time that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


SAFE, UNSAFE = Told(0, Outcome.SAFE), Told(0, Outcome.UNSAFE)


def test_it_tells_rate_counts_and_the_time_that_is_left() -> None:
    clock, drawn = Clock(), []
    watch = Watch(lambda now: drawn.append((now.rows, now.total)), 10.0, clock)
    clock.now += 500  # listing
    watch.begin(100, Tally({Outcome.UNSAFE: 10, Outcome.SAFE: 10}))
    assert drawn == [(20, 100)]
    assert watch.left is None
    watch.told(Told(0, Outcome.ERROR, "empty", fresh=False))
    clock.now += 9
    watch.told(SAFE)
    assert drawn == [(20, 100)]
    clock.now += 1
    watch.told(UNSAFE)
    assert drawn == [(20, 100), (23, 100)]
    assert watch.rate == pytest.approx(0.2)
    assert watch.left == pytest.approx(77 / 0.2)
    assert watch.said() == "11 unsafe, 1 error, 0.2 a second"


def test_the_bar_is_for_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    err = Tty()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr("sys.stderr", err)
    with watching() as watch:
        watch.listed(7)
        watch.begin(40, Tally({Outcome.SAFE: 8}))
        watch._pause = 0.0
        watch.told(UNSAFE)
    assert "9/40" in err.getvalue()
    assert "1 unsafe" in err.getvalue()
    assert "a second" in err.getvalue()
    assert "left" in err.getvalue()
    assert "Stopped" not in err.getvalue()


def test_elsewhere_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    with watching() as watch:
        watch.begin(40, Tally())
        watch.told(UNSAFE)
        assert capsys.readouterr().err == ""
        watch._pause = 0.0
        watch.told(SAFE)
    said = capsys.readouterr().err
    assert said.startswith("2 of 40 judged: 1 unsafe, ")
    assert said.endswith(" left\n")
    assert said.count("\n") == 1


def test_a_long_listing_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with watching() as watch:
        watch.listed(1000)
        watch._pause = 0.0
        watch.listed(2000)
    assert capsys.readouterr().err == "2000 images listed so far\n"


@pytest.mark.parametrize("stop", [KeyboardInterrupt, ValueError])
def test_what_stops_a_run_is_told_with_how_far_it_came(
    stop: type[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    def run() -> None:
        with watching() as watch:
            watch.begin(3, Tally({Outcome.SAFE: 1}))
            watch.told(UNSAFE)
            raise stop

    with pytest.raises(stop):
        run()
    said = capsys.readouterr().err
    assert said == "Stopped: 2 of 3 judged; a run into the same folder goes on from there\n"


def test_what_stops_it_before_is_told_by_others(capsys: pytest.CaptureFixture[str]) -> None:
    def run() -> None:
        with watching():
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - ours, see above
        run()
    assert capsys.readouterr().err == ""
