"""What can be told before any picture is seen: rules that models cannot judge, or not so surely."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator

from cluejudge.compiled import CompiledConstitution, CompiledRule
from cluejudge.errors import CluejudgeWarning, ConstitutionError, ModelError
from cluejudge.judge.plan import PlannedRule, plan
from cluejudge.models.protocols import Models
from cluejudge.settings import Method, Thresholds


def compiler_doubts(constitution: CompiledConstitution) -> tuple[str, ...]:
    """What the compiler could not settle and nobody has accepted, told by a warning too."""
    doubts = [f"rule `{rule.id}`: {doubt}" for rule in constitution.rules for doubt in rule.doubts]
    if doubts:
        said = f"the compiler doubts, and nobody has accepted it: {'; '.join(doubts)}"
        warnings.warn(said, CluejudgeWarning, stacklevel=3)
    return tuple(doubts)


def vet(
    rules: Iterable[CompiledRule], models: Models, thresholds: Thresholds, method: Method
) -> tuple[str, ...]:
    """Why the rules may be judged worse than they seem, in words that a warning has told.

    Raises a `ConstitutionError` that lists the rules which `models` cannot be asked about.
    """
    problems: list[ConstitutionError] = []
    planned_rules = plan(rules, thresholds, method)
    trusted = _trusts(models, planned_rules, method)
    doubts = dict.fromkeys((*models.doubts, *((models.threshold_doubt,) if trusted else ())))
    if models.grader:
        graded = [planned.rule for planned in planned_rules]
        doubts.update(dict.fromkeys(models.grader.vet(graded, thresholds, method)))
    for doubt in doubts:
        warnings.warn(doubt, CluejudgeWarning, stacklevel=3)
    for planned in planned_rules:
        try:
            doubts.update(dict.fromkeys(_vetted(planned, models, method)))
        except ModelError as error:
            said = f"rule `{planned.rule.id}` cannot be judged by {models.name}: {error}"
            problems.append(ConstitutionError(said))
    if problems:
        raise ConstitutionError.of(problems)
    return tuple(doubts)


def _trusts(models: Models, rules: Iterable[PlannedRule], method: Method) -> bool:
    """Whether a rule goes by a threshold of the encoder that may not fit."""
    scanned = models.encoder and method.relevance and models.threshold_doubt
    return bool(scanned) and any(rule.thresholds.relevance is None for rule in rules)


def _vetted(planned: PlannedRule, models: Models, method: Method) -> Iterator[str]:
    """What of one rule each model reads only in part. Raises `ModelError` as their vets do."""
    questions = [question for group in planned.groups for question in group]
    if models.vet:
        models.vet([question.content for question in questions])
    if models.encoder and models.vet_texts and method.relevance:
        yield from models.vet_texts(planned.texts)
    if models.detector and models.vet_words and (method.region or method.small_object):
        words = dict.fromkeys(word for question in questions for word in question.objects)
        yield from models.vet_words(tuple(words))
