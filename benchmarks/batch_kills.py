"""Whether a batch that is killed again and again ends with the rows of one that is not.

    python benchmarks/batch_kills.py [--rounds 20] [--images 300]
        [--only driver worker actor ray-driver] [--json FILE]

Each round is a batch of pictures, some of them broken and some there several times, judged by the
fake models. `driver` kills the command itself with SIGKILL at random moments, and gives it again
until it has finished; `worker` kills a process that decodes, again and again while one run goes on.
`actor` kills actors of the Ray engine while one run goes on, and `ray-driver` the command that has
started Ray. Then all rows are compared with those of an undisturbed run, and it is looked for what
was left behind.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pyarrow.parquet as pq

from benchmarks import output
from benchmarks.batch_inputs import CONSTITUTION, scenes

_ROOT = Path(__file__).resolve().parents[1]
_FINISHED = (0, 1)
_LONGEST = 300.0  # seconds that a run may take, also a stuck one


@dataclass(frozen=True, slots=True)
class Round:
    """One batch: how often it was killed, in how many runs it was done, and whether it is right."""

    who: str
    seed: int
    kills: int
    runs: int
    same: bool
    left_behind: tuple[str, ...]
    seconds: float

    @property
    def good(self) -> bool:
        """Whether nothing shows that it was killed."""
        return self.same and not self.left_behind


@dataclass(frozen=True, slots=True)
class Batch:
    """A command that judges `where` into folders of its own."""

    where: Path
    rules: Path
    options: tuple[str, ...] = ()
    scratch: str = tempfile.gettempdir()

    def start(self, out: Path) -> subprocess.Popen[bytes]:
        """The command, begun."""
        command = [
            *(sys.executable, "-m", "cluejudge.cli.main", "batch", str(self.where), str(out)),
            *("--model", "fake", "-c", str(self.rules), "--shards", "7", "--contact", "5"),
        ]
        paths = os.pathsep.join((str(_ROOT / "src"), os.environ.get("PYTHONPATH", "")))
        with self.said.open("wb") as said:
            return subprocess.Popen(
                [*command, *self.options],
                stdout=subprocess.DEVNULL,
                stderr=said,
                env={**os.environ, "PYTHONPATH": paths, "TMPDIR": self.scratch},
            )

    @property
    def said(self) -> Path:
        """What the latest command has said."""
        return Path(self.scratch) / "said.txt"


def collection(folder: Path, images: int) -> Batch:
    """Scenes, every tenth of them twice, and files that are no images."""
    where = folder / "collection"
    shutil.copytree(scenes(folder, images, side=64), where)
    for number, path in enumerate(sorted(where.glob("*.png"))):
        if number % 10 == 0:
            shutil.copy(path, where / f"again-{path.name}")
        if number % 25 == 0:
            (where / f"broken-{path.name}").write_bytes(path.read_bytes()[:80])
    (where / "empty.png").touch()
    rules = folder / "colours.yaml"
    rules.write_text(CONSTITUTION)
    return Batch(where, rules, scratch=str(folder))


def rows(out: Path) -> list[dict[str, Any]]:
    """All rows of a run, in order."""
    parts = sorted(out.glob("part-*.parquet"))
    return [row for part in parts for row in pq.read_table(part).to_pylist()]


def left_behind(out: Path) -> tuple[str, ...]:
    """What a finished run must not have in its folder."""
    found = [*out.glob(".[!w]*"), *out.glob("*.part"), *out.glob(".work/journals/*")]
    return tuple(sorted(str(path.relative_to(out)) for path in found))


def kill_driver(batch: Batch, out: Path, chance: random.Random, whole: float) -> tuple[int, int]:
    """Kills the command at random moments, and then lets it finish; kills and runs."""
    kills = runs = 0
    wanted = chance.randint(1, 4)
    while kills < wanted:
        process = batch.start(out)
        runs += 1
        try:
            process.wait(chance.uniform(0.2, 0.9) * whole)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
        else:
            if kills:
                break
            shutil.rmtree(out)
            whole *= 0.7  # it was quicker than the undisturbed run
    return kills, runs + finished(batch, batch.start(out), out)


def kill_workers(batch: Batch, out: Path, chance: random.Random, whole: float) -> tuple[int, int]:
    """Kills children of the command while it runs; kills and runs."""
    process, kills = batch.start(out), 0
    while process.poll() is None:
        time.sleep(chance.uniform(0.05, 0.3) * whole)
        there = children(process.pid)
        if there:
            kills += killed(chance.choice(there))
    return kills, finished(batch, process, out)


def kill_actors(batch: Batch, out: Path, chance: random.Random, whole: float) -> tuple[int, int]:
    """Kills up to three actors, also while they start; kills and runs."""
    process, kills = on_ray(batch).start(out), 0
    wanted = chance.randint(1, 3)
    while process.poll() is None and kills < wanted:
        time.sleep(chance.uniform(0.05, 0.5) * whole)
        if there := [pid for pid in descendants(process.pid) if is_actor(pid)]:
            kills += killed(chance.choice(there))
    return kills, finished(batch, process, out)


def kill_ray_driver(
    batch: Batch, out: Path, chance: random.Random, whole: float
) -> tuple[int, int]:
    """Kills the command once its actors judge, and then lets it finish; kills and runs."""
    process = on_ray(batch).start(out)
    while process.poll() is None and not list(out.glob(".work/journals/*")):
        time.sleep(0.05)
    time.sleep(chance.uniform(0.0, 0.5) * whole)
    there = descendants(process.pid)
    process.kill()
    kills = int(process.wait() == -signal.SIGKILL)
    ended(there)
    return kills, 1 + finished(batch, on_ray(batch).start(out), out)


def on_ray(batch: Batch) -> Batch:
    """The same, judged by two actors of a Ray of its own."""
    options = ("--engine", "ray", "--actors", "2", "--cpus-per-actor", "0.1", "--workers", "1")
    return replace(batch, options=options)


def is_actor(pid: int) -> bool:
    """Whether a process is an actor that judges, or is to be one."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"ray::MapWorker")
    except OSError:
        return False


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have."""
    own = children(pid)
    return [*own, *(one for child in own for one in descendants(child))]


def ended(pids: Sequence[int]) -> None:
    """Waits until processes have ended by themselves. Raises `RuntimeError` if they do not."""
    patience = time.monotonic() + _LONGEST
    while left := [pid for pid in pids if Path(f"/proc/{pid}").exists()]:
        if time.monotonic() > patience:
            raise RuntimeError(f"processes {left} outlived the command that started them")
        time.sleep(0.1)


def finished(batch: Batch, process: subprocess.Popen[bytes], out: Path) -> int:
    """One run of `batch`, to its end. Raises `RuntimeError` if it fails."""
    if process.wait(_LONGEST) not in _FINISHED or not (out / "summary.json").exists():
        raise RuntimeError(f"a run ended with {process.returncode}: {batch.said.read_text()}")
    return 1


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    try:
        return [int(child) for path in found for child in path.read_text().split()]
    except OSError:  # it has ended
        return []


def killed(pid: int) -> bool:
    """Kills a process, unless it has ended."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


