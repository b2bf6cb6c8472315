"""Whether the verdicts through a server are those of the same models in process.

A part of `benchmarks/servers.py`. The same scenes (PictoBench's mixture) are judged by the same
models in process and behind each server. Both are asked one question at a time, for the rounding of
a batch depends on what else is in it, and both reason by two requests, as a server is asked to. The
row `in process, in batches` tells what both come to beside the models as they ship. Compared is all
of the evidence: outcome, violated rules, what became of every rule and atom and what decided it,
texts, boxes, and all scores, of which the largest difference is told (where all but the scores is
equal). Requests and bytes are counted as they arrive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mean
from typing import Any

from benchmarks.roofline import line
from cluejudge import Judge
from cluejudge.models.protocols import Models
from cluejudge.models.registry import load_models
from cluejudge.verdict import AtomFinding, Verdict
from tests.servers.standin import (
    LLAMA_CPP,
    MODEL,
    OLLAMA,
    OPENAI,
    SGLANG,
    TRANSFORMERS,
    VLLM,
    Manner,
    Mind,
    StandIn,
)


@dataclass(frozen=True, slots=True)
class Backend:
    """A way to ask a server: the name before the colon of a spec, and whose manner it has."""

    wire: str
    manner: Manner
    remark: str = ""

    @property
    def name(self) -> str:
        """For tables."""
        return f"{self.wire}, {self.manner.name}{self.remark}"


BACKENDS = (
    Backend("chat", VLLM),
    Backend("chat", SGLANG),
    Backend("chat", OPENAI),
    Backend("chat", OLLAMA),
    Backend("chat", LLAMA_CPP),
    Backend("systemone", VLLM),
    Backend("systemone", SGLANG),
    Backend("systemone", TRANSFORMERS),
    Backend("decisions", SGLANG),
    Backend("decisions", OPENAI),
    Backend("decisions", replace(OPENAI, digits=2), ", two digits"),
)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """How the verdicts of one backend compare with those in process; shares are of the images.

    `same` is in all of the evidence, with scores within 1e-9; `same_outcome` in outcome and
    violated rules; `exact` where no score is a bound; `max_gap` is the largest difference of two
    scores.
    """

    server: str
    images: int
    same: float
    same_outcome: float
    exact: float
    max_gap: float
    requests_per_image: float
    bytes_per_image: float


def through(server: StandIn, backend: Backend, options: Mapping[str, str]) -> Models:
    """The models behind a server, with all that is no server's in process.

    Without the doubts of a server that tells no label mass: what the stand-in answers is known.
    """
    models = load_models(f"{backend.wire}:{MODEL}@{server.url}", dict(options))
    own = server.served.mind.models
    models = replace(models, encoder=own.encoder, detector=own.detector, doubts=())
    return replace(models, recogniser=own.recogniser)


def evidence(verdict: Verdict) -> tuple[Any, list[float]]:
    """What a verdict tells, apart from the models' names and the cost: its words, its scores."""
    data = verdict.model_dump(mode="json", exclude={"models", "cost", "views"})
    views = [view.model_dump(mode="json", exclude={"cost"}) for view in verdict.views]
    numbers: list[float] = []
    return _without_scores([data, views], numbers), numbers


def _without_scores(data: Any, numbers: list[float]) -> Any:
    """`data` with None for what only a server's answers can lack, and its scores moved aside."""
    if isinstance(data, dict):
        kept = {key: one for key, one in data.items() if key not in ("label_mass", "exact")}
        return {key: _without_scores(one, numbers) for key, one in kept.items()}
    if isinstance(data, list):
        return [_without_scores(one, numbers) for one in data]
    if isinstance(data, float):
        numbers.append(data)
        return "a score"
    return data


def compare(server: str, expected: Sequence[Verdict], found: Sequence[Verdict]) -> dict[str, Any]:
    """The shares of `Verdicts`."""
    same, outcomes, exact, gaps = [], [], [], [0.0]
    for one, other in zip(expected, found, strict=True):
        (words, scores), (others, numbers) = evidence(one), evidence(other)
        gap = max((abs(a - b) for a, b in zip(scores, numbers, strict=False)), default=0.0)
        alike = words == others and len(scores) == len(numbers)
        same.append(alike and gap <= 1e-9)
        gaps += [gap] * alike
        outcomes.append((one.outcome, one.violated) == (other.outcome, other.violated))
        exact.append(all(atom.scores.exact for atom in _atoms(other)))
    return {
        "server": server,
        "images": len(same),
        "same": mean(same),
        "same_outcome": mean(outcomes),
        "exact": mean(exact),
        "max_gap": max(gaps),
    }


def _atoms(verdict: Verdict) -> Iterator[AtomFinding]:
    for rule in verdict.rules:
        for group in rule.groups:
            yield from group


def judge_through(
    backend: Backend, mind: Mind, files: Sequence[bytes], expected: Sequence[Verdict]
) -> Verdicts:
    """The verdicts on `files` behind a server, held against those in process."""
    with StandIn(mind, backend.manner) as server:
        judge = Judge("pictogram", model=through(server, backend, {}))
        server.reset()
        found = list(judge.judge_many(files))
        sent = server.requests
    return Verdicts(
        **compare(backend.name, expected, found),
        requests_per_image=len(sent) / len(files),
        bytes_per_image=sum(len(one.body) for one in sent) / len(files),
    )


def shipped(mind: Mind, files: Sequence[bytes], expected: Sequence[Verdict]) -> Verdicts:
    """The verdicts of the models as they ship, which send nothing to anyone."""
    found = list(Judge("pictogram", model=mind.models).judge_many(files))
    row = compare("in process, in batches", expected, found)
    return Verdicts(**row, requests_per_image=0, bytes_per_image=0)


def occasions(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """What there was to differ in: outcomes, and what decided the atoms."""
    outcomes = Counter(one.outcome.value for one in verdicts)
    yield f"{len(verdicts)} images: {', '.join(f'{n} {name}' for name, n in outcomes.items())}"
    stages = Counter(atom.decided_by.value for one in verdicts for atom in _atoms(one))
    yield f"atoms: {', '.join(f'{n} {name}' for name, n in stages.items())}"


def verdict_table(rows: Sequence[Verdicts]) -> Iterator[str]:
    """In Markdown."""
    heads = ("all evidence equal", "same outcome and rules", "exact", "largest difference")
    yield line("server", *heads, "requests an image", "kB an image")
    yield line(*["---"] * 7)
    for row in rows:
        shares = [f"{share:.1%}" for share in (row.same, row.same_outcome, row.exact)]
        sent = f"{row.requests_per_image:.1f}", f"{row.bytes_per_image / 1000:.0f}"
        yield line(row.server, *shares, f"{row.max_gap:.0e}", *sent)
