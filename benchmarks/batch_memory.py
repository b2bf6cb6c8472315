"""Whether the memory of a batch grows with its rows.

What may grow is bounded: 4 MiB of the ledger's file are kept in memory, some 50 bytes a row, and
the last few thousand answers of models. So the driver's slope is to be near 50 KiB a thousand rows
for the first 80,000 of them or so, and nothing after that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.batch_inputs import CONSTITUTION, rows
from benchmarks.batches import batch
from benchmarks.roofline import line
from benchmarks.serving import slope


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory as rows were done, in MiB; slopes in KiB a thousand rows.

    `driver` and `others` are as each part was written, `every` rows one. The slopes are over all
    but the first fifth, when everything is loaded and remembered.
    """

    rows: int
    every: float
    per_s: float
    driver: list[float]
    others: list[float]
    driver_slope: float
    others_slope: float


def remembered(folder: Path, count: int, *options: str) -> Memory:
    """Judges so many tiny images by the fake models, and watches the memory."""
    where = rows(folder / "rows.parquet", count)
    (folder / "colours.yaml").write_text(CONSTITUTION, "utf-8")
    told = ["--model", "fake", "--constitution", str(folder / "colours.yaml")]
    told += ["--image-column", "image", "--id-column", "id", *options]
    done = batch(where, folder / "memory", *told)
    driver = [sample.driver for sample in done.memory]
    others = [sample.others for sample in done.memory]
    every = count / max(sample.parts for sample in done.memory)
    return Memory(
        rows=count,
        every=every,
        per_s=done.summary["last_run"]["rate"],
        driver=driver,
        others=others,
        driver_slope=grown(driver, every),
        others_slope=grown(others, every),
    )


def grown(values: Sequence[float], every: float) -> float:
    """KiB a thousand rows, without the first fifth."""
    return slope(values[len(values) // 5 :]) * 1024 * 1000 / every


def table(found: Memory) -> Iterator[str]:
    """Medians of the second fifth and of the last, and what was grown between."""
    yield line("processes", "in the second fifth, MiB", "in the last, MiB", "KiB a thousand rows")
    yield line(*["---"] * 4)
    for name, values, slope_ in (
        ("driver", found.driver, found.driver_slope),
        ("decoding", found.others, found.others_slope),
    ):
        fifth = max(1, len(values) // 5)
        ends = (median(values[fifth : 2 * fifth] or values), median(values[-fifth:]))
        yield line(name, *(f"{end:.0f}" for end in ends), f"{slope_:+.1f}")
