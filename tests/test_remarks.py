from __future__ import annotations

import pytest

from cluejudge.compiled import load_compiled
from cluejudge.remarks import LONG_ATOM, Remark, remarks
from cluejudge.yamlfile import read

HEAD = """\
name: general
rules:
  - id: fire
    text: A person is on fire.
    chain:
      - {text: a person, objects: person}
"""


def messages(atoms: str) -> list[str]:
    return [remark.message for remark in remarks(load_compiled(HEAD + atoms))]


def test_a_good_rule_has_no_remarks() -> None:
    assert messages("      - {text: a notice board, objects: board}\n") == []


@pytest.mark.parametrize(
    ("atom", "message"),
    [
        ("a knife", "has no `objects`"),
        ("{text: no knife, objects: knife}", "set `negated: true`"),
        ("{text: a person isn't dressed, objects: person}", "`n't`"),
        ("{text: ' a knife', objects: knife}", "white space around"),
        ("{text: A  Person, objects: person}", "twice"),
        (f"{{text: {'knife ' * LONG_ATOM}x, objects: knife}}", f"has {LONG_ATOM + 1} words"),
    ],
)
def test_what_looks_wrong_is_remarked(atom: str, message: str) -> None:
    (found,) = messages(f"      - {atom}\n")

    assert message in found


def test_a_document_gives_the_lines() -> None:
    text = HEAD + "      - any_of:\n          - {text: flames, objects: flame}\n          - smoke\n"
    message = "the atom `smoke` has no `objects`: no region can be tested for it"

    assert remarks(load_compiled(text)) == (Remark("fire", message),)
    assert remarks(load_compiled(text), read(text)) == (Remark("fire", message, line=9),)
