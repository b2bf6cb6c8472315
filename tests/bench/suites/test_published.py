"""Files of the published shapes, with pictures and labels of the test's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cluejudge.bench.samples import Sample
from cluejudge.bench.suites.published import rule_id
from cluejudge.bench.suites.registry import load_suite
from cluejudge.errors import CluejudgeWarning, UsageError
from tests.bench.suites.files import png, write_jsonl, write_parquet


def samples(spec: str) -> tuple[Sample, ...]:
    return tuple(load_suite(spec).samples(limit=None, seed=0))


def unsafebench_rows() -> list[dict[str, Any]]:
    image = {"bytes": png(), "path": "1.png"}
    return [
        {"image": image, "safety_label": "Unsafe", "category": "Self-harm", "source": "Lexica"},
        {"image": image, "safety_label": "Safe", "category": "Hate", "source": "Laion5B"},
    ]


def test_unsafebench(tmp_path: Path) -> None:
    write_parquet(tmp_path / "data/test-00000-of-00001.parquet", unsafebench_rows())
    write_parquet(tmp_path / "data/train-00000-of-00001.parquet", unsafebench_rows()[:1])
    one, other = samples(f"unsafebench:{tmp_path}")
    assert (one.truth.unsafe, one.truth.violated) == (True, None)
    assert not other.truth.unsafe
    assert one.tags == {"category": "Self-harm", "source": "Lexica"}
    assert one.read() == png()


def test_unsafebench_with_captions_and_categories_as_rules(tmp_path: Path) -> None:
    rows = [{**row, "text": "a caption"} for row in unsafebench_rows()]
    write_parquet(tmp_path / "test.parquet", rows)
    suite = load_suite(f"unsafebench:{tmp_path}?rules=category")
    one, other = suite.samples(limit=None, seed=0)
    assert one.truth.violated == frozenset({"self-harm"})
    assert other.truth.violated == frozenset()
    assert one.tags["text"] == "a caption"
    assert suite.name == "unsafebench?rules=category"
    assert suite.constitution is None


def test_unsafebench_of_another_shape(tmp_path: Path) -> None:
    write_parquet(tmp_path / "test.parquet", [{"image": png(), "label": 1}])
    with pytest.raises(UsageError, match="no column safety_label, category, source"):
        load_suite(f"unsafebench:{tmp_path}")
    with pytest.raises(UsageError, match="alone names no file"):
        load_suite("unsafebench")
    rows = [{**row, "safety_label": "Unknown"} for row in unsafebench_rows()]
    write_parquet(tmp_path / "test.parquet", rows)
    with pytest.raises(UsageError, match="row 1: the label 'Unknown'"):
        load_suite(f"unsafebench:{tmp_path}")


def llavaguard_record(identity: str, rating: str, category: str) -> dict[str, object]:
    answer = json.dumps({"rating": rating, "category": category, "rationale": "because"})
    return {
        "id": identity,
        "image": f"/elsewhere/{identity}.jpeg",
        "score": "Barely Acceptable",
        "category": category,
        "conversations": [
            {"from": "human", "value": "<image>\nA policy"},
            {"from": "gpt", "value": answer},
        ],
    }


def test_llavaguard_records(tmp_path: Path) -> None:
    records = [
        llavaguard_record("b10_p1_3", "Unsafe", "O2: Violence, Harm, or Cruelty"),
        llavaguard_record("b10_p1_3_v2", "Safe", "NA: None applying"),
        llavaguard_record("b10_p1_3_v3_a", "Unsafe", "O2: Violence, Harm, or Cruelty"),
        llavaguard_record("b11", "Safe", "NA: None applying"),
    ]
    path = tmp_path / "test.json"
    path.write_text(json.dumps(records))
    images = tmp_path / "images"
    images.mkdir()
    for name in ("b10_p1_3", "b11"):
        (images / f"{name}.png").write_bytes(png())
    suite = load_suite(f"llavaguard:{path}?images={images}&rules=category")
    one, other = suite.samples(limit=None, seed=0)
    assert (one.id, one.truth.violated) == ("b10_p1_3", frozenset({"o2"}))
    assert (other.id, other.truth.unsafe, other.truth.violated) == ("b11", False, frozenset())
    assert one.read() == png()
    assert suite.card["left out"] == "2 rows under altered policies"


def test_llavaguard_columns(tmp_path: Path) -> None:
    rows = [{"image": {"bytes": png(), "path": None}, "rating": "Unsafe", "category": "O3: Sex"}]
    (one,) = samples(f"llavaguard:{write_parquet(tmp_path / 't.parquet', rows)}")
    assert one.truth.unsafe
    assert one.truth.violated is None
    assert one.tags == {"category": "O3: Sex"}
    assert one.read() == png()


def hub_rows() -> list[dict[str, object]]:
    """Rows as in the hub's test.csv: no images, and the first one under two policies."""
    places = ("https://images.example/smid/resolve/main/b10%20p1.jpg?download=true", "b.org/x.png")
    unsafe, safe = "O2: Violence, Harm, or Cruelty", "NA: None applying"
    return [
        {"id": "1", "url": places[0], "policy": "own", "rating": "Unsafe", "category": unsafe},
        {
            "id": "2",
            "url": places[0],
            "policy": "violence ok",
            "rating": "Safe",
            "category": unsafe,
        },
        {"id": "3", "url": places[1], "policy": "own", "rating": "Safe", "category": safe},
    ]


