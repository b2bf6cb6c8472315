import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.cli import table
from cluejudge.cli.terminal import PIPED_WIDTH, Terminal
from cluejudge.verdict import Outcome, StudentFinding, Verdict
from tests.report.samples import ABSTAIN, ALL, ERROR, FIRE, ON_FIRE, SAFE, UNSAFE, moving


class Tty(io.StringIO):
    """A file that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def printed(verdict: Verdict, *, explain: bool = False, **environment: str) -> str:
    file = io.StringIO()
    Terminal(file, environment).show(table.verdict(verdict, explain=explain))
    return file.getvalue()


def test_an_unsafe_image_shows_the_rule_its_chain_and_what_decided() -> None:
    lines = printed(UNSAFE).splitlines()
    assert lines[0] == "unsafe  burning.png  on-fire  action: block"
    rows = [re.sub(r"\s+", " ", line.strip()) for line in lines]
    minus = "\N{MINUS SIGN}"
    assert f"✓ a person is visible 0.98 +0.57 {minus}0.12 .. +0.47 holds, by debiased score" in rows
    assert any(row.startswith("or ✗ an animal is visible 0.03") for row in rows)
    assert any(row.startswith("and ✓ flames cover the body") for row in rows)
    assert any(
        "by region removed; region +0.67, bound +0.60" in re.sub(r"\s+", " ", line)
        for line in [" ".join(line[80:] for line in lines)]
    )


def test_only_explain_shows_what_was_cleared_and_the_reasonings() -> None:
    plain, full = printed(UNSAFE), printed(UNSAFE, explain=True)
    for shown in ("two-in-bed", "gambling", "There is a white coat."):
        assert shown not in plain
        assert shown in full
    assert printed(SAFE).splitlines()[0] == "safe    garden.png"


def test_what_was_noted_of_an_image_is_told_of_a_safe_one_too() -> None:
    assert printed(SAFE).splitlines()[1:] == ["  transparent pixels were put on white"]
    assert len(printed(SAFE.model_copy(update={"record": None})).splitlines()) == 1


def test_an_animation_tells_when_it_violates() -> None:
    assert "\n  on-fire: 3.0-6.5 s\n" in printed(moving())
    assert "\n  on-fire: 3.0-6.5 s\n" in printed(moving(), explain=True)
    assert "-6.5 s" not in printed(UNSAFE)


def test_what_was_not_judged_says_why_in_one_line() -> None:
    assert (
        printed(ERROR) == "error   broken.jpg  the file ends before the picture does (truncated)\n"
    )
    assert "a rule could not be decided" in printed(ABSTAIN, COLUMNS="200").splitlines()[0]


def test_a_file_gets_no_colours_and_no_loose_ends() -> None:
    for verdict in ALL:
        for line in printed(verdict, explain=True).splitlines():
            assert line.isprintable()
            assert line == line.rstrip()
            assert len(line) <= PIPED_WIDTH or verdict.image in line


def test_colours_are_for_terminals_that_want_them() -> None:
    for environment, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        file = Tty()
        terminal = Terminal(file, {"TERM": "xterm-256color", **environment})
        terminal.show(table.verdict(UNSAFE))
        assert ("\x1b[1;31m" in file.getvalue()) is coloured


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_every_width_keeps_the_numbers(width: int) -> None:
    shown = printed(UNSAFE, COLUMNS=str(width))
    for number in ("0.98", "+0.57", "+0.41"):
        assert number in shown


@given(st.text(max_size=30))
def test_no_text_can_act_on_the_terminal(text: str) -> None:
    atom = FIRE.model_copy(update={"text": text, "rationale": text, "reason": text})
    rule = ON_FIRE.model_copy(
        update={"rule_id": text, "text": text, "reason": text, "groups": ((atom,),)}
    )
    verdict = UNSAFE.model_copy(
        update={"image": text, "reason": text, "rules": (rule,), "violated": (text,)}
    )
    for line in printed(verdict, explain=True).split("\n"):
        assert line.isprintable()


def test_markup_in_a_name_is_only_text() -> None:
    assert "[red]a[/red] :fire:.png" in printed(
        SAFE.model_copy(update={"image": "[red]a[/red] :fire:.png"})
    )


def test_the_summary_counts_what_came_up() -> None:
    file = io.StringIO()
    terminal = Terminal(file, {})
    terminal.show(table.summary({Outcome.SAFE: 3, Outcome.UNSAFE: 1, Outcome.ERROR: 0}))
    terminal.show(table.summary({Outcome.SAFE: 1}))
    assert file.getvalue() == "4 images: 1 unsafe, 3 safe\n1 image: 1 safe\n"


def test_what_a_student_found_says_by_which_bounds() -> None:
    said = StudentFinding(p=0.97, low=0.05, high=0.9)
    found = ON_FIRE.model_copy(update={"groups": (), "student": said})
    text = " ".join(printed(UNSAFE.model_copy(update={"rules": (found,)})).split())
    assert "by the student: P(violated) 0.97, cleared up to 0.05, violated from 0.9" in text
