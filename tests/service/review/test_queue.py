"""The queue over a real record: who is given what, and what it lists."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi.testclient import TestClient

from cluejudge.verdict import RuleOutcome
from tests.api.colours import BROKEN, NOISE
from tests.report import samples
from tests.service.making import as_json, service
from tests.service.review.making import (
    HOME,
    add_key,
    csrf,
    drafted,
    item_of,
    recorded,
    send,
    signed_in,
    store_of,
    take,
)


def test_an_empty_queue_says_what_to_do(client: TestClient) -> None:
    page = client.get(HOME).text
    assert "Nothing waits for review" in page
    assert "Take the next" not in page
    assert "Nothing has been judged yet" in client.get(f"{HOME}/record").text
    assert "Nobody has agreed or overruled yet" in client.get(f"{HOME}/figures").text


def test_what_is_judged_waits_in_the_queue(client: TestClient) -> None:
    judged = client.post("/v1/judge", json=as_json(NOISE, BROKEN))
    assert judged.status_code == 200
    page = client.get(HOME).text
    errors = [
        one["id"] for one in judged.json()["decisions"] if one["verdict"]["outcome"] == "error"
    ]
    assert len(errors) == 1
    assert errors[0] in page
    page = client.get(f"{HOME}/items/{errors[0]}").text
    assert "There is no picture" in page
    assert "not kept" not in page


def test_what_cannot_be_decided_comes_before_what_is_unsafe(client: TestClient) -> None:
    unsafe = recorded(store_of(client), samples.UNSAFE)
    abstained = recorded(store_of(client), samples.ABSTAIN)
    assert take(client) == item_of(abstained)
    answer = send(client, abstained, "agree")
    assert answer.headers["location"].startswith(f"{item_of(unsafe)}?done={abstained.id}")
    assert "You agreed with the one before" in client.get(answer.headers["location"]).text
    last = send(client, unsafe, "skip").headers["location"]
    assert last.startswith(f"{HOME}?")
    assert "none=yes" in last
    assert "you skipped them" in client.get(last).text


def test_the_filters_of_the_queue_are_kept_from_item_to_item(client: TestClient) -> None:
    unsafe = [recorded(store_of(client), samples.UNSAFE, data=bytes([n])) for n in range(2)]
    recorded(store_of(client), samples.ABSTAIN)
    assert take(client, want=["unsafe"]) == f"{item_of(unsafe[0])}?want=unsafe"
    answer = send(client, unsafe[0], "agree", want="unsafe")
    assert answer.headers["location"].startswith(f"{item_of(unsafe[1])}?want=unsafe&done=")
    assert take(client, rule="medicine-and-child", want=["abstain"]).startswith(f"{HOME}/items/")


def test_two_reviewers_never_have_the_same_item(tmp_path: Path) -> None:
    with service(tmp_path) as ana:
        store = store_of(ana)
        keys = [add_key(store, name)[1] for name in ("ana", "ben")]
        first, second = (recorded(store, data=bytes([n])) for n in range(2))
        ben = TestClient(ana.app, base_url=str(ana.base_url))
        for one, key in zip((ana, ben), keys, strict=True):
            signed_in(one, key)
        assert take(ana) == item_of(first)
        assert take(ben) == item_of(second)
        page = ben.get(item_of(first)).text
        assert "Another reviewer has this one now" in page
        assert 'id="agree"' not in page
        data = {"csrf": csrf(page), "answer": "agree"}
        lease = ben.post(f"{item_of(first)}/lease", data=data)
        assert lease.json() == {"held": False}
        assert ana.post(f"{item_of(first)}/lease", data={"csrf": "x"}).status_code == 403
        lost = ben.post(f"{item_of(first)}/answer", data=data)
        assert lost.status_code == 409
        assert "Another reviewer has this one now" in lost.text
        assert store.reviews.of(first.id) == ()
        ana.post(f"{item_of(first)}/release", data={"csrf": csrf(ana.get(item_of(first)).text)})
        assert ben.post(f"{item_of(first)}/lease", data=data).json() == {"held": True}


def test_who_comes_from_the_record_takes_it_from_nobody(tmp_path: Path) -> None:
    with service(tmp_path) as client:
        store = store_of(client)
        signed_in(client, add_key(store, "ana")[1])
        decision = recorded(store)
        look = f"{item_of(decision)}?look=yes"
        assert look in client.get(f"{HOME}/record").text
        page = client.get(look).text
        assert 'id="agree"' not in page
        assert "Another reviewer has this one now" not in shown_alerts(page)
        assert store.reviews.hold(decision.id, "ben", 600)
        store.reviews.release(decision.id, "ben")
        assert f'href="{item_of(decision)}" id="take"' in page
        assert 'id="agree"' in client.get(item_of(decision)).text
        assert not store.reviews.hold(decision.id, "ben", 600)


def shown_alerts(page: str) -> str:
    """What the alerts of a page say, those that are hidden left out."""
    alerts = re.findall(r'<p class="alert"([^>]*)>([^<]*)', page)
    return " ".join(said for attributes, said in alerts if "hidden" not in attributes)


def test_the_queue_lists_what_a_rule_was_left_open_in(client: TestClient) -> None:
    store = store_of(client)
    (open_rule, *_) = [
        rule.rule_id for rule in samples.ABSTAIN.rules if rule.outcome is RuleOutcome.UNSURE
    ]
    waits = recorded(store, samples.ABSTAIN)
    again = drafted(samples.ABSTAIN).model_copy(update={"reused_from": waits.id})
    store.decisions.record([again.model_copy(update={"id": f"dec_{n:032x}"}) for n in range(25)])
    page = client.get(f"{HOME}?rule={open_rule}").text
    assert page.count(f"{HOME}/items/dec_") == page.count(f"{item_of(waits)}?") == 1
