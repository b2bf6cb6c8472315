"""The suite `llavaguard:PATH`: the set behind LlavaGuard (arXiv 2406.05113).

Two shapes are read. The first is that of the files which its own code writes and reads, verified
in the public repository ml-research/LlavaGuard (`llavaguard/data/build_dataset.py` and
`llavaguard/taxonomy/augmentation.py`): a JSON list of records with `id`, `image` (a path),
`category`, `score` and `conversations`, of which the second is the answer, JSON with `rating`
("Safe" or "Unsafe"), `category` and `rationale`. An id that ends in `_v0` to `_v5`, maybe with a
letter, is the same image under an altered policy.

The second is that of the hub's AIML-TUDA/LlavaGuard, whose card is behind a form: `train.csv` and
`test.csv` with `id`, `url` (where the image is; the table holds none), `policy` (the whole prompt),
`rating` and `category` ("O3: ..." or "NA: ..."). That is from public code which reads it, not from
the data. The same image stands there under several policies, with other ratings. Images are from
SMID and the web, each under its own licence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field

from cluejudge.bench.samples import Truth
from cluejudge.bench.spec import Spec
from cluejudge.bench.suites.labelled import Reading, read_samples
from cluejudge.bench.suites.listed import Listed, counted
from cluejudge.bench.suites.published import by_category, opened, text
from cluejudge.bench.suites.rows import Row, Table
from cluejudge.compile.jsontext import only_object
from cluejudge.errors import UsageError
from cluejudge.settings import Frozen

RATINGS = {"safe": False, "unsafe": True}
_ALTERED = re.compile(r"_v[0-5](?:_[a-z])?")
_CODE = re.compile(r"O\d+")


class Options(Frozen):
    """Where the images are, and what a category means."""

    split: str = Field(default="", description="of a folder, the files of that split")
    images: str = Field(
        default="", description="a folder with the images, called like their ids or addresses"
    )
    rules: Literal["", "category"] = Field(
        default="", description="category: each is a rule of yours, with an id such as o3"
    )


def load(spec: Spec) -> Listed:
    """The suite of a file, or of those of a folder.

    Rows under an altered policy are left out, for their truth is about other rules; the card counts
    them. Of a column `policy` that is any but the one of most rows. With `rules=category` an unsafe
    image violates the rule that is called like the letter and number of its category. Raises
    `UsageError` for a table of another shape and for bad rows.
    """
    options = spec.read_options(Options)
    whole = opened(spec, options.split, ())
    told = "conversations" in whole.columns
    _check_shape(whole, told=told, found=bool(options.images))
    table = _own_policy(whole)
    images = _Images(options.images)
    reading = Reading(
        image="image",
        truth=lambda row: _truth(_answer(row, told=told), by_rules=bool(options.rules)),
        name=lambda row: text(row, "id"),
        tags=[name for name in ("category", "score", "rationale") if name in table.columns],
        own_ids=all(text(row, "id") for row in table.rows),
        find=images.find if options.images else None,
    )
    samples = read_samples(table, reading)
    card = {
        "suite": "the LlavaGuard set, arXiv 2406.05113",
        "from": "the Hugging Face hub, AIML-TUDA/LlavaGuard, fetched by the user",
        "licence": "each image under its own; for research, after a form",
        "left out": f"{len(whole.rows) - len(table.rows)} rows under altered policies",
        **counted(samples),
    }
    return Listed(f"llavaguard:{table.name}", card, samples)


def _check_shape(table: Table, *, told: bool, found: bool) -> None:
    there = f"it has {', '.join(table.columns)}; any table is read with table:FILE"
    if not told and "rating" not in table.columns:
        raise UsageError(
            f"{table.name} has neither the column conversations nor rating", hint=there
        )
    if not found and "image" not in table.columns:
        raise UsageError(
            f"{table.name} holds no images, only where they are",
            hint="download them into a folder, called as in their addresses or like the ids of the "
            "rows, and give ?images=FOLDER",
        )


def _own_policy(table: Table) -> Table:
    """The rows under the policy of the set itself."""
    kept = [row for row in table.rows if not _is_altered(text(row, "id"))]
    if not kept:
        raise UsageError(f"{table.name} has only rows under altered policies")
    if "policy" in table.columns:
        kept = _of_most(table, kept)
    return Table(table.name, table.columns, tuple(kept))


def _of_most(table: Table, rows: Sequence[Row]) -> list[Row]:
    """The rows under the policy of most. Raises `UsageError` if no policy is."""
    policies = Counter(text(row, "policy") for row in rows).most_common(2)
    if len(policies) > 1 and policies[0][1] == policies[1][1]:
        raise UsageError(
            f"{table.name} has as many rows under one policy as under another, so none is its own",
            hint="keep the rows of one policy, and read them with table:FILE",
        )
    return [row for row in rows if text(row, "policy") == policies[0][0]]


def _is_altered(identity: str) -> bool:
    return any(not identity[one.end() :] for one in _ALTERED.finditer(identity))


def _answer(row: Row, *, told: bool) -> Mapping[str, object]:
    """The answer of a row, with `rating` and `category`. Raises `ValueError`."""
    if not told:
        return row.values
    turns = row["conversations"]
    if not isinstance(turns, list) or len(turns) < 2 or not isinstance(turns[1], dict):
        raise ValueError("its conversation has no answer")
    try:
        return only_object(str(turns[1].get("value")))
    except ValueError as error:
        raise ValueError(f"its answer cannot be read: {error}") from None


def _truth(answer: Mapping[str, object], *, by_rules: bool) -> Truth:
    rating = str(answer.get("rating")).strip().lower()
    if rating not in RATINGS:
        raise ValueError(f"the rating {str(answer.get('rating'))[:40]!r} is not Safe or Unsafe")
    if not by_rules:
        return Truth(RATINGS[rating])
    code = _CODE.match(str(answer.get("category", "")))
    return by_category(RATINGS[rating], code.group() if code else "")


class _Images:
    """Finds the images of rows in a folder, by the names of its files without their endings."""

    def __init__(self, folder: str) -> None:
        self._by_name: dict[str, Path] = {}
        if folder and not Path(folder).is_dir():
            raise UsageError(f"there is no folder {folder} of images")
        for path in sorted(Path(folder).rglob("*")) if folder else ():
            if path.is_file():
                self._by_name.setdefault(path.stem, path)

    def find(self, row: Row) -> Path:
        """The file of a row. Raises `ValueError`."""
        image = "" if "image" in row.large else text(row, "image")
        address = urlsplit(text(row, "url")).path
        for name in (text(row, "id"), Path(image).stem, Path(unquote(address)).stem):
            if found := self._by_name.get(name):
                return found
        raise ValueError("no file of the folder of images is called like its id or its image")
