"""What `cluejudge serve` does a second, whether its memory stays flat, what bad input does to it.

    python benchmarks/service.py [--model embedded|mllm|both] [--rounds 3] [--quick]
        [--memory [REQUESTS]] [--soak [REQUESTS]] [--checkpoint FOLDER] [--json FILE]

A real service in a process of its own, on loopback, with its record in SQLite on disk; the clients
are in this process, each with a connection of its own and the next request when the last is
answered. A request is one picture that was never there before, so that nothing is answered from the
record: scenes, each with its number in its first pixels.

Three services are compared, each with a record of its own, and run in turns on the same pictures in
every round: `merged` is as shipped; `images` takes one image at a time (`--in-flight 1`), so that a
call of the models serves one request only; `questions` does too, and asks its models one question
at a time (`benchmarks/unmerged.py`). The file has every run; the table at the end their medians,
and the medians of the ratios within each round. Processor time is the service's own, of all its
threads; the clients need some as well, on the same processors.

The models are the embedded ones and a Qwen3-VL of 250M with random weights, in bfloat16 where the
processor multiplies it, which only scores: 128 x 128 pixels, 16 image tokens.

`--memory` and `--soak` are told in `benchmarks/endurance.py`; with one of them nothing is timed.
The file has an object with `speed`, `ratios`, `memory` and `soak`; parts and models that were not
run this time stay as they were there.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import output
from benchmarks.clients import Told, send
from benchmarks.endurance import remember, soak
from benchmarks.roofline import line
from benchmarks.serving import SHIPPED, UNMERGED, Pictures, Service, serving
from benchmarks.speed import machine
from cluejudge.embedded.session import processors

ALONE = ("--in-flight", "1")
WAYS = {"merged": (SHIPPED, ()), "images": (SHIPPED, ALONE), "questions": (UNMERGED, ALONE)}
"""Of each way the module that is run, and its options."""

PATIENT = ("--deadline", "3600")
_SCENES = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """A model, and for each number of clients how many requests they send."""

    model: str
    options: tuple[str, ...]
    requests: dict[int, int]
    rounds: int
    side: int | None = None
    warm: int = 16


@dataclass(frozen=True, slots=True)
class Run:
    """One way in one round; seconds of the wall clock, but `processor_s`, which is a request's."""

    model: str
    way: str
    clients: int
    round: int
    requests: int
    per_s: float
    p50_s: float
    p99_s: float
    processor_s: float


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that is not exceeded by `share` of them."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def rounds(plan: Plan, folder: Path) -> Iterator[Run]:
    """Every way with every number of clients, in each round, one after the other."""
    pictures = Pictures(min(_SCENES, max(plan.requests.values())), plan.side)
    with started(plan, folder) as services:
        for service in services.values():
            _checked(send(service.url, pictures.some(plan.warm), min(8, plan.warm)))
        for turn in range(plan.rounds):
            for clients, count in plan.requests.items():
                images = pictures.some(count)
                names = list(services)
                first = turn % len(names)
                for name in (*names[first:], *names[:first]):
                    run = timed(plan, name, services[name], images, clients=clients, turn=turn)
                    print(line(*cells(run)), flush=True)
                    yield run


