from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.bench.spec import Entry, Spec, load_entry, parse_spec
from cluejudge.errors import ModelError, UsageError
from cluejudge.settings import Frozen

WORDS = st.text("abcxyz09-_. /", min_size=1, max_size=8)


class Options(Frozen):
    count: int = 1
    style: str | None = None


@given(WORDS, st.text("abc/?:._", max_size=8), st.dictionaries(WORDS, WORDS, max_size=3))
def test_a_spec_is_read_as_it_is_written(name: str, arg: str, options: dict[str, str]) -> None:
    spec = Spec(name, arg, options)
    assert parse_spec(str(spec)) == spec


def test_a_path_may_hold_a_question_mark() -> None:
    assert parse_spec("folder:what?/a.csv") == Spec("folder", "what?/a.csv")
    assert parse_spec("folder:what?/a?b=1") == Spec("folder", "what?/a", {"b": "1"})


def test_options_become_a_value_of_their_kind() -> None:
    assert parse_spec("suite?count=7&style=none").read_options(Options) == Options(count=7)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("suite?cuont=7", "did you mean count?"),
        ("suite?count=many", "count=many"),
    ],
)
def test_wrong_options_are_told(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=r"suite\?") as caught:
        parse_spec(text).read_options(Options)
    assert told in str(caught.value)


@pytest.mark.parametrize("text", ["suite?count=1&style", "suite?count=1&count=2"])
def test_an_option_has_one_value(text: str) -> None:
    with pytest.raises(UsageError):
        parse_spec(text)


@pytest.mark.parametrize("text", ["clue:x", "clue?a=b"])
def test_what_takes_no_options_says_so(text: str) -> None:
    with pytest.raises(UsageError, match="clue takes no options"):
        parse_spec(text).plain()
    assert parse_spec("clue").plain() == Spec("clue")


def test_entries_are_loaded_by_name() -> None:
    entries = {"path": Entry("pathlib:Path", "a path")}
    assert load_entry(entries, Spec("path"), "suite").__name__ == "Path"


def test_the_nearest_name_is_meant() -> None:
    entries = {"pictobench": Entry("x:y", "")}
    with pytest.raises(UsageError, match="did you mean 'pictobench'"):
        load_entry(entries, Spec("pictobensh"), "suite")
    with pytest.raises(UsageError, match="bench list"):
        load_entry(entries, Spec("nothing-like-it"), "suite")


def test_a_missing_library_is_told_with_the_command_that_installs_it() -> None:
    entries = {"far": Entry("no_such_module:x", "", "far", files="and its weights")}
    with pytest.raises(ModelError, match="no_such_module") as caught:
        load_entry(entries, Spec("far"), "method")
    assert caught.value.hint == "pip install 'cluejudge[far]'"
    assert entries["far"].needs == "the extra far, and its weights"


def test_a_name_behind_a_colon_is_refused_where_there_is_none() -> None:
    assert parse_spec("half?a=1").nameless() == parse_spec("half?a=1")
    with pytest.raises(UsageError, match="half takes nothing behind a colon"):
        parse_spec("half:x?a=1").nameless()
