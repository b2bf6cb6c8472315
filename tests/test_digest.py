from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cluejudge.compiled import CompiledConstitution, dump_compiled, filled_rule, load_compiled
from cluejudge.constitution import Constitution, dump_constitution, load_constitution
from cluejudge.digest import digest, rule_digest, source_digest, written_digest
from tests.constitutions import compiled_constitutions, constitutions

PLAIN = """\
# Written in a hurry.
rules:
  - text: "Nobody may be shown on fire."
    id: fire
  - {id: bomb, text: No bombs., severity: high}
name: general
"""

SAME_PLAIN = """\
name: 'general'
version: 1
rules:
  - id: bomb
    text: >-
      No
      bombs.
    severity: high
    action: block
  - id: fire
    text: Nobody may be shown on fire.
    severity: medium
    exceptions: []
"""

COMPILED = """\
name: general
rules:
  - id: fire
    source: No fire.
    text: A person is on fire.
    chain:
      - {text: a person, objects: person}
      - any_of: [flames, smoke]
      - {text: a film set, negated: true}
    thresholds: {region: 0.5}
"""


def test_how_it_is_written_does_not_matter() -> None:
    assert digest(load_constitution(PLAIN)) == digest(load_constitution(SAME_PLAIN))


def test_the_digests_that_stored_verdicts_hold_stay_the_same() -> None:
    assert (
        digest(load_constitution(PLAIN))
        == "79249518024557387d3305091cfb8b2648a9203f71e41a4706cd08354c09564e"
    )
    assert (
        digest(load_compiled(COMPILED))
        == "e79a78032ac583f87ce4e8d749e728ef0e63f08e242c910f5532b0e359ba2825"
    )


def test_the_defaults_that_digests_leave_out_stay_the_same() -> None:
    plain = load_constitution("name: a\nrules: [{id: a, text: b}]\n")
    compiled = load_compiled("name: a\nrules: [{id: a, text: b, chain: [c]}]\n")

    assert plain.model_dump(mode="json") == {
        "name": "a",
        "version": "1",
        "description": "",
        "rules": [
            {
                "id": "a",
                "text": "b",
                "severity": "medium",
                "action": "block",
                "categories": [],
                "exceptions": [],
                "examples": [],
            }
        ],
    }
    rule = compiled.model_dump(mode="json")["rules"][0]
    assert set(rule.pop("thresholds").values()) == {None}
    assert rule == {
        "id": "a",
        "text": "b",
        "source": "b",
        "parameters": {},
        "objectiveness": None,
        "severity": "medium",
        "action": "block",
        "categories": [],
        "chain": [{"any_of": [{"text": "c", "objects": [], "negated": False}]}],
        "exceptions": [],
        "examples": [],
        "doubts": [],
        "compiled": None,
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: general", "name: special"),
        ("id: fire", "id: fires"),
        ("source: No fire.", "source: No fires."),
        ("text: A person is on fire.", "text: A person is  on fire."),
        ("text: a person,", "text: a man,"),
        ("objects: person", "objects: man"),
        (", objects: person", ""),
        ("any_of: [flames, smoke]", "any_of: [flames]"),
        ("any_of: [flames, smoke]", "flames"),
        ("any_of: [flames, smoke]\n      - {", "any_of: [flames, smoke, "),
        (", negated: true", ""),
        ("region: 0.5", "region: 0.6"),
        ("region: 0.5", "relevance: 0.5"),
        ("    chain", "    severity: high\n    chain"),
        ("    chain", "    action: review\n    chain"),
        ("    chain", "    categories: [violence]\n    chain"),
        ("    chain", "    parameters: {a: 1}\n    chain"),
        ("name: general", "name: general\nversion: 2"),
    ],
)
def test_what_is_said_matters(old: str, new: str) -> None:
    changed = COMPILED.replace(old, new)
    changed = changed.replace("smoke, text: a film set, negated: true}", "smoke]")

    assert changed != COMPILED
    assert digest(load_compiled(changed)) != digest(load_compiled(COMPILED))


