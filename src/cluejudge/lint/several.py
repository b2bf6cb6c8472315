"""Several rules in one text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cluejudge.constitution import Rule
from cluejudge.lint.finding import Found
from cluejudge.lint.passages import AnyConstitution

_BEGINS = r"(?:^|[.;!?\n]\s*|[,;]?\s+(?:and|or|but|nor)\s+(?:also\s+|then\s+)?)(?:please\s+)?"
_BANS = (
    re.compile(_BEGINS + r"(?:do\s+not|don['\u2019]t|never|avoid)\b", re.IGNORECASE),
    re.compile(r"(?:^|[.;!?\n])\s*(?:also\s+|and\s+)?no\b(?!\s+matter)", re.IGNORECASE),
    re.compile(
        r"(?:must|may|should|shall|can)(?:\s+not|n['\u2019]t)\b|cannot\b"
        r"|(?:is|are)\s+(?:not\s+(?:allowed|permitted)|forbidden|prohibited|banned)\b"
        r"|(?:nobody|no[\s-]one|nothing)\s+(?:may|must|should|shall|can|is\s+allowed)\b",
        re.IGNORECASE,
    ),
)
_ASIDE = re.compile(r"\b(?:who|that|which|if|unless|when|where|whose)\s+(?:\w+\s+){0,3}$", re.I)
_MARKS = tuple(
    re.compile(pattern, re.MULTILINE | re.IGNORECASE)
    for pattern in (
        r"^\s*[-*•]\s+\S",
        r"(?:^|\s)\(?(?:\d{1,2}|[a-f])\)\s+\w",
        r"(?:^|[.:;]\s+)\d{1,2}\.\s+[A-Za-z]",
    )
)
_JOINS = re.compile(
    r"\b(?:and\s+also|but\s+also|in\s+addition(?!\s+to)|additionally|furthermore|moreover)\b", re.I
)


def several_rules(constitution: AnyConstitution) -> Iterator[Found]:
    """Lists, several prohibitions, and words that add another one.

    Only rules that are not compiled: a chain holds as one whatever its text is. An ordinary `and`
    or `or` is no sign: both belong to one content as often as to two.
    """
    for index, rule in enumerate(constitution.rules):
        sign = _sign(rule.text) if isinstance(rule, Rule) else ""
        if sign:
            hint = "make it several rules, so that each has its own severity and evidence"
            message = f"the text holds several rules: {sign}"
            yield Found("several-rules", ("rules", index, "text"), message, hint)


def _sign(text: str) -> str:
    items = max(len(mark.findall(text)) for mark in _MARKS)
    if items > 1:
        return f"a list of {items}"
    bans = sum(_own(text, match) for ban in _BANS for match in ban.finditer(text))
    if bans > 1:
        return f"it forbids {bans} times"
    joined = _JOINS.search(text)
    return f"`{' '.join(joined[0].lower().split())}`" if joined else ""


def _own(text: str, ban: re.Match[str]) -> bool:
    """Whether a prohibition is one, and not said of somebody: "people who may not ..."."""
    return not _ASIDE.search(text[: ban.start()])
