"""The page around the cards of a contact sheet. It asks nothing of the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from cluejudge.batch.summary import Summary
from cluejudge.report.markup import Html, tag
from cluejudge.report.page import asset, outcome_filter, page_head
from cluejudge.report.words import one_line
from cluejudge.verdict import Outcome


@dataclass(frozen=True, slots=True)
class Shown:
    """What is on the sheet: cards by outcome and by rule, and errors by code, id and reason.

    `rows` are those that the cards stand for: of rows with the same bytes one has a card.
    """

    rows: int
    outcomes: Mapping[Outcome, int]
    rules: Mapping[str, int]
    errors: Mapping[str, tuple[tuple[str, str], ...]]


def opening(summary: Summary, shown: Shown) -> Html:
    """Everything before the first card."""
    title = _headline(summary)
    intro = tag(
        "header",
        tag("p", "cluejudge contact sheet", class_="kicker"),
        tag("h1", title),
        *(tag("p", line, class_="about") for line in _about(summary, shown)),
        class_="intro",
    )
    head = page_head(title, _style(), _script())
    start = f'<!doctype html>\n<html lang="en">{head}<body class="contact">{intro}'
    return Html(f"{start}{_controls(shown)}<main>\n")


def closing(summary: Summary, shown: Shown) -> Html:
    """Everything after the last card."""
    nothing = tag(
        "p", _nothing(summary, shown), class_="nothing", hidden=any(shown.outcomes.values())
    )
    script = tag("script", _script())
    return Html(f"{nothing}</main>{_errors(summary, shown)}{script}</body></html>\n")


def _headline(summary: Summary) -> str:
    images = "1 image" if summary.images == 1 else f"{summary.images:,} images"
    return f"{summary.outcomes.get(Outcome.UNSAFE, 0):,} of {images} unsafe"


def _about(summary: Summary, shown: Shown) -> list[str]:
    digest = summary.constitution_digest[:12]
    judged = f"Constitution {summary.constitution} ({digest}) · judged by {summary.model}"
    said = (
        f"{summary.outcomes.get(Outcome.ABSTAIN, 0):,} abstained",
        f"{summary.outcomes.get(Outcome.ERROR, 0):,} not judged",
        f"{summary.outcomes.get(Outcome.SAFE, 0):,} safe",
        f"{summary.duplicates:,} with the bytes of an earlier one",
    )
    lines = [judged, ", ".join(said)]
    cards = sum(shown.outcomes.values())
    if cards:
        lines.append(
            "The number behind a rule is P(Yes) of the one of its preconditions that is least "
            "sure, or P(violated) where a student decided."
        )
    whole = _showable(summary)
    if shown.rows < whole:
        lines.append(
            f"{cards:,} of {whole:,} unsafe and abstained images are shown, each once: always the "
            "same ones, evenly over the rules. The parts have all."
        )
    return lines


def _controls(shown: Shown) -> Html:
    total = sum(shown.outcomes.values())
    filters = [outcome_filter("all", total, checked=True)]
    filters += [outcome_filter(outcome, count) for outcome, count in shown.outcomes.items()]
    options = [tag("option", "All rules", value="")]
    options += [
        tag("option", f"{one_line(rule)} ({count})", value=rule)
        for rule, count in shown.rules.items()
    ]
    select = tag("select", *options, id="rule", autocomplete="off")
    return tag(
        "div",
        tag("fieldset", tag("legend", "Show"), *filters),
        tag("label", "Rule", select, class_="rules"),
        tag("button", "Show all pictures", class_="reveal", type="button"),
        class_="controls",
    )


def _nothing(summary: Summary, shown: Shown) -> str:
    if any(shown.outcomes.values()):
        return "No image that is shown here is of both this kind and this rule."
    if _showable(summary):
        return "No image is shown."
    return "No image was unsafe, and none was left undecided."


def _showable(summary: Summary) -> int:
    """How many rows are unsafe or abstained."""
    return sum(summary.outcomes.get(outcome, 0) for outcome in (Outcome.UNSAFE, Outcome.ABSTAIN))


def _errors(summary: Summary, shown: Shown) -> Html:
    """The rows that could not be judged, the first of each code."""
    if not summary.errors:
        return Html("")
    codes = [
        part
        for code, count in summary.errors.items()
        for part in _code(code, count.count, shown.errors.get(code, ()))
    ]
    return tag("section", tag("h2", "Not judged"), *codes, class_="errors")


def _code(code: str, count: int, rows: tuple[tuple[str, str], ...]) -> tuple[Html, Html]:
    more = count - len(rows)
    items = [
        tag("li", tag("b", one_line(name)), " ", tag("span", one_line(why), class_="quiet"))
        for name, why in rows
    ]
    items += [tag("li", f"and {more:,} more", class_="quiet")] if more else []
    return tag("h3", f"{code}: {count:,}"), tag("ul", *items)


def _style() -> Html:
    return Html(asset("report.css") + _own("contact.css"))


def _script() -> Html:
    return Html(asset("report.js") + _own("contact.js"))


def _own(name: str) -> str:
    return files("cluejudge.batch.contact").joinpath(name).read_text(encoding="utf-8")
