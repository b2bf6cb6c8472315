"""What became of a whole batch, in numbers: `summary.json`."""

from __future__ import annotations

from pathlib import Path

from pydantic import ConfigDict, Field, ValidationError, computed_field

from cluejudge.batch.durable import write_text
from cluejudge.settings import Frozen
from cluejudge.verdict import Outcome

NAME = "summary.json"


class _Told(Frozen):
    """What is written has values that follow from others, which are passed over when it is read."""

    model_config = ConfigDict(extra="ignore")


class Spent(_Told):
    """Where the time of one run went; a batch that was stopped has had several.

    `busy`, and of it `models` and `waiting`, are of all `judges` together, each of which is a
    process with its own models: without what it takes to start them.
    """

    judged: int = Field(ge=0, description="rows that this run judged, copies and errors included")
    seconds: float = Field(ge=0, description="by the clock, with the start of the judges")
    judges: int = Field(default=1, ge=1, description="processes that judge, side by side")
    busy: float = Field(ge=0, description="seconds from first images to last ones")
    models: float = Field(default=0.0, ge=0, description="seconds in the models")
    waiting: float = Field(default=0.0, ge=0, description="seconds without an image to judge")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def rate(self) -> float:
        """Rows a second, by the clock."""
        return self.judged / self.seconds if self.seconds else 0.0

    @computed_field  # type: ignore[prop-decorator]
    @property
    def rest(self) -> float:
        """Seconds of `busy` spent neither in the models nor waiting."""
        return max(0.0, self.busy - self.models - self.waiting)


class RuleCount(Frozen):
    """How many images violate a rule, on how many it was left open, and not asked to its end."""

    violated: int = 0
    unsure: int = 0
    not_judged: int = 0


class ErrorCount(Frozen):
    """How many rows failed for one reason, and the ids of the first of them."""

    count: int
    examples: tuple[str, ...] = ()


class Summary(_Told):
    """A batch, counted over the rows of its parts: right however often it was stopped.

    `duplicates` are the rows whose bytes an earlier row has too. `last_run` is None where nothing
    is known of the time.
    """

    images: int = 0
    duplicates: int = 0
    outcomes: dict[Outcome, int] = Field(default_factory=dict)
    rules: dict[str, RuleCount] = Field(default_factory=dict, description="all, in their order")
    actions: dict[str, int] = Field(default_factory=dict, description="of the unsafe images")
    errors: dict[str, ErrorCount] = Field(default_factory=dict, description="by code")
    constitution: str = ""
    constitution_digest: str = ""
    model: str = ""
    last_run: Spent | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def shares(self) -> dict[Outcome, float]:
        """The share of each outcome in all images, in [0, 1]."""
        return {
            outcome: count / self.images if self.images else 0.0
            for outcome, count in self.outcomes.items()
        }

    @computed_field  # type: ignore[prop-decorator]
    @property
    def resumed(self) -> bool:
        """Whether earlier runs judged a part of the images."""
        return self.last_run is not None and self.last_run.judged < self.images


def write(summary: Summary, folder: Path) -> None:
    """Writes `summary.json` into the folder: whole, or not at all."""
    write_text(folder / NAME, summary.model_dump_json(indent=1) + "\n")


def read(folder: Path) -> Summary | None:
    """What `write` wrote; None if there is none that can be read: it can be made again."""
    try:
        return Summary.model_validate_json((folder / NAME).read_bytes())
    except (OSError, ValidationError):
        return None
