"""The folder of one run.

DIR/
|- config.json              what it is a run of: `config.Config`
|- environment.json         what it was run on: one entry for each time that it was run
|- constitution.yaml        the rules that were judged by
|- samples.jsonl            what is true of each image; no image
|- predictions/METHOD.jsonl what each method said, in the order of the samples
|- edits/EDIT/METHOD.jsonl  the same of edited images
|- metrics.json             all numbers; only when every method has judged every image
`- report.html, report.md   the same for people
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from pydantic import ValidationError

from cluejudge.bench.config import Config, label, merged
from cluejudge.bench.contents import Labels, differences
from cluejudge.bench.journal import read_lines
from cluejudge.bench.predictions import Prediction
from cluejudge.bench.samples import Sample, Truth
from cluejudge.compiled import CompiledConstitution, dump_compiled
from cluejudge.errors import UsageError

CONFIG = "config.json"
ENVIRONMENT = "environment.json"
SAMPLES = "samples.jsonl"
CONSTITUTION = "constitution.yaml"
METRICS = "metrics.json"
_FIRST = {SAMPLES, CONSTITUTION}
REPORTS = ("report.html", "report.md")
_BROKEN = (OSError, ValueError, KeyError, TypeError, AttributeError)
"""What reading a file that was changed by hand may raise."""


@dataclass(frozen=True, slots=True)
class Label:
    """What is known of one image of a finished run."""

    truth: Truth
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder at `path`; see the top of this file."""

    path: Path

    def config(self) -> Config:
        """What it is a run of. Raises `UsageError` for a folder that holds no run."""
        try:
            return Config.model_validate_json(self._text(CONFIG))
        except FileNotFoundError:
            raise UsageError(
                f"{self.path} holds no run", hint="name a folder that `bench run` wrote"
            ) from None
        except ValueError as error:
            raise UsageError(
                f"{self.path / CONFIG} cannot be read: {_wrong(error)}",
                hint="it was written by another version, or changed by hand",
            ) from error

    def environment(self) -> list[dict[str, object]]:
        """What it was run on, each time."""
        try:
            found = json.loads(self._text(ENVIRONMENT))
        except (FileNotFoundError, ValueError):
            return []
        return found if isinstance(found, list) else []

    def labels(self) -> dict[str, Label]:
        """What is true of each image, by its id, in the order of the suite.

        Raises `UsageError` for a broken file.
        """
        try:
            return {str(known["id"]): _label(known) for known in self._lines()}
        except _BROKEN as error:
            raise self._broken(SAMPLES) from error

    def _lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self._text(SAMPLES).splitlines()]

    def predictions(self, method: str) -> tuple[Prediction, ...]:
        """What a method said so far. Raises `UsageError` for a broken file."""
        return read_lines(self.journal(method))

    def edited(self, method: str, edit: str) -> tuple[Prediction, ...]:
        """What a method said so far of images edited so."""
        return read_lines(self.journal(method, edit))

    def metrics(self) -> dict[str, object]:
        """All numbers. Raises `UsageError` for a run without, and for a broken file."""
        try:
            found = json.loads(self._text(METRICS))
        except FileNotFoundError:
            raise UsageError(
                f"{self.path} has no {METRICS}: the run did not finish",
                hint="run the same command again to go on",
            ) from None
        except ValueError as error:
            raise self._broken(METRICS) from error
        return dict(found)

    def journal(self, method: str, edit: str = "") -> Path:
        """The file of what a method says, of edited images if an edit is named."""
        name = f"{quote(method, safe='')}.jsonl"
        return self.path / "edits" / edit / name if edit else self.path / "predictions" / name

    def prepare(
        self, config: Config, samples: Iterable[Sample], constitution: CompiledConstitution | None
    ) -> Config:
        """Writes what a run is a run of, or finds it there; gives what now stands there.

        Raises `UsageError` if the folder holds another run, or files that are none.
        """
        labels = [label(sample) for sample in samples]
        if (self.path / CONFIG).exists():
            whole = self._merged(config, labels)
        elif self.path.is_dir() and any(map(_is_other, self.path.iterdir())):
            raise UsageError(
                f"{self.path} holds other files", hint="give --out a new or empty folder"
            )
        else:
            self.path.mkdir(parents=True, exist_ok=True)
            whole = config
            self.write(SAMPLES, "".join(f"{json.dumps(one)}\n" for one in labels))
            if constitution:
                self.write(CONSTITUTION, dump_compiled(constitution))
        # Last, so that a folder with a config has all that stands beside it.
        self.write(CONFIG, whole.model_dump_json(indent=2) + "\n")
        return whole

    def _merged(self, config: Config, labels: Labels) -> Config:
        old = self.config()
        if old.samples == config.samples:
            return merged(old, config)
        try:
            told = differences(self._lines(), labels)
        except _BROKEN:
            return merged(old, config)
        return merged(old, config, told)

    def add_environment(self, entry: Mapping[str, object]) -> None:
        """Adds what it is run on this time."""
        told = [*self.environment(), dict(entry)]
        self.write(ENVIRONMENT, json.dumps(told, indent=2) + "\n")

    def drop_results(self) -> None:
        """Removes numbers and reports that what is judged next makes old."""
        for name in (METRICS, *REPORTS):
            (self.path / name).unlink(missing_ok=True)

    def write(self, name: str, text: str) -> None:
        """Writes one file, whole or not at all."""
        new = self.path / f".{name}.{secrets.token_hex(4)}"
        try:
            with new.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self.path / name)
        finally:
            new.unlink(missing_ok=True)

    def _broken(self, name: str) -> UsageError:
        return UsageError(
            f"{self.path / name} is not what a run wrote", hint="run it again into another folder"
        )

    def _text(self, name: str) -> str:
        return (self.path / name).read_text("utf-8")


def _wrong(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}".removeprefix(": ")


def _is_other(path: Path) -> bool:
    """Whether a file is none that a start which was stopped may have left; hidden ones may be."""
    return path.name not in _FIRST and not path.name.startswith(".")


def _label(known: Mapping[str, object]) -> Label:
    violated, atoms, tags = known.get("violated"), known.get("atoms"), known.get("tags", {})
    truth = Truth(
        bool(known["unsafe"]),
        frozenset(map(str, violated)) if isinstance(violated, list) else None,
        atoms if isinstance(atoms, dict) else None,
    )
    return Label(truth, MappingProxyType(dict(tags) if isinstance(tags, dict) else {}))
