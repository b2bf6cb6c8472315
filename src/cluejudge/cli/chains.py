"""A constitution for a reader at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from cluejudge.cli.constitutions import Found
from cluejudge.compiled import Atom, CompiledRule
from cluejudge.constitution import Rule
from cluejudge.report.words import one_line


def drawn(found: Found) -> RenderableType:
    """Every rule with its chain; remarks follow the rule that they are about."""
    constitution = found.constitution
    count = len(constitution.rules)
    head = Text.assemble(
        (f"{constitution.name} {one_line(constitution.version)}", "bold"),
        f"  {'1 rule' if count == 1 else f'{count} rules'}",
        (f"  {found.digest[:12]}", "dim"),
    )
    parts: list[RenderableType] = [head]
    if constitution.description:
        parts.append(Text(one_line(constitution.description), "dim"))
    for rule in constitution.rules:
        said = [
            f"line {line}: {said}" if line else said for said, line in found.remarks_on(rule.id)
        ]
        parts.append(Group("", *_rule(rule), *(Text(f"  ! {one}", "yellow") for one in said)))
    return Group(*parts)


def _rule(rule: Rule | CompiledRule) -> Iterator[RenderableType]:
    line = Text(rule.id, "bold")
    line.append(f"  {rule.severity}, {one_line(rule.action)}", "dim")
    if isinstance(rule, CompiledRule) and rule.objectiveness:
        before, after = rule.objectiveness
        line.append(f", objectiveness {before} -> {after}", "dim")
    yield line
    yield _indented(Text(one_line(rule.text)))
    if isinstance(rule, CompiledRule):
        if rule.source != rule.text:
            yield _indented(Text(f"from: {one_line(rule.source)}", "dim"))
        yield from _chain(rule)
        yield from _overrides(rule)
    for exception in rule.exceptions:
        yield _indented(Text(f"except: {one_line(exception)}", "dim"))


def _chain(rule: CompiledRule) -> Iterator[RenderableType]:
    for number, group in enumerate(rule.chain):
        for position, atom in enumerate(group.any_of):
            word = "or" if position else "and" if number else "if"
            yield _indented(_atom(word, atom))


def _atom(word: str, atom: Atom) -> Text:
    line = Text.assemble((f"{word:>3} ", "dim"))
    line.append("not visible: " if atom.negated else "", "bold")
    line.append(one_line(atom.text))
    if atom.objects:
        line.append(f"  [{', '.join(map(one_line, atom.objects))}]", "dim")
    return line


def _overrides(rule: CompiledRule) -> Iterator[RenderableType]:
    own = rule.thresholds.model_dump(exclude_none=True)
    if own:
        named = ", ".join(f"{name} {value:g}" for name, value in own.items())
        yield _indented(Text(f"own thresholds: {named}", "dim"))


def _indented(text: Text) -> Padding:
    return Padding(text, (0, 0, 0, 2), expand=False)
