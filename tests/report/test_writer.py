import base64
import hashlib
import re
from pathlib import Path

import pytest

from cluejudge.report import ReportWriter
from cluejudge.report.page import opening
from tests.report.samples import ABSTAIN, ALL, ERROR, SAFE, UNSAFE, picture
from tests.report.test_markup import read


def written(path: Path) -> str:
    with ReportWriter(path, made="today") as report:
        for verdict in ALL:
            report.add(verdict, {} if verdict is ERROR else {"whole": picture()})
    return path.read_text(encoding="utf-8")


def test_the_page_sums_up_and_keeps_the_order(tmp_path: Path) -> None:
    html = written(tmp_path / "report.html")
    assert "<h1>1 of 4 images unsafe</h1>" in html
    assert "today" in html
    assert "Constitution pictogram 1 (5f70bf18a086)" in html
    places = [html.index(f'<article class="card {verdict.outcome}"') for verdict in ALL]
    assert places == sorted(places)


def test_the_page_is_well_formed(tmp_path: Path) -> None:
    html = written(tmp_path / "report.html")
    for name in ("article", "details", "button", "svg", "div", "p", "ol", "dl", "span"):
        assert len(re.findall(rf"<{name}[ >]", html)) == html.count(f"</{name}>"), name


def test_the_page_asks_nothing_of_the_network(tmp_path: Path) -> None:
    html = written(tmp_path / "report.html")
    for found in read(html).attributes:
        for name in ("src", "href", "action", "srcset", "data", "poster"):
            assert (found.get(name) or "data:").startswith("data:")
    assert "url(" not in html
    assert "@import" not in html
    assert 'style="' not in html
    assert not re.search(r"\son[a-z]+=", html)


def test_only_the_page_s_own_style_and_script_may_run(tmp_path: Path) -> None:
    html = written(tmp_path / "report.html")
    policy = next(
        found["content"] or ""
        for found in read(html).attributes
        if found.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; img-src data:;")
    for kind in ("style", "script"):
        inline = html.split(f"<{kind}>", 1)[1].split(f"</{kind}>", 1)[0]
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


def test_filters_count_and_empty_ones_are_off(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    with ReportWriter(path) as report:
        report.add(UNSAFE, {})
        report.add(UNSAFE, {})
        report.add(ABSTAIN, {})
    filters = {
        found["value"]: "disabled" in found
        for found in read(path.read_text(encoding="utf-8")).attributes
        if found.get("name") == "outcome"
    }
    assert filters == {"all": False, "unsafe": False, "abstain": False, "error": True, "safe": True}


def test_an_interrupted_run_still_leaves_a_report_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "report.html"

    def run() -> None:
        with ReportWriter(path) as report:
            report.add(SAFE, {})
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    html = path.read_text(encoding="utf-8")
    assert "interrupted" in html
    assert html.count("<article") == 1


def test_an_old_report_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    with ReportWriter(path) as report:
        report.add(SAFE, {})
        assert path.read_text() == "old"
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_can_not_be_written_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ReportWriter(tmp_path / "absent" / "report.html")


def test_the_stylesheet_has_no_end_tag() -> None:
    from cluejudge.report.page import Summary

    assert opening(Summary([])).count("</style>") == 1