def test_where_a_rule_comes_from_and_what_was_doubted_does_not_matter() -> None:
    origin = "{writer: w, source: 0123456789ab, written: 0123456789ab, edited: true}"
    with_more = f"{COMPILED}    doubts: [a stunt]\n    compiled: {origin}\n"

    assert digest(load_compiled(with_more)) == digest(load_compiled(COMPILED))


def test_the_digest_of_a_source_is_over_what_a_compiler_reads() -> None:
    assert source_digest("a", ["b"]) == source_digest("a", ("b",))
    assert len({source_digest(*one) for one in (("a", []), ("a", ["b"]), ("b", []))}) == 3


@pytest.mark.parametrize(
    ("old", "new", "matters"),
    [
        ("text: A person is", "text: Somebody is", True),
        ("text: a person,", "text: a man,", True),
        ("    chain", "    objectiveness: [4, 9]\n    chain", True),
        ("    chain", "    parameters: {a: 1}\n    chain", True),
        ("id: fire", "id: fires", False),
        ("source: No fire.", "source: No fires.", False),
        ("    chain", "    severity: high\n    chain", False),
        ("region: 0.5", "region: 0.6", False),
    ],
)
def test_the_digest_of_what_was_written_is_over_what_a_compiler_writes(
    old: str, new: str, matters: bool
) -> None:
    before, after = load_compiled(COMPILED).rules[0], load_compiled(COMPILED.replace(old, new))

    assert (written_digest(before) != written_digest(after.rules[0])) is matters


def test_a_constitution_and_its_compiled_form_differ() -> None:
    rule = {"id": "a", "text": "b", "chain": ["c"]}
    compiled = CompiledConstitution.model_validate({"name": "a", "rules": [rule]})
    plain = Constitution.model_validate({"name": "a", "rules": [{"id": "a", "text": "b"}]})

    assert digest(compiled) != digest(plain)


@given(compiled_constitutions, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_neither_the_order_of_rules_nor_the_file_matters(
    compiled: CompiledConstitution, random: Any
) -> None:
    rules = list(compiled.rules)
    random.shuffle(rules)
    shuffled = compiled.model_copy(update={"rules": tuple(rules)})

    assert digest(load_compiled(dump_compiled(shuffled))) == digest(compiled)


@given(constitutions)
@settings(max_examples=40, deadline=None)
def test_a_file_has_the_digest_of_what_it_was_written_from(constitution: Constitution) -> None:
    assert digest(load_constitution(dump_constitution(constitution))) == digest(constitution)


@given(compiled_constitutions, compiled_constitutions)
@settings(max_examples=60, deadline=None)
def test_different_constitutions_have_different_digests(
    one: CompiledConstitution, other: CompiledConstitution
) -> None:
    mixed = one.model_copy(update={"rules": other.rules})
    assume(meaning(mixed) != meaning(one))

    assert digest(mixed) != digest(one)


def meaning(constitution: CompiledConstitution) -> CompiledConstitution:
    told = {"doubts": (), "compiled": None}
    rules = tuple(rule.model_copy(update=told) for rule in constitution.rules)
    return constitution.model_copy(update={"rules": rules})


@given(compiled_constitutions)
@settings(max_examples=40, deadline=None)
def test_a_rule_is_told_by_what_decides_it(constitution: CompiledConstitution) -> None:
    for rule in constitution.rules:
        aside = {"id": "other", "action": "call somebody", "categories": ("x",), "doubts": ("y",)}
        assert rule_digest(rule.model_copy(update=aside)) == rule_digest(rule)
        assert rule_digest(filled_rule(rule)) == rule_digest(rule)
        text = rule.model_copy(update={"text": f"{rule.text}!"})
        chain = rule.model_copy(update={"chain": (*rule.chain, rule.chain[0])})
        bounds = rule.thresholds.model_copy(update={"region": 0.123})
        changed = (text, chain, rule.model_copy(update={"thresholds": bounds}))
        assert rule_digest(rule) not in set(map(rule_digest, changed))
        assert len(set(map(rule_digest, changed))) == 3
