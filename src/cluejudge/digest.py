"""One name for everything in a constitution that has a meaning."""

from __future__ import annotations

import hashlib
import json

from cluejudge.compiled import CompiledConstitution
from cluejudge.constitution import Constitution


def digest(constitution: Constitution | CompiledConstitution) -> str:
    """sha256, hex, over what `constitution` says.

    Comments, order of keys, quotes and short forms are not in it, nor is the order of the rules:
    no verdict depends on it. A field at its default counts as not written, so a later version
    that adds an optional field gives old files the digest they had. Texts count to the character.
    """
    says = constitution.model_dump(mode="json", exclude_defaults=True)
    says["rules"] = sorted(says["rules"], key=lambda rule: str(rule["id"]))
    canonical = json.dumps([type(constitution).__name__, says], sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
