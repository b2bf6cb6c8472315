"""For each constitution that is asked for, a judge; all of them by the same models."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from cluejudge.api import Judge
from cluejudge.compiled import CompiledConstitution, load_compiled
from cluejudge.service.problems import Problem
from cluejudge.service.record import Record
from cluejudge.store.records import StoredConstitution

_MOST = 16


@dataclass(frozen=True, slots=True)
class Court:
    """A judge for one version of a constitution; `fingerprint` stands for all it goes by."""

    name: str
    version: int
    judge: Judge
    fingerprint: str


class Courts:
    """The judges of the versions last asked for, made from `base` when they are first needed."""

    def __init__(self, base: Judge, record: Record, default: str, *, most: int = _MOST) -> None:
        self.base, self.default = base, default
        self._record, self._most = record, most
        self._made: OrderedDict[tuple[str, int, str], Court] = OrderedDict()
        self._making = asyncio.Lock()

    async def court(self, name: str = "", version: int | None = None) -> Court:
        """The court for `version` of a constitution, or for the active one; by default `default`.

        Raises `Problem` 404 if there is none, `ConstitutionError` for one that the models cannot
        be asked about.
        """
        stored = await self.stored(name, version)
        return await self.of(stored)

    async def stored(self, name: str = "", version: int | None = None) -> StoredConstitution:
        """A version of a constitution, or the active one. Raises `Problem` 404."""
        wanted = name or self.default
        constitutions = self._record.store.constitutions
        found = await self._record.ask(constitutions.get, wanted, version)
        if found is None:
            names = await self._record.ask(constitutions.names)
            raise _missing(wanted, version, names)
        return found

    async def of(self, stored: StoredConstitution) -> Court:
        """The court for a stored constitution."""
        key = (stored.name, stored.version, stored.digest)
        if key not in self._made:
            async with self._making:
                if key not in self._made:
                    self._made[key] = await asyncio.to_thread(self._make, stored)
                    if len(self._made) > self._most:
                        self._made.popitem(last=False)
        self._made.move_to_end(key)
        return self._made[key]

    def judge_by(self, constitution: CompiledConstitution) -> Judge:
        """A judge by `constitution`, for trying it out.

        Raises `ConstitutionError` if the models cannot be asked about one of its rules.
        """
        return self.base.sibling(constitution)

    def _make(self, stored: StoredConstitution) -> Court:
        judge = self.judge_by(load_compiled(_as_text(stored.text)))
        return Court(stored.name, stored.version, judge, judge.fingerprint)


def _as_text(text: str) -> str:
    """YAML that is not taken for a path: those have no line break."""
    return text if "\n" in text else f"{text}\n"


def _missing(name: str, version: int | None, names: tuple[str, ...]) -> Problem:
    there = ", ".join(names) or "none"
    if name in names and version is not None:
        said = f"the constitution '{name}' has no version {version}"
        return Problem(404, "no-constitution", said)
    if name in names:
        said = f"no version of the constitution '{name}' is active"
        return Problem(404, "no-constitution", said, hint="activate one, or ask for a version")
    return Problem(
        404, "no-constitution", f"there is no constitution '{name}'", hint=f"there are: {there}"
    )
