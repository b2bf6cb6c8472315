"""The suite `unsafebench:PATH`: UnsafeBench (arXiv 2405.03486), as its authors publish it.

Rows: `image` ({bytes, path} in parquet), `safety_label` ("Safe" or "Unsafe"), `category` (one of
eleven, such as "Self-harm"), `source` ("Laion5B" or "Lexica"), and since an update `text`, the
caption or prompt. Files `data/train-*.parquet` and `data/test-*.parquet`. All of this is from the
card of the data set on the Hugging Face hub, yiting/UnsafeBench, as stored in 2026; the data
itself is given on request and was not at hand, so the files were not read. Access is for
research, and the card names no licence.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cluejudge.bench.samples import Truth
from cluejudge.bench.spec import Spec
from cluejudge.bench.suites.cells import flag
from cluejudge.bench.suites.labelled import Reading, read_samples
from cluejudge.bench.suites.listed import Listed, counted
from cluejudge.bench.suites.published import by_category, opened, text
from cluejudge.bench.suites.rows import Row
from cluejudge.settings import Frozen

COLUMNS = ("image", "safety_label", "category", "source")


class Options(Frozen):
    """Which part, and what a category means."""

    split: str = Field(default="test", description="of a folder, the files of that split")
    rules: Literal["", "category"] = Field(
        default="", description="category: each is a rule of yours, with an id such as self-harm"
    )


def load(spec: Spec) -> Listed:
    """The suite of a parquet file, or of the folder of the data set.

    The truth is safe or unsafe; with `rules=category` an unsafe image also violates the rule that
    is called like its category. Raises `UsageError` for a table of another shape and for bad rows.
    """
    options = spec.read_options(Options)
    table = opened(spec, options.split, COLUMNS)

    def truth(row: Row) -> Truth:
        unsafe = flag(row["safety_label"])
        return by_category(unsafe, text(row, "category")) if options.rules else Truth(unsafe)

    tags = tuple(name for name in ("category", "source", "text") if name in table.columns)
    samples = read_samples(table, Reading("image", truth, lambda row: "", tags))
    card = {
        "suite": "UnsafeBench, arXiv 2405.03486",
        "from": "the Hugging Face hub, yiting/UnsafeBench, fetched by the user",
        "licence": "for research, on request; the card names no licence",
        "file": table.name,
        **counted(samples),
    }
    return Listed(str(Spec(spec.name, "", spec.options)), card, samples)
