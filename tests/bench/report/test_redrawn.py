"""The tables and figures of the paper, redrawn for a run."""

from dataclasses import replace
from pathlib import Path

import pytest

from cluejudge.bench.metrics.atoms import Seen
from cluejudge.bench.predictions import AtomRow
from cluejudge.bench.report import densities, paper, rules, scanning, worth
from cluejudge.bench.report.blocks import Chart, Section, Table
from cluejudge.bench.report.loading import read_run
from cluejudge.bench.report.record import Run
from cluejudge.bench.report.values import find, real
from cluejudge.verdict import Answer, Stage
from tests.bench.report.runs import RULES


@pytest.fixture
def run(finished: Path) -> Run:
    return read_run(finished)


def table(section: Section | None, title: str) -> Table:
    """The one table of a section whose title holds `title`."""
    assert section is not None
    (found,) = [each for each in section.blocks if isinstance(each, Table) and title in each.title]
    return found


def pair(text: str, score: float, *, visible: bool, without: float | None = None) -> Seen:
    row = AtomRow(
        rule="r",
        group=0,
        text=text,
        answer=Answer.YES,
        stage=Stage.PRIOR,
        image=score,
        prior=0.25,
        without_region=without,
    )
    return Seen(row, visible)


def test_an_ablation_that_ran_stands_above_that_of_the_paper(run: Run) -> None:
    found = table(worth.paired(run), "Table 6")
    ours, whole, *theirs = found.rows
    assert ours[0] == "this run, no-debias"
    assert whole[0] == "this run, clue"
    accuracy = real(run.methods, "no-debias", "accuracy")
    assert accuracy is not None
    assert ours[1].startswith(f"{accuracy:.1%} [")
    assert theirs == [
        ("paper, InternVL2-8B-AWQ, without", "66.6%", "0.746"),
        ("paper, InternVL2-8B-AWQ, CLUE", "87.4%", "0.879"),
    ]
    assert paper.SHORT in found.notes


def test_an_ablation_that_did_not_run_says_what_to_do(run: Run) -> None:
    found = table(worth.paired(run), "Table 11")
    assert [row[0] for row in found.rows] == [
        "this run, clue",
        "paper, InternVL2-8B-AWQ, without",
        "paper, InternVL2-8B-AWQ, CLUE",
    ]
    assert "--methods" in found.notes[0]
    barred = replace(run, config={**run.config, "not_applicable": {"no-region": "no detector"}})
    assert "no detector" in table(worth.paired(barred), "Table 11").notes[0]


def test_a_pair_measured_the_other_way_is_turned(run: Run) -> None:
    forward = worth.pair(run, "prior")
    turned = {
        **forward,
        "f1_difference": -(real(forward, "f1_difference") or 0.0),
        "intervals": {"f1_difference": [-1.0, 0.5]},
        "mcnemar": {"only_first": 3, "only_second": 7, "holm": 0.5},
    }
    metrics = {**run.metrics, "paired": {"prior|clue": turned}}
    found = worth.pair(replace(run, metrics=metrics), "prior")
    assert real(found, "f1_difference") == pytest.approx(real(forward, "f1_difference"))
    assert find(found, "intervals", "f1_difference") == [-0.5, 1.0]
    assert find(found, "mcnemar", "only_first") == 7
    assert find(found, "mcnemar", "only_second") == 3
    assert real(found, "mcnemar", "holm") == 0.5
    assert worth.pair(run, "absent") == {}


def test_a_rule_counts_on_the_images_made_for_it_and_by_its_own_name(run: Run) -> None:
    found = table(rules.rules(run), "the paper's Table 4")
    assert sorted(row[0] for row in found.rows) == sorted(RULES)
    for rule, images, violating, precision, recall, accuracy, _ in found.rows:
        made = {name for name, known in run.known.items() if known.tags["rule"] == rule}
        bad = {name for name in made if rule in (run.known[name].truth.violated or ())}
        named = {
            said.id
            for said in run.predictions["clue"]
            if said.id in made and rule in (said.violated or ())
        }
        assert (images, violating) == (str(len(made)), str(len(bad)))
        assert recall == f"{len(bad & named) / len(bad):.1%}"
        left = {said.id for said in run.predictions["clue"] if not said.settled}
        assert accuracy == f"{1 - len((bad ^ named) | (made & left)) / len(made):.1%}"
        assert precision == (f"{len(bad & named) / len(named):.1%}" if named else "\N{EN DASH}")


def test_without_tags_of_rules_there_is_no_table_of_them(run: Run) -> None:
    bare = replace(run, known={name: replace(one, tags={}) for name, one in run.known.items()})
    section = rules.rules(bare)
    assert section is not None
    titles = [each.title for each in section.blocks if isinstance(each, Table)]
    assert [title for title in titles if "Table 4" in title] == [paper.by_rule().title]


def test_contents_are_drawn_by_themselves_with_their_prior() -> None:
    told = [pair("a", 0.97, visible=True), pair("a", 0.02, visible=False)]
    told += [pair("only visible", 0.9, visible=True)]
    chart = densities.by_content(told, anchor="x")
    assert chart is not None
    assert "a, means 0.03 where not visible and 0.98 where visible, 0.25 without" in chart.says
    assert "only visible" not in chart.says
    assert [row[3:] for row in chart.numbers.rows] == [("0", "1"), ("1", "0")]
    assert densities.by_content(told[2:], anchor="x") is None


def test_differences_are_of_pairs_that_reached_the_region_test() -> None:
    told = [
        pair("a", 0.9, visible=True, without=0.13),
        pair("b", 0.5, visible=False, without=0.58),
        pair("c", 0.5, visible=False),
    ]
    chart = densities.differences(told, anchor="x")
    assert chart is not None
    assert "2 pairs" in chart.title
    assert [row[1:] for row in chart.numbers.rows] == [
        ("\N{MINUS SIGN}0.100", "0.000", "0", "1"),
        ("0.700", "0.800", "1", "0"),
    ]
    assert densities.differences(told[2:], anchor="x") is None


def test_the_scan_of_the_run_and_that_of_the_paper_are_in_one_chart(run: Run) -> None:
    section = scanning.relevance(run)
    assert section is not None
    (chart,) = [each for each in section.blocks if isinstance(each, Chart)]
    assert "Figure 7" in chart.title
    assert "the paper's keeps 96.6% and filters 67.0%" in chart.says
    assert section.blocks[-1] == paper.relevance()
