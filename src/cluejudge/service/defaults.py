"""The constitution that a service judges by when a request names none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cluejudge.api import Judge
from cluejudge.builtin import builtin_names, constitution_path
from cluejudge.compiled import CompiledConstitution, load_compiled
from cluejudge.digest import digest
from cluejudge.store.constitutions import Constitutions
from cluejudge.store.records import StoredConstitution

DEFAULT = "pictogram"
_BY = "serve"


def settle(
    constitutions: Constitutions, wanted: str, judge_by: Callable[[CompiledConstitution], Judge]
) -> tuple[StoredConstitution, Judge]:
    """The active version of the constitution that is named, and the judge by it.

    A file becomes a version of the constitution whose name stands in it, and the active one,
    unless the active one says the same. A name means what is active under it in the record; a
    built-in one that is not there yet is put there. Nothing is put there or made active that
    `judge_by` raises for. Raises `ConstitutionError` for a file that cannot be used, `UsageError`
    for a name that is nowhere known.
    """
    active = constitutions.get(wanted) if _is_name(wanted) else None
    if active is not None:
        return active, judge_by(load_compiled(active.text))
    path = constitution_path(wanted)
    compiled = load_compiled(path)
    judge = judge_by(compiled)
    meaning = digest(compiled)
    active = constitutions.get(compiled.name)
    if active is not None and active.digest == meaning:
        return active, judge
    added = constitutions.add(
        path.read_text("utf-8"),
        name=compiled.name,
        label=compiled.version,
        digest=meaning,
        by=_BY,
    )
    return constitutions.activate(added.name, added.version, _BY), judge


def _is_name(text: str) -> bool:
    return text in builtin_names() or not (Path(text).suffix or "/" in text or Path(text).exists())
