from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluejudge.compiled import load_compiled
from cluejudge.constitution import load_constitution
from cluejudge.errors import ConstitutionError

BROKEN = """\
name: General Rules
versoin: 2
rules:
  - id: a
    sevrity: high
    severity: hgh
    text:
    chain: []
  - id: a
    text: [x]
    chain:
      - [a, b]
      - any_of: []
      - any_of: [a, {text: b, objct: c}]
      - {any_of: [a], negated: true}
      - ""
      - {text: c, negated: yes, objects: [1, null]}
    thresholds: {region: 2, relevance: "0.2"}
    objectiveness: [1, 2, 3]
  - abc
  - id: b
    id: c
    chain: x
    text: true
    exceptions:
    examples: [{image: a}]
    objectiveness: [11]
"""

MISTAKES = """\
F:1: `name` cannot be `General Rules` (small letters, digits, `_`, `-` and `.`; no space)
F:2: `versoin` is not a known field (did you mean `version`?)
F:5: rule `a`, `sevrity` is not a known field (did you mean `severity`?)
F:6: rule `a`, `severity` cannot be `hgh` (did you mean `high`?)
F:7: rule `a`, `text` must be text, not nothing (write it after the colon)
F:8: rule `a`, `chain` is empty (write at least one item)
F:9: the rule id `a` is used twice, first on line 4 (give each rule its own id)
F:10: rule `a`, `text` must be text, not a list
F:12: rule `a`, group 1 must be text or a mapping, not a list (write `any_of:` before the list)
F:13: rule `a`, group 2, `any_of` is empty (write at least one item)
F:14: rule `a`, group 3, atom 2, `objct` is not a known field (did you mean `objects`?)
F:15: rule `a`, group 4, `negated` is not a known field (possible: any_of)
F:16: rule `a`, group 5, `text` is blank (write some words)
F:17: rule `a`, group 6, `objects` item 2 must be text, not nothing (write it after the colon)
F:17: rule `a`, group 6, `negated` must be true or false, not text (without quotes)
F:18: rule `a`, `thresholds`, `relevance` must be a number, not text (write it without quotes)
F:18: rule `a`, `thresholds`, `region` must be at most 1, not 2
F:19: rule `a`, `objectiveness` has more than 2 items
F:20: rule 3 must be a mapping of `key: value` lines, not text
F:22: `id` is written twice, first on line 21 (keep one of them)
F:23: rule `b`, `chain` must be a list, not text (begin each item with `- `)
F:24: rule `b`, `text` must be text, not true (put quotes around the word)
F:25: rule `b`, `exceptions` must be a list, not nothing (delete the key, or add items)
F:26: rule `b`, example 1, `violates` is missing (whether the image violates the rule)
F:27: rule `b`, `objectiveness` item 1 must be at most 10, not 11
F:27: rule `b`, `objectiveness` item 2 is missing"""


def test_all_mistakes_are_told_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    file = tmp_path / "F"
    file.write_text(BROKEN, encoding="utf-8")

    with pytest.raises(ConstitutionError) as caught:
        load_compiled(file)

    told = str(caught.value).replace(str(file), "F").splitlines()
    assert told == MISTAKES.splitlines()
    assert (caught.value.path, caught.value.line) == (str(file), 1)
    assert [problem.line for problem in caught.value.problems] == [
        int(mistake.split(":")[1]) for mistake in MISTAKES.splitlines()
    ]


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("", ["the file is empty (begin with `name: ...`, then `rules:`)"]),
        ("- a\n- b\n", ["line 1: the file holds a list, not a mapping"]),
        ("just words\n", ["line 1: the file holds text, not a mapping"]),
        ("name: a\n", ["line 1: `rules` is missing"]),
        ("# hello\nrules: []\n", ["line 2: `name` is missing", "line 2: `rules` is empty"]),
        ("name: a\nrules: x\n", ["line 2: `rules` must be a list, not text"]),
        ("name: a\nrules:\n- text: b\n", ["line 3: rule 1, `id` is missing"]),
        ("name: a\nrules:\n- id: 1\n  text: 3\n  ï: x\n", ["line 5: rule `1`, `ï` is not a known"]),
        ('name: a\nrules:\n- {id: a, text: "\\e[0m"}\n', ["`text` holds the control character U+"]),
        ('name: a\nrules:\n- {id: a, text: b, "\\e": c}\n', ["rule `a`, `\ufffd` is not a known"]),
        ('name: a\nrules:\n- {id: a, text: "\\ud800"}\n', ["`text` must be valid text"]),
        (f"name: a\nrules:\n- id: a\n  text: {'x' * 2001}\n", ["longer than 2000 characters"]),
        (f"name: {'a' * 65}\nrules: [{{id: a, text: b}}]\n", ["longer than 64 characters"]),
    ],
)
def test_each_mistake_is_told_in_plain_words(text: str, mistakes: list[str]) -> None:
    with pytest.raises(ConstitutionError) as caught:
        load_constitution(text)

    assert len(caught.value.problems) == len(mistakes)
    for problem, mistake in zip(caught.value.problems, mistakes, strict=True):
        assert mistake in str(problem)


keys = st.sampled_from(
    ["name", "rules", "id", "text", "chain", "any_of", "objects", "negated", "severity", "x"]
)
values: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 12) | st.sampled_from(["", "a", "high", "1.5"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@given(st.fixed_dictionaries({"name": values, "rules": st.lists(values, max_size=3)}))
@settings(max_examples=150, deadline=None)
def test_whatever_a_file_holds_it_is_read_or_refused_with_lines(data: dict[str, object]) -> None:
    text = repr(data).replace("None", "null").replace("'", '"') + "\n"
    for load in (load_constitution, load_compiled):
        try:
            load(text)
            lines: list[int | None] = []
        except ConstitutionError as error:
            lines = [problem.line for problem in error.problems]
        assert set(lines) <= {1}
