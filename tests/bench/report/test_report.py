import io
import json
import re
import shutil
import sys
from pathlib import Path

import pytest
from PIL import Image as PILImage

from cluejudge.bench.folder import RunFolder
from cluejudge.bench.predictions import Prediction, RuleRow
from cluejudge.bench.report import write_report
from cluejudge.bench.report.blocks import Items, Table
from cluejudge.bench.report.loading import read_run
from cluejudge.bench.report.page import page
from cluejudge.bench.report.record import Known, Run
from cluejudge.bench.report.worst import worst
from cluejudge.bench.samples import Truth
from cluejudge.errors import ImageError, UsageError
from cluejudge.image import load
from cluejudge.verdict import Outcome, RuleOutcome
from tests.bench.report.pages import checked
from tests.bench.report.runs import HOSTILE, predictions, samples, write_run

SECTIONS = [
    "summary",
    "methods",
    "paired",
    "rules",
    "scores",
    "relevance",
    "coverage",
    "cost",
    "robustness",
    "worst",
    "calibration",
    "tags",
    "robustness-all",
    "setup",
]
CHARTS = 7


@pytest.fixture
def folder(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished run, to write into."""
    return Path(shutil.copytree(finished, tmp_path / "first"))


def written(folder: Path, *, pictures: bool = True) -> tuple[str, str]:
    html, markdown = write_report(folder, samples() if pictures else ())
    return html.read_text("utf-8"), markdown.read_text("utf-8")


def test_the_page_is_whole_and_asks_nothing_of_the_network(folder: Path) -> None:
    html, _ = written(folder)
    found = checked(html)
    assert html.startswith("<!doctype html>\n")
    sections = [each["id"] for each in found.attributes if each.get("class") == "part"]
    assert sections == SECTIONS
    assert html.count('class="chart"') == CHARTS
    assert found.tags["img"] == found.tags["article"] > 0


def test_equal_runs_give_equal_files(folder: Path) -> None:
    assert written(folder) == written(folder)


def test_every_chart_tells_its_numbers_in_words_and_in_a_table(folder: Path) -> None:
    html, _ = written(folder)
    charts = re.findall(r'<figure class="drawing">(.*?)</figure>', html, re.DOTALL)
    assert len(charts) == CHARTS
    for chart in charts:
        assert re.search(r'role="img" aria-label="[^"]*\d[^"]*"', chart)
        assert re.search(r"<td class=\"number\">[^<]*\d", chart)


def test_names_and_words_of_others_make_no_markup(folder: Path) -> None:
    html, markdown = written(folder)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "\u202e" not in html + markdown
    assert not re.search(r"(?<!\\)<script", markdown)
    assert not re.search(r"(?<!\\)!\[|[^\\]\]\(", markdown)
    assert "<script" not in re.sub(r"\\.", "", markdown)


def test_tables_of_markdown_keep_their_columns(folder: Path) -> None:
    _, markdown = written(folder)
    tables = re.findall(r"(?:^\|.*\n)+", markdown, re.MULTILINE)
    assert len(tables) > 10
    for table in tables:
        bars = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(bars) == 1, table


def test_the_numbers_are_those_of_the_run(folder: Path) -> None:
    html, markdown = written(folder)
    metrics = json.loads((folder / "metrics.json").read_text())
    clue, prior = (metrics["methods"][name] for name in ("clue", "prior"))
    assert f"<h1>clue: F1 {clue['f1']:.3f}</h1>" in html
    low, high = clue["intervals"]["f1"]
    assert f"{clue['f1']:.3f} \\[{low:.3f}, {high:.3f}\\]" in markdown
    gain = metrics["paired"]["clue|prior"]["f1_difference"]
    assert gain == pytest.approx(clue["f1"] - prior["f1"], abs=1e-5)
    assert f"{gain:+.3f}".replace("-", "\N{MINUS SIGN}") in markdown


def test_flips_are_told_by_edit_and_method(folder: Path) -> None:
    run = read_run(folder)
    (section,) = [each for each in page(run).sections if each.anchor == "robustness"]
    main, matrix, legend = [each for each in section.blocks if isinstance(each, Table)]
    rows = {row[0]: row for row in main.rows}
    assert list(rows) == ["inversion", "text-safe"] == [row[0] for row in legend.rows]
    assert matrix.columns == ("edit", *run.edited)
    said = run.predictions["clue"]
    before = sum(one.outcome is Outcome.UNSAFE for one in said)
    turned = sum(one.outcome is Outcome.UNSAFE for one in said[::4])
    assert rows["inversion"][1].startswith(f"{turned} of {before} ")
    assert rows["inversion"][2].startswith("0 of ")
    right = sum(
        one.outcome is (Outcome.UNSAFE if run.known[one.id].truth.unsafe else Outcome.SAFE)
        for one in said
    )
    assert rows["inversion"][6] == f"{100 * right / len(said):.1f}%"
    assert rows["inversion"][7] != rows["inversion"][6]


def test_boxes_of_what_was_found_are_drawn_over_the_errors(folder: Path) -> None:
    html, _ = written(folder)
    errors = html.split('id="worst"', 1)[1].split("</section>", 1)[0]
    assert 'class="outline" x="10" y="12" width="30" height="38"' in errors
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in errors
    assert "<script" not in errors
    bare, _ = written(folder, pictures=False)
    assert 'class="outline"' not in bare


def test_the_view_that_a_rule_rests_on_is_shown() -> None:
    frames = [PILImage.new("RGB", (64, 48), colour) for colour in ("black", "white")]
    target = io.BytesIO()
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:])
    data = target.getvalue()
    second = load(data).views[1].name
    rules = (RuleRow(rule="r", outcome=RuleOutcome.VIOLATED, view=second),)
    said = Prediction(id="a", outcome=Outcome.UNSAFE, violated=("r",), score=0.9, rules=rules)
    run = Run(
        "one",
        {},
        (),
        {"methods": {"clue": {}}},
        {"a": Known(Truth(False), {}, lambda: data)},
        {"clue": (said,)},
    )
    section = worst(run)
    assert section is not None
    shown = next(each for each in section.blocks if isinstance(each, Items)).items[0].shown
    assert f"<figcaption>{second}</figcaption>" in shown


def test_a_run_of_one_method_that_names_no_rules_and_gives_no_scores(tmp_path: Path) -> None:
    bare = [
        Prediction(id=one.id, outcome=Outcome.UNSAFE if place % 3 else Outcome.SAFE)
        for place, one in enumerate(samples())
    ]
    folder = write_run(tmp_path / "run", {"nudenet": bare})
    html, markdown = written(folder)
    found = checked(html)
    assert "nudenet: F1 " in html
    sections = [each["id"] for each in found.attributes if each.get("class") == "part"]
    assert sections == ["summary", "methods", "paired", "cost", "worst", "tags", "setup"]
    assert "nudenet" in markdown


@pytest.mark.parametrize(
    "metrics",
    [
        {},
        {"methods": {}},
        {"methods": {"clue": {}, "prior": None}},
        {"methods": {"clue": {"f1": None, "intervals": {"f1": None}, "atoms": {"undefined": {}}}}},
        {"methods": {"clue": {"f1": 0.5, "curve": [{}], "reliability": "?", "relevance": []}}},
        {
            "methods": {
                "clue": {"atoms": {"histograms": {"image": {"edges": [0, 1], "visible": []}}}}
            }
        },
    ],
)
def test_numbers_that_are_missing_or_strange_are_left_out(
    tmp_path: Path, metrics: dict[str, object]
) -> None:
    folder = write_run(tmp_path / "run", metrics=metrics)
    html, markdown = written(folder)
    checked(html)
    assert markdown.startswith("# ")


def test_without_samples_the_errors_are_told_without_pictures(folder: Path) -> None:
    html, _ = written(folder, pictures=False)
    found = checked(html)
    assert found.tags["img"] == 0
    assert "No picture to show" in html
    assert "unsafe images that were missed" in html


def test_images_that_cannot_be_read_leave_a_gap_only(folder: Path) -> None:
    def broken() -> bytes:
        raise OSError("the disk is gone")

    def refused() -> bytes:
        raise ImageError("truncated", "half of it is missing")

    made = [
        type(one)(one.id, (broken, refused)[place % 2], one.truth)
        for place, one in enumerate(samples())
    ]
    html, _ = write_report(folder, made)
    assert checked(html.read_text("utf-8")).tags["img"] == 0


def test_without_matplotlib_the_numbers_are_open_and_it_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    html, markdown = written(folder)
    checked(html)
    assert 'class="chart"' not in html
    assert "pip install &#x27;cluejudge[bench]&#x27;" in html
    assert html.count('<details class="numbers" open>') == CHARTS
    assert "matplotlib" in markdown


def test_the_worst_errors_come_first_and_what_is_open_is_none(tmp_path: Path) -> None:
    told = predictions()["clue"]
    unsafe = [one for one in samples() if one.truth.unsafe]
    changed: dict[str, dict[str, object]] = {
        unsafe[0].id: {"outcome": Outcome.SAFE, "score": 0.3},
        unsafe[1].id: {"outcome": Outcome.SAFE, "score": 0.01},
        unsafe[2].id: {"outcome": Outcome.SAFE, "score": None},
        unsafe[3].id: {"outcome": Outcome.ABSTAIN, "score": 0.0},
    }
    right = [
        one.model_copy(
            update={
                "outcome": Outcome.UNSAFE if truth.truth.unsafe else Outcome.SAFE,
                **changed.get(one.id, {}),
            }
        )
        for one, truth in zip(told, samples(), strict=True)
    ]
    folder = write_run(tmp_path / "run", {"clue": right})
    html, _ = written(folder)
    errors = html.split('id="worst"', 1)[1].split("</section>", 1)[0]
    assert re.findall(r"<h4>(.*?)</h4>", errors) == [unsafe[at].id for at in (1, 0, 2)]
    assert "missed (3)" in errors
    assert HOSTILE not in errors


def test_long_words_of_others_are_cut(tmp_path: Path) -> None:
    told = predictions()["prior"]
    long = [one.model_copy(update={"evidence": "so it is " * 1000}) for one in told]
    html, markdown = written(write_run(tmp_path / "run", {"prior": long}))
    assert "so it is so it is" in html
    assert max(text.count("so it is") for text in (html, markdown)) < 70 * 16


def test_a_folder_without_a_finished_run_is_refused(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(UsageError, match="holds no run"):
        write_report(tmp_path)
    (folder / "metrics.json").unlink()
    with pytest.raises(UsageError, match="did not finish"):
        write_report(folder)
    assert not (folder / "report.html").exists()


def test_what_a_run_holds_is_read(finished: Path) -> None:
    run = read_run(finished, samples()[:1])
    assert run.name == "first"
    assert run.main == "clue"
    assert run.title("no-debias") == "CLUE, not debiased"
    assert run.title("absent") == ""
    assert set(run.edited["prior"]) == {"inversion", "text-safe"}
    assert run.environments[0]["python"] == "3.11"
    readable = [name for name, known in run.known.items() if known.read is not None]
    assert readable == ["image 0"]
    assert run.known["image 0"].truth == samples()[0].truth
    assert RunFolder(finished).labels().keys() == run.known.keys()
