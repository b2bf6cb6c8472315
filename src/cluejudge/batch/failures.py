"""Images that a model failed on, until they are given up."""

from __future__ import annotations

from collections import Counter

from cluejudge.verdict import Cause, Outcome, Verdict


class Failures:
    """Counts the tries of images by their digests; each has `retries` more than its first."""

    def __init__(self, retries: int) -> None:
        self._retries = retries
        self._tries: Counter[str] = Counter()
        self._unsafe: dict[str, Verdict] = {}

    def settled(self, digest: str, verdict: Verdict) -> Verdict | None:
        """The verdict that counts; None if the image is to be tried again.

        What one try has found unsafe stays so, whatever a later one says.
        """
        if has_failed(verdict):
            if verdict.outcome is Outcome.UNSAFE:
                self._unsafe[digest] = verdict
            self._tries[digest] += 1
            if self._tries[digest] <= self._retries:
                return None
        self._tries.pop(digest, None)
        found = self._unsafe.pop(digest, verdict)
        return verdict if verdict.outcome is Outcome.UNSAFE else found


def has_failed(verdict: Verdict) -> bool:
    """Whether a model failed on a part of it, so that another try may find more."""
    found = [verdict, *verdict.views, *(rule for view in verdict.views for rule in view.rules)]
    return any(_cause(one) == Cause.MODEL_FAILED for one in found)


def _cause(one: object) -> object:
    return getattr(one, "code", None) or getattr(one, "cause", None)