Kill = Callable[[Batch, Path, random.Random, float], tuple[int, int]]

KILLS: dict[str, Kill] = {
    "driver": kill_driver,
    "worker": kill_workers,
    "actor": kill_actors,
    "ray-driver": kill_ray_driver,
}


def rounds(batch: Batch, folder: Path, count: int, only: Sequence[str]) -> Iterator[Round]:
    """Rounds of each kind, against one undisturbed run."""
    began = time.monotonic()
    finished(batch, batch.start(folder / "whole"), folder / "whole")
    whole, expected = time.monotonic() - began, rows(folder / "whole")
    for who in only:
        for seed in range(count):
            out = folder / f"{who}-{seed}"
            began = time.monotonic()
            kills, runs = KILLS[who](batch, out, random.Random(seed), whole)
            took = time.monotonic() - began
            yield Round(who, seed, kills, runs, rows(out) == expected, left_behind(out), took)
            shutil.rmtree(out)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the rounds, print a line for each, and fail if one of them is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--images", type=int, default=300)
    parser.add_argument("--only", nargs="+", choices=list(KILLS), default=list(KILLS))
    args = output.parse(parser, arguments)
    done: list[Round] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for one in rounds(collection(folder, args.images), folder, args.rounds, args.only):
            done.append(one)
            said = "the same rows" if one.same else "OTHER ROWS"
            behind = f", left behind: {', '.join(one.left_behind)}" if one.left_behind else ""
            print(
                f"{one.who} {one.seed}: {one.kills} killed, {one.runs} runs, {said}{behind}",
                flush=True,
            )
    for who in args.only:
        those = [one for one in done if one.who == who]
        kills = sum(one.kills for one in those)
        print(f"{who}: {sum(one.good for one in those)} of {len(those)} good, {kills} kills")
    output.write([asdict(one) for one in done], args.json)
    return 0 if all(one.good for one in done) else 1


if __name__ == "__main__":
    sys.exit(main())
