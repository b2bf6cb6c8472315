"""A check of a record, for tests."""

from __future__ import annotations

from cluejudge.store import verify
from cluejudge.store.store import Store
from cluejudge.verdict import RuleOutcome

GUN = {"no-guns": RuleOutcome.VIOLATED, "no-gore": RuleOutcome.UNSURE}


def checked(store: Store, head: str = "") -> verify.Verification:
    return verify.verify(store.database, head=head)
