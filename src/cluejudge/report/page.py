"""The page around the cards: summary, filters, styles. It asks nothing of the network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from cluejudge.report.markup import Html, tag
from cluejudge.verdict import Outcome

ORDER = (Outcome.UNSAFE, Outcome.ABSTAIN, Outcome.ERROR, Outcome.SAFE)

READING = (
    (
        "Before",
        "How sure the model is that the content is visible, P(Yes) from 0 to 1. The tick is "
        "the prior: the same question asked with no image.",
    ),
    (
        "After",
        "The score with the prior taken out. Below a₁ the content is not there, above a₂ it "
        "is; between them, in the shaded range, it is not decided by this.",
    ),
    (
        "Region",
        "How far the score falls when the object's box is painted over. Above b the content "
        "is there.",
    ),
    ("Reasoned", "P(Yes) after the model has written its reasoning, which is asked last."),
)


@dataclass(frozen=True, slots=True)
class Summary:
    """What the page says of all its cards together."""

    outcomes: Sequence[tuple[Outcome, int]]
    about: Sequence[str] = ()
    note: str = ""

    @property
    def total(self) -> int:
        """The number of cards."""
        return sum(count for _, count in self.outcomes)


def opening(summary: Summary) -> Html:
    """Everything before the first card."""
    head = page_head(_headline(summary), asset("report.css"), asset("report.js"))
    intro = tag(
        "header",
        tag("p", "cluejudge report", class_="kicker"),
        tag("h1", _headline(summary)),
        *(tag("p", line, class_="about") for line in summary.about),
        *((tag("p", summary.note, class_="note", role="status"),) if summary.note else ()),
        class_="intro",
    )
    return Html(f'<!doctype html>\n<html lang="en">{head}<body>{intro}{_controls(summary)}<main>\n')


def closing() -> Html:
    """Everything after the last card."""
    legend = tag(
        "details",
        tag("summary", "How to read the evidence"),
        tag("dl", *(tag("div", tag("dt", name), tag("dd", said)) for name, said in READING)),
        class_="reading",
    )
    script = tag("script", asset("report.js"))
    return Html(f"</main>{tag('footer', legend)}{script}</body></html>\n")


def _headline(summary: Summary) -> str:
    unsafe = dict(summary.outcomes).get(Outcome.UNSAFE, 0)
    images = "1 image" if summary.total == 1 else f"{summary.total} images"
    return f"{unsafe} of {images} unsafe"


def _controls(summary: Summary) -> Html:
    counts = dict(summary.outcomes)
    filters = [outcome_filter("all", summary.total, checked=True)]
    filters += [outcome_filter(outcome, counts.get(outcome, 0)) for outcome in ORDER]
    group = tag("fieldset", tag("legend", "Show"), *filters)
    reveal = tag("button", "Show all pictures", class_="reveal", type="button")
    return tag("div", group, reveal, class_="controls")


def outcome_filter(name: str, count: int, *, checked: bool = False) -> Html:
    """One choice of `Show`: an outcome or all, and how many cards it has."""
    mark = tag(
        "input",
        type="radio",
        name="outcome",
        value=name,
        id=f"filter-{name}",
        checked=checked,
        disabled=count == 0,
        autocomplete="off",
    )
    label = tag("span", name.capitalize(), " ", tag("b", str(count)))
    return tag("label", mark, label, class_=f"filter filter-{name}")


def page_head(title: str, style: Html, script: str) -> Html:
    """The head of a page that loads nothing; `script` is the one that may run in its body."""
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", f"{title} · cluejudge"),
        tag("style", style),
    )


def asset(name: str) -> Html:
    """A stylesheet or script of this package: trusted, so it goes in as it is."""
    return Html(files("cluejudge.report").joinpath(name).read_text(encoding="utf-8"))


def _policy(style: str, script: str) -> str:
    """Nothing is loaded, and no style or script runs but the two of this page."""
    rules = (
        "default-src 'none'",
        "img-src data:",
        f"style-src {_digest(style)}",
        f"script-src {_digest(script)}",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(rules)


def _digest(inline: str) -> str:
    digest = hashlib.sha256(inline.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
