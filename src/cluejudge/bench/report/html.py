"""A report as one HTML file that holds all it shows and asks nothing of the network."""

from __future__ import annotations

import re
from importlib.resources import files

from cluejudge.bench.report.blocks import Block, Chart, Item, Items, Page, Section, Table
from cluejudge.report.markup import Html, tag
from cluejudge.report.page import asset, page_head
from cluejudge.report.words import one_line

_SPREAD = re.compile(r"(\S+) (\[\S+, \S+\])$")


def html(page: Page) -> str:
    """The whole file."""
    style = Html(asset("report.css") + _own_style())
    script = asset("report.js")
    head = page_head(one_line(page.title), style, script)
    body = tag(
        "body",
        _opening(page),
        tag("main", *(_section(section) for section in page.sections)),
        *((tag("script", script),) if _has_pictures(page) else ()),
        class_="bench",
    )
    return f'<!doctype html>\n<html lang="en">{head}{body}</html>\n'


def _opening(page: Page) -> Html:
    links = [
        tag("li", tag("a", section.title, href=f"#{section.anchor}")) for section in page.sections
    ]
    return tag(
        "header",
        tag("p", "cluejudge benchmark", class_="kicker"),
        tag("h1", one_line(page.title)),
        *(tag("p", line, class_="about") for line in page.about),
        *(tag("p", note, class_="note", role="status") for note in page.notes),
        tag("nav", tag("ul", *links), aria_label="Sections"),
        *_reveal(page),
        class_="intro",
    )


def _reveal(page: Page) -> tuple[Html, ...]:
    """The button that the script of the page is about."""
    if not _has_pictures(page):
        return ()
    return (tag("button", "Show all pictures", class_="reveal", type="button"),)


def _has_pictures(page: Page) -> bool:
    return any(isinstance(block, Items) for section in page.sections for block in section.blocks)


def _section(section: Section) -> Html:
    inside = [_block(block) for block in section.blocks]
    title = tag("h2", section.title)
    if section.folded:
        return tag("details", tag("summary", title), *inside, id=section.anchor, class_="part")
    return tag("section", title, *inside, id=section.anchor, class_="part")


def _block(block: Block) -> Html:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Chart):
        return _chart(block)
    if isinstance(block, Items):
        return tag("div", tag("h3", one_line(block.title)), *(_item(each) for each in block.items))
    return tag("p", block, class_="lead")


def _table(table: Table) -> Html:
    kinds = ["word" if name in table.words else "number" for name in table.columns[1:]]
    head = [
        tag("th", one_line(name), scope="col", class_=kind)
        for name, kind in zip(table.columns[1:], kinds, strict=True)
    ]
    rows = [
        tag(
            "tr",
            tag("th", one_line(row[0]), scope="row"),
            *(
                tag("td", *_cell(cell), class_=kind)
                for cell, kind in zip(row[1:], kinds, strict=True)
            ),
        )
        for row in table.rows
    ]
    grid = tag(
        "table",
        tag("caption", tag("span", one_line(table.title))),
        tag("thead", tag("tr", tag("th", one_line(table.columns[0]), scope="col"), *head)),
        tag("tbody", *rows),
    )
    notes = [tag("p", note, class_="table-note") for note in table.notes]
    return tag(
        "div",
        tag("div", grid, class_="scroll", tabindex="0", role="group", aria_label=table.title),
        *notes,
        class_="table",
    )


def _cell(cell: str) -> tuple[str, ...]:
    """The text of a cell; a number's interval stands under it."""
    spread = _SPREAD.match(cell)
    return (spread[1], tag("small", spread[2])) if spread else (one_line(cell),)


def _chart(chart: Chart) -> Html:
    """The drawing with its numbers folded under it; without a drawing, the numbers open."""
    numbers = tag(
        "details",
        tag("summary", "The numbers of this chart"),
        _table(chart.numbers),
        class_="numbers",
        open=chart.drawn is None,
    )
    drawn = () if chart.drawn is None else (chart.drawn,)
    return tag(
        "figure", tag("figcaption", one_line(chart.title)), *drawn, numbers, class_="drawing"
    )


def _item(item: Item) -> Html:
    words = tag(
        "div",
        tag("h4", one_line(item.title)),
        *(tag("p", line) for line in item.lines),
        class_="evidence",
    )
    return tag("article", tag("div", item.shown, class_="figures"), words, class_="card")


def _own_style() -> str:
    return files("cluejudge.bench.report").joinpath("bench.css").read_text(encoding="utf-8")
