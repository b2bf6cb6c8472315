"""Verdicts by way of a server on which things go wrong, beside those when nothing does."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace

import pytest

from cluejudge import Judge
from cluejudge.builtin import find_constitution
from cluejudge.compiled import CompiledConstitution
from cluejudge.errors import CluejudgeWarning
from cluejudge.models.protocols import Models
from cluejudge.models.registry import load_models
from cluejudge.verdict import Verdict
from tests.servers.faults.wires import Wire
from tests.servers.standin import MODEL, Script, StandIn
from tests.servers.standin.faults import nothing

KEY = "sk-nobody-may-see"
OPTIONS = {"timeout": "10", "retries": "3", "deadline": "60", "concurrency": "4"}
RULES = ("burning-being", "bomb-crowd", "underage-alcohol")


@dataclass(frozen=True)
class Bench:
    """A running server, the models behind it, and the verdicts when nothing goes wrong.

    The first scene violates a rule; the second would, if no fire engine were there.
    """

    server: StandIn
    wire: Wire
    models: Models
    constitution: CompiledConstitution
    scenes: tuple[bytes, bytes]
    clean: tuple[Verdict, ...] = ()

    def verdict(self, scene: bytes, script: Script) -> Verdict:
        """The verdict of a judge that remembers nothing, with the script from its beginning."""
        self.server.reset(script)
        doubts = self.models.doubts
        with pytest.warns(CluejudgeWarning) if doubts else nullcontext():
            judge = Judge(self.constitution, model=self.models)
        return judge.judge(scene)

    def verdicts(self, *scripts: Script) -> list[Verdict]:
        """The verdict on each scene, by its own script."""
        return [
            self.verdict(scene, script) for scene, script in zip(self.scenes, scripts, strict=True)
        ]

    def opened(self, options: Mapping[str, str]) -> Models:
        """The models behind the server, with other options."""
        self.server.reset()
        return load_models(f"{self.wire.name}:{MODEL}@{self.server.url}", dict(options), KEY)


def only(*rules: str) -> CompiledConstitution:
    whole = find_constitution("pictogram")
    kept = tuple(rule for rule in whole.rules if rule.id in rules)
    return whole.model_copy(update={"rules": kept})


def with_clean(bench: Bench) -> Bench:
    return replace(bench, clean=tuple(bench.verdicts(nothing, nothing)))
