"""What a constitution asks of a picture: its rules in one fixed order, thresholds resolved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cluejudge.compiled import AnyOf, CompiledRule
from cluejudge.constitution import Severity
from cluejudge.settings import GroupQuestion, Method, RelevanceText, Thresholds

_GRAVITY = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Question:
    """One content to look for, the words of its objects, and whether it must be absent."""

    content: str
    objects: tuple[str, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class PlannedRule:
    """A rule as one judgement asks it: AND of groups, each an OR of questions."""

    rule: CompiledRule
    thresholds: Thresholds
    groups: tuple[tuple[Question, ...], ...]
    texts: tuple[str, ...]  # what its relevance is measured on


def gravity(rule: CompiledRule) -> tuple[int, str]:
    """Sorts rules from the most severe down, then by id: never by their place in a file.

    So a budget that runs out has been spent on the gravest rules, whoever ordered the file.
    """
    return -_GRAVITY[rule.severity], rule.id


def plan(
    rules: Iterable[CompiledRule], thresholds: Thresholds, method: Method
) -> tuple[PlannedRule, ...]:
    """The rules (at least one) by `gravity`, with their overrides applied to `thresholds`."""
    planned = tuple(_planned(rule, thresholds, method) for rule in sorted(rules, key=gravity))
    if not planned:
        raise ValueError("a picture that is judged by no rule would be safe unseen")
    return planned


def _planned(rule: CompiledRule, thresholds: Thresholds, method: Method) -> PlannedRule:
    overrides = rule.thresholds.model_dump(exclude_none=True)
    groups = tuple(_questions(group, method.group_question) for group in rule.chain)
    return PlannedRule(
        rule=rule,
        thresholds=thresholds.model_copy(update=overrides),
        groups=groups,
        texts=_relevance_texts(rule, groups, method.relevance_text),
    )


def _questions(group: AnyOf, how: GroupQuestion) -> tuple[Question, ...]:
    """The group's atoms, or one question "A or B"; "not A or not B" cannot be asked as one."""
    atoms = group.any_of
    if how is GroupQuestion.WHOLE and not any(atom.negated for atom in atoms):
        words = dict.fromkeys(word for atom in atoms for word in atom.objects)
        return (Question(" or ".join(atom.text for atom in atoms), tuple(words)),)
    return tuple(Question(atom.text, atom.objects, atom.negated) for atom in atoms)


def _relevance_texts(
    rule: CompiledRule, groups: tuple[tuple[Question, ...], ...], how: RelevanceText
) -> tuple[str, ...]:
    if how is RelevanceText.RULE:
        return (rule.text,)
    present = (question.content for group in groups for question in group if not question.negated)
    return tuple(dict.fromkeys((rule.text, *present)))