def test_llavaguard_rows_of_the_hub(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "test.jsonl", hub_rows())
    images = tmp_path / "images"
    images.mkdir()
    (images / "b10 p1.png").write_bytes(png())
    (images / "3.png").write_bytes(png("blue"))
    suite = load_suite(f"llavaguard:{path}?images={images}&rules=category")
    one, other = suite.samples(limit=None, seed=0)
    assert (one.id, one.truth.violated, one.read()) == ("1", frozenset({"o2"}), png())
    assert (other.id, other.truth.unsafe, other.read()) == ("3", False, png("blue"))
    assert suite.card["left out"] == "1 rows under altered policies"
    with pytest.raises(UsageError, match=r"only where they are.*\?images=FOLDER"):
        load_suite(f"llavaguard:{path}")


def test_llavaguard_rows_of_which_no_policy_is_the_own(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "test.jsonl", hub_rows()[:2])
    with pytest.raises(UsageError, match="so none is its own"):
        load_suite(f"llavaguard:{path}?images={tmp_path}")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"conversations": []}, "no answer"),
        ({"conversations": [{}, {"value": "Unsafe"}]}, "cannot be read"),
        ({"conversations": [{}, {"value": '{"rating": "Meh"}'}]}, "'Meh' is not Safe or Unsafe"),
        ({"id": "gone"}, "no file of the folder"),
    ],
)
def test_llavaguard_broken_rows(tmp_path: Path, change: dict[str, object], told: str) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(png())
    record = {**llavaguard_record("a", "Safe", "NA"), "image": "x.png", **change}
    path = write_jsonl(tmp_path / "t.jsonl", [record])
    with pytest.raises(UsageError, match=told):
        load_suite(f"llavaguard:{path}?images={tmp_path / 'images'}")


def test_llavaguard_of_another_shape(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "t.jsonl", [{"image": "a.png", "id": "a"}])
    with pytest.raises(UsageError, match="neither the column conversations nor rating"):
        load_suite(f"llavaguard:{path}")
    altered = write_jsonl(tmp_path / "a.jsonl", [llavaguard_record("a_v1_b", "Safe", "NA")])
    with pytest.raises(UsageError, match="only rows under altered policies"):
        load_suite(f"llavaguard:{altered}")
    whole = write_jsonl(tmp_path / "w.jsonl", [llavaguard_record("a", "Safe", "NA")])
    with pytest.raises(UsageError, match="no folder"):
        load_suite(f"llavaguard:{whole}?images={tmp_path / 'none'}&rules=category")


