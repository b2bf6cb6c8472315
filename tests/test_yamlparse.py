from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluejudge.errors import ConstitutionError
from cluejudge.yamlfile import read
from cluejudge.yamlparse import MAX_MESSAGE, MAX_NODES


def test_an_alias_stands_for_its_anchor() -> None:
    document = read("a: &words [x, y]\nb: *words\n")

    assert document.data == {"a": ["x", "y"], "b": ["x", "y"]}
    assert document.line(("b",)) == 2


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a:\n\t- b\n", 2, "indent with spaces, not with tabs"),
        ("a: 1\ntext: no fire: ever\n", 2, "put quotes around a text"),
        ("a: 'x\nb: c\n", 3, "never closed"),
        ("a:\n  b: 1\n c: 2\n", 3, "indentation"),
        ("a: 1\n---\nb: 2\n", 2, "more than one document"),
        ("a: *b\n", 1, "stands for nothing"),
        ("a: &b [*b]\n", 1, "stands for nothing"),
        ('a: 1\nb: "\\UFFFFFFFF"\n', 2, "check its escapes"),
        ("a: 1\nb: \x00\n", 2, r"U\+0000 is not allowed"),
        ("[" * 100_000 + "\n", 1, "nested deeper"),
        ("a: " * 100_000 + "\n", 1, "not YAML"),
    ],
)
def test_what_is_not_yaml_is_refused_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(ConstitutionError, match=message) as caught:
        read(text)

    assert caught.value.line == line


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 20)
    )
    start = time.perf_counter()

    with pytest.raises(ConstitutionError, match=f"at most {MAX_NODES} values"):
        read(bomb)

    assert time.perf_counter() - start < 1


@pytest.mark.parametrize("tag", ["!!python/object:os.system", "!!binary", "!mine", "!!set"])
def test_tags_that_make_other_types_are_mistakes(tag: str) -> None:
    document = read(f"a: 1\nb: {tag} {{c: d}}\n")

    (problem,) = document.problems
    assert problem.line == 2
    assert "is not allowed" in str(problem)


def test_a_key_written_twice_is_a_mistake_that_names_both_lines() -> None:
    document = read("a: 1\nb: 2\na: 3\n")

    (problem,) = document.problems
    assert str(problem) == "line 3: `a` is written twice, first on line 1 (keep one of them)"
    assert document.data == {"a": 1, "b": 2}


def test_a_mistake_is_one_line_however_strange_its_words() -> None:
    key = '"\\e' + "x" * 900 + '"'

    (problem,) = read(f"{key}: 1\n{key}: 2\n").problems

    assert str(problem).isprintable()
    assert len(str(problem)) < MAX_MESSAGE + 50


def test_keys_are_words() -> None:
    document = read("1: a\ntrue: b\n? [x]\n: c\n")

    assert document.data == {"1": "a", "true": "b"}
    assert [problem.line for problem in document.problems] == [3]


TOKENS = (
    *(
        "\n",
        "  ",
        "- ",
        ": ",
        "\t",
        "#",
        "'",
        '"',
        "|",
        ">",
        "&a ",
        "*a ",
        "!t ",
        "!<x>",
        "!%ff ",
        "!!int ",
    ),
    *("%YAML 1.2\n", "%YAML x\n", "---\n", "...\n", "[", "]", "{", "}", ",", "? ", '"\\UFFFFFFFF"'),
    *("\\", "\ufeff", "\x85", "\u2028", "\r", "|9-\n", "a", "1", "<<: ", "!!int "),
)


@given(st.lists(st.sampled_from(TOKENS) | st.text(max_size=3), max_size=30).map("".join))
@settings(max_examples=300)
def test_any_text_is_read_or_refused_with_a_line(text: str) -> None:
    try:
        line: int | None = read(text + "\n").line(())
    except ConstitutionError as error:
        line = error.line

    assert line is not None
    assert 1 <= line <= len(text) + 2
