"""What looks wrong in a compiled constitution that is valid: found without any model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cluejudge.compiled import Atom, CompiledConstitution, CompiledRule
from cluejudge.yamlfile import Document

LONG_ATOM = 20
_NEGATION = re.compile(r"\b(no|not|without|never|nobody|nothing|none|neither)\b|n't\b", re.I)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to look at in the rule `rule_id`; `line` is None where no file was given."""

    rule_id: str
    message: str
    line: int | None = None


def remarks(
    constitution: CompiledConstitution, document: Document | None = None
) -> tuple[Remark, ...]:
    """Remarks in the order of the rules; `document` (`yamlfile.read`) gives them their lines."""
    return tuple(
        Remark(rule.id, message, document.line(("rules", index, *steps)) if document else None)
        for index, rule in enumerate(constitution.rules)
        for steps, message in _on_rule(rule)
    )


_Found = tuple[tuple[str | int, ...], str]


def _on_rule(rule: CompiledRule) -> Iterator[_Found]:
    seen: set[str] = set()
    for group_index, group in enumerate(rule.chain):
        for atom_index, atom in enumerate(group.any_of):
            steps = ("chain", group_index, "any_of", atom_index)
            words = " ".join(atom.text.lower().split())
            if words in seen:
                yield steps, f"the atom `{atom.text}` is in the chain twice"
            seen.add(words)
            yield from ((steps, message) for message in _on_atom(atom))


def _on_atom(atom: Atom) -> Iterator[str]:
    count = len(atom.text.split())
    if count > LONG_ATOM:
        yield f"the atom has {count} words: split it, a model reads short ones better"
    if not atom.objects:
        yield f"the atom `{atom.text}` has no `objects`: no region can be tested for it"
    if found := _NEGATION.search(atom.text):
        yield (
            f"the atom `{atom.text}` holds the word `{found[0]}`: "
            "say what is visible, and set `negated: true`"
        )
    if atom.text != atom.text.strip():
        yield f"the atom `{atom.text.strip()}` has white space around it: write it with `>-`"
