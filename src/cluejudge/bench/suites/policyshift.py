"""The suite `policyshift:PATH?policy=NAME`: PolicyShiftBench (arXiv 2607.05910).

Rows: `image` ({bytes, path} in parquet), `question` (the prompt with a bundle of policies, one
for each section), `answer` ("true | 02" or "false"), `label` ("block" or "pass"), `image_idx`,
`section_id`, `section_title`, `policy_name`, `policy_description`, `tier`,
`discrimination_score`, `split_type` and `violated_categories` (numbers of sections). The columns
are from the authors' code, the public repository ssmisya/PolicyShiftGuard
(`vllm_guard/datasets/schema.py`, `vllm_guard/data_curation/builder.py`), and so are the splits,
`id_test`, `ood_test`, `sft`, `sft_think` and `rl` (`vllm_guard/data_curation/upload.py`): only the
first two are for measuring. That the data is published as parquet with the images inside is from
the card, PolicyShiftGuard/PolicyShiftBench. The files themselves were not read, and the terms there
allow research that is not commercial.

The same image stands in several rows, under policies that allow it and policies that do not. No
one constitution is right for all rows, so rows are taken one policy at a time: write it as a
constitution, and compare the runs.
"""

from __future__ import annotations

from collections import Counter

from pydantic import Field

from cluejudge.bench.samples import Truth
from cluejudge.bench.spec import Spec
from cluejudge.bench.suites.labelled import Reading, read_samples
from cluejudge.bench.suites.listed import Listed, counted
from cluejudge.bench.suites.published import opened, text
from cluejudge.bench.suites.rows import Row, Table
from cluejudge.errors import UsageError
from cluejudge.settings import Frozen

COLUMNS = (
    *("image", "image_idx", "label", "section_id", "section_title"),
    *("policy_name", "policy_description", "violated_categories"),
)
TAGS = ("section_title", "policy_name", "tier", "split_type", "image_idx")
LABELS = {"block": True, "pass": False}


class Options(Frozen):
    """Which rows, and what your constitution calls their policy."""

    split: str = Field(default="id_test", description="of a folder, the files of that split")
    policy: str = Field(default="", description="the `policy_name` to take, or how it begins")
    section: str = Field(default="", description="its `section_id`, where sections share the name")
    rule: str = Field(default="", description="the id of the rule that is this policy")


def load(spec: Spec) -> Listed:
    """The suite of the rows of one policy.

    The truth is what the row says of its own policy. With `rule=ID` a blocked image violates that
    rule. Raises `UsageError` that lists the policies if there are several and none, or one that is
    not there, is named; for a table of another shape; and for bad rows.
    """
    options = spec.read_options(Options)
    table = _of_policy(opened(spec, options.split, COLUMNS), options)
    first = table.rows[0]

    def truth(row: Row) -> Truth:
        return _truth(row, options.rule)

    reading = Reading("image", truth, lambda row: f"image-{text(row, 'image_idx')}", TAGS)
    samples = read_samples(table, reading)
    card = {
        "suite": "PolicyShiftBench, arXiv 2607.05910, one policy of it",
        "from": "the Hugging Face hub, PolicyShiftGuard/PolicyShiftBench, fetched by the user",
        "licence": "research that is not commercial; see its TERMS.md",
        "section": f"{text(first, 'section_id')} {text(first, 'section_title')}",
        "policy": text(first, "policy_name"),
        "policy text": text(first, "policy_description"),
        **counted(samples),
    }
    return Listed(str(Spec(spec.name, "", spec.options)), card, samples)


def _of_policy(table: Table, options: Options) -> Table:
    rows = tuple(row for row in table.rows if _fits(row, options))
    policies = Counter((text(row, "section_id"), text(row, "policy_name")) for row in table.rows)
    taken = {(text(row, "section_id"), text(row, "policy_name")) for row in rows}
    if len(taken) != 1:
        there = "\n".join(
            f"  ?section={section}&policy={name.partition(' (')[0]}: {name}, {count} rows"
            for (section, name), count in sorted(policies.items())
        )
        wanted = "several policies" if taken else f"no policy '{options.policy}'"
        raise UsageError(
            f"{table.name} has {wanted}, and each needs a constitution of its own; there are\n"
            f"{there}",
            hint="name one of them",
        )
    return Table(table.name, table.columns, rows)


def _fits(row: Row, options: Options) -> bool:
    """Names of policies hold `&`, which ends an option, so a beginning is enough."""
    named = text(row, "policy_name").startswith(options.policy)
    return named and options.section in ("", text(row, "section_id"))


def _truth(row: Row, rule: str) -> Truth:
    label = text(row, "label").lower()
    if label not in LABELS:
        raise ValueError(f"the label '{label[:40]}' is neither block nor pass")
    unsafe = LABELS[label]
    violated = row["violated_categories"] or []
    listed = [str(one) for one in violated] if isinstance(violated, list) else []
    if unsafe != (text(row, "section_id") in listed):
        raise ValueError(
            f"its label is {label}, and its violated_categories, {violated}, say otherwise"
        )
    if not rule:
        return Truth(unsafe)
    return Truth(unsafe, frozenset({rule} if unsafe else ()))
