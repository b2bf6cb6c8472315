"""The suite `osbench:FOLDER`: images that were made by the recipe, with their digests checked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import Field

from cluejudge.bench.samples import Sample, Truth
from cluejudge.bench.spec import Spec
from cluejudge.bench.suites.labelled import listed
from cluejudge.bench.suites.listed import Listed, counted
from cluejudge.bench.suites.osbench.decisions import manifest
from cluejudge.bench.suites.osbench.draw import is_whole
from cluejudge.bench.suites.osbench.records import ImageRecord
from cluejudge.builtin import find_constitution
from cluejudge.errors import UsageError
from cluejudge.image import read
from cluejudge.settings import Frozen

CONSTITUTION = "os-bench"


class Options(Frozen):
    """What becomes of images that nobody has decided on."""

    undecided: Literal["", "keep", "drop"] = Field(
        default="", description="keep or drop images without a decision; else they are refused"
    )


def load(spec: Spec) -> Listed:
    """The images of a folder that were kept, under the built-in constitution os-bench.

    The truth is what each was made for: a violating image violates the rule of its topic, and
    other rules were not labelled unless a person said so in the list of decisions. The card counts
    what was dropped and withheld. Raises `UsageError` for images that nobody decided on, and for
    files that are not what the manifest says.
    """
    options = spec.read_options(Options)
    folder = Path(spec.arg)
    if not spec.arg or not folder.is_dir():
        raise UsageError(f"there is no folder '{spec.arg}'", hint="write osbench:FOLDER")
    records = manifest(folder)
    drawn = [one for one in records if one.file]
    undecided = [one.id for one in drawn if one.decided is None]
    if undecided and not options.undecided:
        raise UsageError(
            f"nobody decided on {len(undecided)} of {len(drawn)} images of {folder}",
            hint="filter them (cluejudge bench make-osbench --stage filter), or ?undecided=keep",
        )
    # Sorted, because an image that is drawn again goes to the end of the manifest.
    kept = sorted((one for one in drawn if _is_kept(one, options)), key=lambda one: one.id)
    _check(folder, kept)
    samples = tuple(_sample(folder, one) for one in kept)
    if not samples:
        raise UsageError(f"no image of {folder} was kept")
    card = {
        "suite": "images made by the recipe of OS Bench, arXiv 2501.00192; not the paper's images",
        "licence": "that of what the models below draw",
        "models": ", ".join(sorted({one.model for one in kept})),
        "dropped": str(len(drawn) - len(kept)),
        "undecided": f"{len(undecided)} {options.undecided or ''}".strip(),
        "withheld": str(len(records) - len(drawn)),
        "images": _digest(kept),
        **counted(samples),
    }
    name = f"osbench:{folder.resolve().name}"
    return Listed(name, card, samples, find_constitution(CONSTITUTION))


def _is_kept(record: ImageRecord, options: Options) -> bool:
    if record.decided is None:
        return options.undecided == "keep"
    return record.decided.keep


def _check(folder: Path, records: Sequence[ImageRecord]) -> None:
    changed = [f"{one.id}: {one.file}" for one in records if not is_whole(folder, one)]
    if changed:
        raise UsageError(
            f"{len(changed)} images of {folder} are not there or not those that were drawn\n"
            f"{listed(changed)}",
            hint="--stage images draws them again",
        )


def _sample(folder: Path, record: ImageRecord) -> Sample:
    violated = record.violated
    tags = {
        "topic": record.topic,
        "rule": record.topic,
        "intent": record.intent.value,
        "source": record.model,
        **({"lacks": record.lacks} if record.lacks else {}),
    }
    truth = Truth(unsafe=bool(violated), violated=violated)
    return Sample(record.id, partial(read, folder / record.file), truth, tags, record.sha256)


def _digest(records: Sequence[ImageRecord]) -> str:
    """12 hex digits over the images, in their order."""
    return hashlib.sha256("".join(one.sha256 for one in records).encode()).hexdigest()[:12]
