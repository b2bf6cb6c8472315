"""A service with a review page and something to review."""

from __future__ import annotations

import hashlib
import html
import json
import re
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from cluejudge.store import log
from cluejudge.store.ids import new_id
from cluejudge.store.records import Decision, DecisionDraft, EntryKind, Key, Scope, Source
from cluejudge.store.store import Store
from cluejudge.store.times import utcnow
from cluejudge.verdict import Verdict
from tests.api.colours import UNSAFE as PICTURE
from tests.report import samples
from tests.service.making import context, opened

HOME = "/review"
EVIL = "</title><script>alert(1)</script>\u202e'\""


def kept_store(folder: Path) -> Store:
    """A record that keeps images."""
    return opened(folder, images=str(folder / "images"))


def drafted(verdict: Verdict, *, data: bytes = PICTURE, **fields: Any) -> DecisionDraft:
    defaults: dict[str, Any] = {
        "id": new_id("dec", utcnow()),
        "name": verdict.image,
        "sha256": hashlib.sha256(data).hexdigest(),
        "constitution": "colours",
        "version": 1,
        "fingerprint": "f" * 64,
        "source": Source.UPLOAD,
        "key": "shop",
        "verdict": verdict,
    }
    return DecisionDraft(**(defaults | fields))


def recorded(
    store: Store, verdict: Verdict = samples.UNSAFE, *, data: bytes = PICTURE, keep: bool = False
) -> Decision:
    """A decision in the record, and its image if it is to be kept."""
    draft = drafted(verdict, data=data)
    if keep:
        assert store.images.keep(draft.sha256, data, "image/png")
    return store.decisions.record([draft])[0]


def store_of(client: TestClient) -> Store:
    return context(client).store


def add_key(store: Store, name: str = "ana", *scopes: Scope) -> tuple[Key, str]:
    return store.keys.add(name, scopes or (Scope.REVIEW,))


def signed_in(client: TestClient, secret: str, person: str = "") -> None:
    answer = client.post(
        f"{HOME}/sign-in", data={"key": secret, "person": person}, follow_redirects=False
    )
    assert answer.status_code == 303, answer.text


def csrf(page: str) -> str:
    """The token of the forms of a page."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return html.unescape(found[1])


def item_of(decision: Decision) -> str:
    return f"{HOME}/items/{decision.id}"


def send(client: TestClient, decision: Decision, answer: str, **fields: str) -> Any:
    """An answer to `decision` as its page sends it."""
    page = client.get(item_of(decision)).text
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    data = {"csrf": csrf(page), "answer": answer} | named
    return client.post(f"{item_of(decision)}/answer", data=data, follow_redirects=False)


def looks(store: Store, decision: Decision) -> list[tuple[str, str]]:
    """Who looked at what of a decision, as the log has it."""
    with store.database.reading() as connection:
        found = log.about(connection, decision.id)
    bodies = [json.loads(entry.body) for entry in found if entry.kind is EntryKind.LOOK]
    return [(body["reviewer"], body["what"]) for body in bodies]


def take(client: TestClient, **wanted: str | list[str]) -> str:
    """The path to which `Take the next` leads."""
    data = {"csrf": csrf(client.get(HOME).text), **wanted}
    answer = client.post(f"{HOME}/next", data=data, follow_redirects=False)
    assert answer.status_code == 303
    return str(answer.headers["location"])