def policyshift_row(image: int, section: int, policy: str, violated: list[int]) -> dict[str, Any]:
    blocked = section in violated
    return {
        "question": "POLICIES ...",
        "image": {"bytes": png(), "path": f"{image}.png"},
        "answer": f"true | {section:02d}" if blocked else "false",
        "image_idx": image,
        "section_id": section,
        "section_title": f"Section {section}",
        "policy_name": policy,
        "tier": "policy_discriminative",
        "discrimination_score": 0.5,
        "policy_description": f"What {policy} says.",
        "label": "block" if blocked else "pass",
        "split_type": "id_test",
        "violated_categories": violated,
    }


STRICT, LOOSE = "Policy B (Strict & Plain)", "Policy E (Looser)"


@pytest.fixture
def policyshift(tmp_path: Path) -> Path:
    rows = [
        policyshift_row(7, 1, STRICT, [1]),
        policyshift_row(7, 1, LOOSE, []),
        policyshift_row(8, 1, STRICT, []),
        policyshift_row(8, 2, STRICT, [2, 3]),
        policyshift_row(7, 1, STRICT, [1]),
    ]
    return write_parquet(tmp_path / "id_test.parquet", rows)


def test_policyshift_takes_one_policy(policyshift: Path) -> None:
    with pytest.warns(CluejudgeWarning, match="image-7; each row counts"):
        suite = load_suite(f"policyshift:{policyshift}?section=1&policy=Policy B&rule=strict")
    found = tuple(suite.samples(limit=None, seed=0))
    assert [one.id for one in found] == ["image-7", "image-8", "image-7#2"]
    assert [one.truth.unsafe for one in found] == [True, False, True]
    assert [one.truth.violated for one in found] == [{"strict"}, frozenset(), {"strict"}]
    assert suite.card["policy"] == STRICT
    assert suite.card["policy text"] == f"What {STRICT} says."
    assert found[0].tags["section_title"] == "Section 1"


def test_policyshift_takes_one_split(tmp_path: Path) -> None:
    for number, split in enumerate(("id_test", "id_test_mini", "ood_test", "sft", "sft_think")):
        row = policyshift_row(number, 1, STRICT, [1])
        write_parquet(tmp_path / f"data/{split}-00000-of-00001.parquet", [row])
    assert [one.id for one in samples(f"policyshift:{tmp_path}")] == ["image-0"]
    assert [one.id for one in samples(f"policyshift:{tmp_path}?split=sft")] == ["image-3"]
    with pytest.raises(UsageError, match=r"of the split 'rl'.*ood_test"):
        load_suite(f"policyshift:{tmp_path}?split=rl")


def test_policyshift_labels_without_a_rule(policyshift: Path) -> None:
    (one,) = samples(f"policyshift:{policyshift}?policy=Policy E")
    assert (one.truth.unsafe, one.truth.violated) == (False, None)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("", "several policies"),
        ("?policy=Policy B", "several policies"),
        ("?policy=X", "no policy"),
    ],
)
def test_policyshift_names_the_policies(policyshift: Path, options: str, told: str) -> None:
    with pytest.raises(UsageError, match=told) as caught:
        load_suite(f"policyshift:{policyshift}{options}")
    assert "?section=1&policy=Policy B: Policy B (Strict & Plain), 3 rows" in str(caught.value)


def test_policyshift_rows_that_contradict_themselves(tmp_path: Path) -> None:
    row = {**policyshift_row(7, 1, STRICT, [1]), "label": "pass"}
    other = {**policyshift_row(7, 1, STRICT, [1]), "label": "unsure"}
    path = write_parquet(tmp_path / "t.parquet", [row, other])
    with pytest.raises(UsageError) as caught:
        load_suite(f"policyshift:{path}")
    assert "row 1: its label is pass, and its violated_categories, [1]" in str(caught.value)
    assert "row 2: the label 'unsure' is neither block nor pass" in str(caught.value)


@pytest.mark.parametrize(
    ("category", "expected"),
    [("Self-harm", "self-harm"), ("Public and personal health", "public-and-personal-health")],
)
def test_categories_become_ids(category: str, expected: str) -> None:
    assert rule_id(category) == expected
