"""Priors kept on disk: what a model says about a text without any picture never changes."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from cluejudge.asks import Score, YesNo
from cluejudge.errors import ModelError
from cluejudge.models.protocols import Scorer

FILE = "priors.sqlite3"

_TABLE = """
CREATE TABLE IF NOT EXISTS prior (key TEXT PRIMARY KEY, log_yes REAL NOT NULL, log_no REAL NOT NULL)
"""
_WAIT = 30.0
"""Seconds to wait for another process that is writing."""


class KeptPriors:
    """A scorer whose priors are looked up in a file first; other processes may use it too.

    `identity` is all that an answer depends on besides the text: the model and its revision, its
    precision, the template, the rule by which labels are read.
    """

    def __init__(self, scorer: Scorer, folder: Path, identity: Sequence[str]) -> None:
        self._scorer = scorer
        self._path = folder / FILE
        self._identity = list(identity)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with closing(self._open()) as kept:
                kept.execute(_TABLE)
                kept.commit()
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error

    def score(self, asks: Sequence[Score]) -> list[YesNo]:
        """The scorer's answers; at most one call, for what is not kept."""
        known = self._recall([ask.content for ask in asks if ask.image is None])
        missing = [ask for ask in asks if ask.image is not None or ask.content not in known]
        found = dict(zip(missing, self._scorer.score(missing), strict=True)) if missing else {}
        self._keep({ask.content: answer for ask, answer in found.items() if ask.image is None})
        return [
            known[ask.content] if ask.image is None and ask.content in known else found[ask]
            for ask in asks
        ]

    def _recall(self, contents: Sequence[str]) -> dict[str, YesNo]:
        if not contents:
            return {}
        try:
            with closing(self._open()) as kept:
                rows = {
                    content: kept.execute(
                        "SELECT log_yes, log_no FROM prior WHERE key = ?", (self._key(content),)
                    ).fetchone()
                    for content in dict.fromkeys(contents)
                }
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        return {content: YesNo(*row) for content, row in rows.items() if row}

    def _keep(self, answers: dict[str, YesNo]) -> None:
        if not answers:
            return
        rows = [(self._key(text), one.log_yes, one.log_no) for text, one in answers.items()]
        try:
            with closing(self._open()) as kept:
                kept.executemany("INSERT OR REPLACE INTO prior VALUES (?, ?, ?)", rows)
                kept.commit()
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=_WAIT)

    def _key(self, content: str) -> str:
        return hashlib.sha256(json.dumps([*self._identity, content]).encode()).hexdigest()

    def _unusable(self, error: Exception) -> ModelError:
        return ModelError(
            f"the priors kept in {self._path} cannot be used: {error}",
            hint="delete the file, or name another folder with the option cache",
        )
