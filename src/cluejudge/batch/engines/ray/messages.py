"""What the driver, its desk and the actors tell each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from cluejudge import errors
from cluejudge.batch.plan import Pace, Plan
from cluejudge.batch.shard import ShardDone, Told
from cluejudge.errors import CluejudgeError, ModelError
from cluejudge.models.registry import Key


@dataclass(frozen=True, slots=True)
class Job:
    """What an actor must know. It is fetched from the desk: what Ray is given, Ray may log.

    `host` and `folder` are where the run was started, the latter for relative paths; `mark` is the
    digest of its run.json, by which an actor knows the output again. `tries` is how many attempts
    in a row may die on the same shards without another image judged.
    """

    plan: Plan
    pace: Pace
    key: Key
    host: str
    folder: str
    mark: str
    version: str
    tries: int = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """An attempt at some shards, numbered; with a reason if it is refused."""

    number: int
    refused: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """What a desk has heard of rows, and shards on which an actor died, by name."""

    told: Mapping[Told, int]
    deaths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """The shards of one task are committed."""

    shards: tuple[ShardDone, ...]


@dataclass(frozen=True, slots=True)
class Stopped:
    """The run is being stopped, and the task was left where it was."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An error of this package as it crosses processes, which exceptions of many arguments cannot.

    `kind` is the name of its class.
    """

    kind: str
    message: str
    hint: str

    @classmethod
    def of(cls, error: CluejudgeError, where: str = "") -> Failure:
        """The failure for `error`, which happened on the machine `where`."""
        message = str(error.args[0]) if error.args else ""
        said = f"on {where}: {message}" if where else message
        return cls(type(error).__name__, said, error.hint)

    def error(self) -> CluejudgeError:
        """The error again: of its class where that takes just a message, else a `ModelError`."""
        kind = getattr(errors, self.kind, ModelError)
        try:
            made: CluejudgeError = kind(self.message, hint=self.hint)
        except TypeError:
            made = ModelError(self.message, hint=self.hint)
        return made


Answer: TypeAlias = Done | Stopped | Failure
