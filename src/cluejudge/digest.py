"""One name for everything in a constitution that has a meaning."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from cluejudge.compiled import CompiledConstitution, CompiledRule, filled_rule
from cluejudge.constitution import Constitution


def digest(constitution: Constitution | CompiledConstitution) -> str:
    """sha256, hex, over what `constitution` says.

    Comments, order of keys, quotes and short forms are not in it, nor is the order of the rules:
    no verdict depends on it. A field at its default counts as not written, so a later version
    that adds an optional field gives old files the digest they had. Texts count to the character.
    Where a compiled rule comes from, and what was doubted in it, changes no verdict and is not in
    it either.
    """
    says = constitution.model_dump(
        mode="json", exclude_defaults=True, exclude={"rules": {"__all__": {"doubts", "compiled"}}}
    )
    says["rules"] = sorted(says["rules"], key=lambda rule: str(rule["id"]))
    return _sha256([type(constitution).__name__, says])


def source_digest(text: str, exceptions: Sequence[str]) -> str:
    """12 hex digits over what the author of a rule wrote and a compiler reads."""
    return _sha256([text, *exceptions])[:12]


def written_digest(rule: CompiledRule) -> str:
    """12 hex digits over what a compiler writes of a rule: another one shows an edit by hand."""
    fields = {"text", "parameters", "objectiveness", "chain"}
    return _sha256(rule.model_dump(mode="json", include=fields))[:12]


def rule_digest(rule: CompiledRule) -> str:
    """sha256, hex, over what decides whether a picture violates `rule`.

    That is its text, its chain and its thresholds, with the values of parameters filled in. How it
    is called, how grave it is and what is done about it are not in it.
    """
    fields = {"text", "chain", "thresholds"}
    says = filled_rule(rule).model_dump(mode="json", include=fields, exclude_defaults=True)
    return _sha256(["rule", says])


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