@contextmanager
def started(plan: Plan, folder: Path) -> Iterator[dict[str, Service]]:
    """A service for each way."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(
                serving(folder / name, (*plan.options, *PATIENT, *options), module)
            )
            for name, (module, options) in WAYS.items()
        }


def timed(
    plan: Plan, way: str, service: Service, images: Sequence[bytes], *, clients: int, turn: int
) -> Run:
    """What a service takes for the images."""
    before = service.processor_s()
    told = _checked(send(service.url, images, clients))
    spent = service.processor_s() - before
    count = len(images)
    return Run(
        model=plan.model,
        way=way,
        clients=clients,
        round=turn,
        requests=count,
        per_s=count / told.whole_s,
        p50_s=percentile(told.seconds, 0.5),
        p99_s=percentile(told.seconds, 0.99),
        processor_s=spent / count,
    )


def _checked(told: Told) -> Told:
    if set(told.statuses) != {200}:
        raise RuntimeError(f"not all requests were answered by 200: {told.statuses}")
    return told


def medians(runs: Sequence[Run]) -> list[Run]:
    """For each model, way and number of clients the medians over its rounds."""
    cases = dict.fromkeys((run.model, run.way, run.clients) for run in runs)
    found = []
    for model, way, clients in cases:
        same = [run for run in runs if (run.model, run.way, run.clients) == (model, way, clients)]
        numbers = {
            name: median(getattr(run, name) for run in same)
            for name in ("per_s", "p50_s", "p99_s", "processor_s")
        }
        found.append(replace(same[0], requests=sum(run.requests for run in same), **numbers))
    return found


def ratios(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """How many times the requests a second of the other ways are answered when merged."""
    rates = {(run.model, run.clients, run.round, run.way): run.per_s for run in runs}
    wanted = dict.fromkeys((run.model, run.clients, run.way) for run in runs if run.way != "merged")
    found = []
    for model, clients, way in wanted:
        turns = [key[2] for key in rates if key[:2] == (model, clients) and key[3] == way]
        each = [
            rates[model, clients, turn, "merged"] / rates[model, clients, turn, way]
            for turn in turns
        ]
        found.append(
            {"model": model, "clients": clients, "over": way, "ratio": median(each), "rounds": each}
        )
    return found


def cells(run: Run) -> tuple[str, ...]:
    """A row of the table."""
    times = [f"{1000 * each:.0f}" for each in (run.p50_s, run.p99_s, run.processor_s)]
    return (run.model, str(run.clients), run.way, str(run.requests), f"{run.per_s:.2f}", *times)


HEAD = ("model", "clients", "way", "requests", "a second", "p50, ms", "p99, ms", "processor, ms")


def plans(args: argparse.Namespace, checkpoint: Path | None) -> list[Plan]:
    """What is to be timed."""
    few = args.quick
    found = []
    if args.model != "mllm":
        counts = {1: 8, 8: 16, 32: 64} if few else {1: 40, 8: 120, 32: 256}
        found.append(Plan("embedded", ("-m", "embedded"), counts, args.rounds))
    if checkpoint:
        counts = {1: 1, 8: 2, 32: 4} if few else {1: 3, 8: 8, 32: 32}
        options = mllm_options(checkpoint)
        found.append(Plan("Qwen3-VL of 250M", options, counts, args.mllm_rounds, side=128, warm=1))
    return found


def mllm_options(checkpoint: Path) -> tuple[str, ...]:
    """Of `cluejudge serve`, for a model with random weights that only scores."""
    from cluejudge.mllm.cpu.capabilities import multiplies_bfloat16

    told = {
        "dtype": "bfloat16" if multiplies_bfloat16() else "float32",
        "encoder": "none",
        "detector": "none",
        "reasoning": "none",
        "image_tokens": "16",
    }
    pairs = [part for name, value in told.items() for part in ("-o", f"{name}={value}")]
    return ("-m", str(checkpoint), *pairs)


def speed(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Times all plans, and prints them."""
    print(line(*HEAD))
    print(line(*["---"] * len(HEAD)))
    found: list[Run] = []
    for place, plan in enumerate(plans(args, checkpoint_of(args, folder))):
        found.extend(rounds(plan, folder / str(place)))
    return {"speed": [asdict(run) for run in found], "ratios": ratios(found)}


def table(report: Mapping[str, Any]) -> Iterator[str]:
    """The medians of the rounds, and how many times as many a second are answered when merged."""
    times = {(one["model"], one["clients"], one["over"]): one["ratio"] for one in report["ratios"]}
    yield line(*HEAD, "merged over it")
    yield line(*["---"] * (len(HEAD) + 1))
    for run in medians([Run(**row) for row in report["speed"]]):
        ratio = times.get((run.model, run.clients, run.way))
        yield line(*cells(run), f"{ratio:.2f}" if ratio else "")


def joined(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """What was measured now, and of what was before all parts and models that were not."""
    both = {**before, **now}
    for part in ("speed", "ratios"):
        models = {row["model"] for row in now.get(part, ())}
        old = [row for row in before.get(part, ()) if row["model"] not in models]
        if part in both:
            both[part] = [*old, *now.get(part, ())]
    return both


def checkpoint_of(args: argparse.Namespace, folder: Path) -> Path | None:
    """The folder of the 250M model, made where none is given; None if it is not wanted."""
    if args.model == "embedded":
        return None
    if args.checkpoint:
        return Path(args.checkpoint).resolve()
    from benchmarks.checkpoint import save_checkpoint
    from benchmarks.shapes import SMALL

    save_checkpoint(SMALL, folder / "model")
    return folder / "model"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is asked for; print it, and write it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", choices=("embedded", "mllm", "both"), default="both")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mllm-rounds", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="few requests, to see that it runs")
    parser.add_argument("--checkpoint", type=Path, help="of the 250M model; else it is made")
    parser.add_argument("--memory", type=int, nargs="?", const=10_000, metavar="REQUESTS")
    parser.add_argument("--soak", type=int, nargs="?", const=2_000, metavar="REQUESTS")
    args = output.parse(parser, arguments)
    print(f"{machine(('onnxruntime', 'fastapi', 'uvicorn', 'sqlalchemy'))}, ", end="")
    print(f"{processors()} processors\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        told: dict[str, Any] = {}
        if args.memory:
            told["memory"] = asdict(remember(folder / "memory", args.memory))
        if args.soak:
            told["soak"] = asdict(soak(folder / "soak", args.soak))
        if not told:
            told = speed(args, folder)
    if "speed" in told:
        print("\nmedians of the rounds\n", *table(told), sep="\n")
    if args.json and args.json.exists():
        told = joined(json.loads(args.json.read_text("utf-8")), told)
    output.write(told, args.json)


if __name__ == "__main__":
    main()
