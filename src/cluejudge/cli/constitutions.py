"""Finds and reads a constitution of either kind, with what there is to say about it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from cluejudge.builtin import constitution_path
from cluejudge.compiled import CompiledConstitution, load_compiled
from cluejudge.constitution import Constitution, load_constitution, looks_compiled
from cluejudge.digest import digest
from cluejudge.remarks import Remark, remarks
from cluejudge.yamlfile import read


@dataclass(frozen=True, slots=True)
class Found:
    """A constitution, compiled or not, and remarks on it."""

    constitution: Constitution | CompiledConstitution
    remarks: tuple[Remark, ...]

    @property
    def digest(self) -> str:
        """The digest over its meaning."""
        return digest(self.constitution)

    def remarks_on(self, rule_id: str) -> list[tuple[str, int | None]]:
        """The remarks on one rule with their lines."""
        return [(one.message, one.line) for one in self.remarks if one.rule_id == rule_id]

    def to_json(self) -> str:
        """Everything for a program."""
        said = [
            {"rule": one.rule_id, "message": one.message, "line": one.line} for one in self.remarks
        ]
        whole = {
            "compiled": isinstance(self.constitution, CompiledConstitution),
            "digest": self.digest,
            "remarks": said,
            "constitution": self.constitution.model_dump(mode="json"),
        }
        return json.dumps(whole, indent=2)


def read_any(name_or_path: str) -> Found:
    """Read a file, or a built-in constitution by its name.

    Raises `ConstitutionError` with the lines of all mistakes.
    """
    path: Path = constitution_path(name_or_path)
    document = read(path)
    if not looks_compiled(document.data):
        return Found(load_constitution(path), ())
    compiled = load_compiled(path)
    return Found(compiled, remarks(compiled, document))
