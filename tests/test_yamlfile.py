from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.errors import ConstitutionError
from cluejudge.yamlfile import MAX_BYTES, MAX_NODES, as_written, read


def test_values_are_those_of_the_core_schema() -> None:
    text = """\
    nothing: [~, null, ]
    flags: [true, False]
    numbers: [1, -2, 0o17, 0x1F, 2.50, 1e3, -.5]
    texts: [no, on, 2026-01-31, 12:30:45, 1_000, "1", '2', a b]
    """

    assert read(text).data == {
        "nothing": [None, None],
        "flags": [True, False],
        "numbers": [1, -2, 15, 31, 2.5, 1000.0, -0.5],
        "texts": ["no", "on", "2026-01-31", "12:30:45", "1_000", "1", "2", "a b"],
    }


@given(st.floats(allow_nan=False) | st.integers(-(10**30), 10**30))
def test_numbers_remember_their_spelling(number: float) -> None:
    spelled = repr(number).replace("inf", ".inf")

    data = read(f"a: {spelled}\n").data

    assert data == {"a": number}
    assert isinstance(data, dict)
    assert as_written(data["a"]) == spelled


def test_lines_are_those_of_the_keys_and_items() -> None:
    document = read(
        "# a remark\nname: x\nrules:\n  - id: a\n    text: >-\n      b\n      c\n  - d\n"
    )

    assert document.line(()) == 2
    assert document.line(("rules",)) == 3
    assert document.line(("rules", 0)) == 4
    assert document.line(("rules", 0, "text")) == 5
    assert document.line(("rules", 1)) == 8
    assert document.line(("rules", 0, "absent")) == 4
    assert document.line(("rules", 1, "any_of", 0, "text")) == 8


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


def test_keys_are_words() -> None:
    document = read("1: a\ntrue: b\n? [x]\n: c\n")

    assert document.data == {"1": "a", "true": "b"}
    assert [problem.line for problem in document.problems] == [3]


def test_a_text_of_one_line_is_a_path(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_bytes(b"\xef\xbb\xbfname: x\r\nversion: 2\r\n")

    assert read(str(file)).data == read(file).data == {"name": "x", "version": 2}
    assert read("{name: x}").data == {"name": "x"}
    with pytest.raises(ConstitutionError, match="there is no such file"):
        read(tmp_path / "absent.yaml")
    with pytest.raises(ConstitutionError, match="there is no such file"):
        read("name: x")
    with pytest.raises(ConstitutionError, match="cannot be read"):
        read(tmp_path)
    with pytest.raises(ConstitutionError, match="cannot be read"):
        read("a\0b")


def test_a_file_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_bytes("name: x\ntext: Gewalt ist böse\n".encode("latin-1"))

    with pytest.raises(ConstitutionError, match="not UTF-8") as caught:
        read(file)

    assert (caught.value.path, caught.value.line) == (str(file), 2)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_bytes(b"#" * (MAX_BYTES + 1))

    with pytest.raises(ConstitutionError, match="too large"):
        read(file)
    with pytest.raises(ConstitutionError, match="too large"):
        read("\n" * (MAX_BYTES + 1))


@given(st.text(max_size=200).map(lambda text: text + "\n"))
def test_any_text_is_read_or_refused_with_a_line(text: str) -> None:
    try:
        line: int | None = read(text).line(())
    except ConstitutionError as error:
        line = error.line

    assert line is not None
    assert 1 <= line <= text.count("\n") + 2
