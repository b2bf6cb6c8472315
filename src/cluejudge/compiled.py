"""Rules as the judge reads them: chains of preconditions (AND of OR of atoms)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from cluejudge.constitution import Example, Severity, distinct, looks_compiled
from cluejudge.errors import ConstitutionError
from cluejudge.settings import Frozen
from cluejudge.texts import Amount, Cosine, Flag, Gap, Id, Note, Rating, Share, Text
from cluejudge.validation import validated
from cluejudge.yamlfile import read
from cluejudge.yamlscalars import as_written
from cluejudge.yamltext import to_yaml


def _as_tuple(value: object) -> object:
    word = as_written(value)
    return (word,) if isinstance(word, str) else value


class Atom(Frozen):
    """One content that a picture shows or does not show.

    `objects` are the words an open-vocabulary detector looks for. A negated atom holds when its
    content is *not* visible: an exception is a group of them. Its short form is its bare text.
    """

    text: Text = Field(max_length=500, description="the content, in words that can be seen")
    objects: Annotated[tuple[Text, ...], BeforeValidator(_as_tuple)] = Field(
        default=(), description="words for the detector; one word may stand alone"
    )
    negated: Flag = Field(default=False, description="holds if the content is not visible")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        text = as_written(value)
        return {"text": text} if isinstance(text, str) else value

    def short(self) -> object:
        """The shortest form that says the same: the bare text or a mapping."""
        if not self.objects and not self.negated:
            return self.text
        objects = self.objects[0] if len(self.objects) == 1 else list(self.objects)
        return {"text": self.text, "objects": objects, "negated": self.negated or None}


class AnyOf(Frozen):
    """A precondition: holds if any of its atoms holds. Its short form is its only atom."""

    any_of: tuple[Atom, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _from_atom(cls, value: object) -> object:
        one = isinstance(as_written(value), str | Atom) or (
            isinstance(value, Mapping) and not any(str(key).startswith("any") for key in value)
        )
        return {"any_of": (value,)} if one else value

    def short(self) -> object:
        """The shortest form that says the same: the only atom or a mapping."""
        atoms = [atom.short() for atom in self.any_of]
        return atoms[0] if len(atoms) == 1 else {"any_of": atoms}


class ThresholdOverrides(Frozen):
    """Thresholds of one rule that differ from the judge's; None keeps the judge's."""

    relevance: Cosine | None = None
    prior_low: Amount | None = None
    prior_high: Amount | None = None
    region: Gap | None = None
    detector: Share | None = None
    small_object: Share | None = None
    reasoning: Share | None = None


class CompiledRule(Frozen):
    """A rule with its objective text and its chain; violated only if every group holds.

    `exceptions` and `examples` are the author's, kept for people and for tests: the judge decides
    by the chain alone. A rule read without `source` was written objective: its text is its source.
    """

    id: Id = Field(description="short name: small letters, digits, `_`, `-`, `.`")
    text: Text = Field(description="the objective text")
    source: Text = Field(
        default_factory=lambda fields: fields["text"],
        description="the rule as its author wrote it; if absent, the text",
    )
    objectiveness: tuple[Rating, Rating] | None = Field(
        default=None, description="rated 1-10 before and after objectifying"
    )
    severity: Severity = Severity.MEDIUM
    action: Text = Field(default="block", description="what to do on a violation")
    chain: tuple[AnyOf, ...] = Field(min_length=1, description="groups that must all hold")
    thresholds: ThresholdOverrides = ThresholdOverrides()
    exceptions: tuple[Text, ...] = Field(default=(), description="as the author wrote them")
    examples: tuple[Example, ...] = ()


class CompiledConstitution(Frozen):
    """What the judge reads. Written by the compiler or by hand; read and edited by people."""

    name: Id
    version: Text = "1"
    description: Note = ""
    rules: Annotated[tuple[CompiledRule, ...], Field(min_length=1), AfterValidator(distinct)]


def load_compiled(path_or_text: str | Path) -> CompiledConstitution:
    """Reads a compiled constitution from a file or from YAML text (see `yamlfile.read`).

    Raises `ConstitutionError` that lists every mistake with its line.
    """
    document = read(path_or_text)
    if _looks_plain(document.data):
        raise ConstitutionError(
            "this is a constitution that is not compiled: no rule has a chain",
            path=document.path,
            line=document.line(("rules",)),
            hint="compile it, or write a `chain` for each rule by hand",
        )
    return validated(document, CompiledConstitution)


def dump_compiled(compiled: CompiledConstitution) -> str:
    """The compiled constitution as YAML, short forms used; `load_compiled` gives an equal one."""
    head = compiled.model_dump(mode="json", exclude={"rules"})
    return to_yaml(head, [_short_rule(rule) for rule in compiled.rules])


def _short_rule(rule: CompiledRule) -> dict[str, Any]:
    source = {"source": rule.source} if rule.source != rule.text else {}
    data = rule.model_dump(mode="json", exclude={"id", "source"})
    return {"id": rule.id, **source, **data, "chain": [group.short() for group in rule.chain]}


def _looks_plain(data: object) -> bool:
    rules = data.get("rules") if isinstance(data, dict) else None
    return isinstance(rules, list) and bool(rules) and not looks_compiled(data)
