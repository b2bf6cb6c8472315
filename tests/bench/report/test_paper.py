import pytest

from cluejudge.bench.methods.variants import CLUE
from cluejudge.bench.report import paper

TABLES = (
    paper.zero_shot(),
    paper.fine_tuned(),
    paper.by_rule(),
    paper.relevance(),
    paper.cost(),
)


def test_every_table_says_whose_numbers_they_are() -> None:
    for table in TABLES:
        assert "arXiv 2501.00192" in table.notes[0]
        assert "other models" in table.notes[0]
        assert "paper" in table.title


def test_the_methods_of_the_paper_bear_the_names_of_ours() -> None:
    names = [name for _, name, _ in paper.ZERO_SHOT]
    assert names == ["prior", "prior-cot", "whole", "whole-cot", "clue"]


def test_recall_accuracy_and_f1_go_together() -> None:
    """Of as many unsafe as safe images, recall and accuracy leave one F1."""
    for _, _, triples in paper.ZERO_SHOT:
        for recall, accuracy, f1 in triples:
            hit, false = recall / 100, 1 + recall / 100 - 2 * accuracy / 100
            assert abs(2 * hit / (1 + hit + false) - f1) < 0.02


def test_f1_of_a_rule_is_that_of_its_precision_and_recall() -> None:
    for rule, (precision, recall, _, f1) in paper.RULES:
        mean = 2 * precision * recall / (precision + recall) / 100
        assert mean == pytest.approx(f1, abs=0.001), rule
    assert len(paper.RULES) == 14


def test_accuracy_of_a_rule_follows_where_both_kinds_are_as_many() -> None:
    """Recall and precision leave one accuracy; a rule whose kinds differ a little is near it."""
    for rule, (precision, recall, accuracy, _) in paper.RULES:
        false = recall / precision * (100 - precision)
        assert (recall + 100 - false) / 2 == pytest.approx(accuracy, abs=0.6), rule


def test_the_ablations_are_of_methods_there_are_and_hold_what_they_measure() -> None:
    for each in paper.ABLATIONS:
        assert each.method in CLUE
        for _, without, whole in each.rows:
            assert len(without) == len(whole) == len(each.measured)


def test_clue_is_the_same_in_every_table_of_the_paper() -> None:
    clue = paper.ZERO_SHOT[-1][2]
    told = {
        model: {f"{recall}%", f"{accuracy}%", f"{f1}"}
        for model, (recall, accuracy, f1) in zip(paper.MODELS, clue, strict=True)
    }
    for each in paper.ABLATIONS[:2]:
        for model, _, whole in each.rows:
            assert set(whole) <= told[model]
