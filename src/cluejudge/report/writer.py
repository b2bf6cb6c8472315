"""Writes a report card by card, so that a long run needs no memory for what it has drawn."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from cluejudge.image import Picture
from cluejudge.report.card import card
from cluejudge.report.page import ORDER, Summary, closing, opening
from cluejudge.verdict import Outcome, Verdict


class ReportWriter:
    """Collects cards and writes `path` when closed: whole, or not at all.

    Raises OSError at once if nothing can be written beside `path`.

    Use it as a context manager. If the block is left by an exception, what was added so far is
    still written, with a note that says so.
    """

    def __init__(self, path: str | os.PathLike[str], *, made: str = "") -> None:
        self.path = Path(path)
        self._part = self.path.with_name(f".{self.path.name}.part")
        self._target = self._part.open("w", encoding="utf-8")
        self._made = made
        self._outcomes: Counter[Outcome] = Counter()
        self._about: dict[str, None] = {}
        self._cards = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115

    def add(self, verdict: Verdict, pictures: Mapping[str, Picture]) -> None:
        """Draw one verdict; `pictures` are its judged pictures by the name of their view."""
        self._cards.write(card(verdict, pictures) + "\n")
        self._outcomes[verdict.outcome] += 1
        if verdict.constitution:
            self._about.setdefault(_about(verdict))

    def close(self, note: str = "") -> None:
        """Write the page."""
        outcomes = [(outcome, self._outcomes[outcome]) for outcome in ORDER]
        made = (self._made,) if self._made else ()
        summary = Summary(outcomes, (*self._about, *made), note)
        self._cards.seek(0)
        with self._cards, self._target as target:
            target.write(opening(summary))
            shutil.copyfileobj(self._cards, target)
            target.write(closing())
        self._part.replace(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close("The run was interrupted: not every input is shown." if kind else "")


def _about(verdict: Verdict) -> str:
    models = verdict.models.get("name", "")
    digest = f" ({verdict.constitution_digest[:12]})" if verdict.constitution_digest else ""
    judged = f" · judged by {models}" if models else ""
    return f"Constitution {verdict.constitution}{digest}{judged}"
