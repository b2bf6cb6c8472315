"""Which runs there are, and how far they came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cluejudge.bench.config import Config
from cluejudge.bench.folder import CONFIG, METRICS, RunFolder
from cluejudge.errors import UsageError


@dataclass(frozen=True, slots=True)
class Found:
    """One run: what it is a run of, and how many of its predictions there are.

    `measured` is whether its numbers are there. `problem` says why nothing is known of it.
    """

    path: Path
    suite: str = ""
    images: int = 0
    model: str = ""
    constitution: str = ""
    methods: tuple[str, ...] = ()
    version: str = ""
    done: int = 0
    total: int = 0
    measured: bool = False
    problem: str = ""

    @property
    def state(self) -> str:
        """How far it came, in words."""
        if self.problem:
            return "cannot be read"
        if self.done < self.total:
            return f"stopped at {self.done} of {self.total} predictions"
        return "finished" if self.measured else "judged, not measured"


def find_runs(folder: Path) -> list[Found]:
    """The run in `folder`, or those in the folders right below it, by their names.

    A run that cannot be read is one with a problem. Raises `UsageError` where there is no run.
    """
    if (folder / CONFIG).exists():
        return [_found(folder)]
    try:
        runs = [_found(one) for one in sorted(folder.iterdir()) if (one / CONFIG).exists()]
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror}") from error
    if not runs:
        raise UsageError(
            f"{folder} holds no run", hint="name a folder that `bench run` wrote, or one with such"
        )
    return runs


def _found(path: Path) -> Found:
    folder = RunFolder(path)
    try:
        config = folder.config()
        counts = list(_counts(folder, config))
    except (UsageError, OSError) as error:
        return Found(path, problem=str(error))
    return Found(
        path,
        suite=config.suite,
        images=config.count,
        model=config.model if config.models else "",
        constitution=config.constitution,
        methods=tuple(config.methods),
        version=config.cluejudge,
        done=sum(counts),
        total=config.count * len(counts),
        measured=(path / METRICS).exists(),
    )


def _counts(folder: RunFolder, config: Config) -> Iterable[int]:
    """How many predictions each of the run's files holds."""
    for method in config.methods:
        for edit in ("", *config.edits):
            file = folder.journal(method, edit)
            if file.exists():
                yield file.read_bytes().count(b"\n")
            elif not edit:  # edits may be of other methods only
                yield 0
