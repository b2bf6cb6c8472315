"""The pages over a real record: queue, item, answers, pictures."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from cluejudge.exports.formats import FORMATS
from cluejudge.service.headers import POLICY
from cluejudge.service.review.listing import FORMAT_TITLES
from cluejudge.store.records import Answer, DecisionFilter, EntryKind
from cluejudge.store.tables import entries
from cluejudge.verdict import Outcome, RuleOutcome, Verdict
from tests.api.colours import BROKEN, NOISE
from tests.api.colours import UNSAFE as PICTURE
from tests.report import samples
from tests.service.making import as_json, service
from tests.service.review.making import (
    HOME,
    add_key,
    csrf,
    drafted,
    item_of,
    kept_store,
    looks,
    recorded,
    send,
    signed_in,
    store_of,
)

EVIL = "</title><script>alert(1)</script>\u202e'\""


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A client of a service that keeps images."""
    images = str(tmp_path / "images")
    with service(tmp_path, store=kept_store(tmp_path), keep_images=images, sample=1.0) as made:
        yield made


def take(client: TestClient, **wanted: str | list[str]) -> str:
    """The path to which `Take the next` leads."""
    data = {"csrf": csrf(client.get(HOME).text), **wanted}
    answer = client.post(f"{HOME}/next", data=data, follow_redirects=False)
    assert answer.status_code == 303
    return str(answer.headers["location"])


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


def test_agreeing_is_recorded(client: TestClient) -> None:
    decision = recorded(store_of(client))
    send(client, decision, "agree", note="plain to see")
    (review,) = store_of(client).reviews.of(decision.id)
    assert (review.answer, review.outcome) == (Answer.AGREE, Outcome.UNSAFE)
    assert (review.reviewer, review.note) == ("local", "plain to see")


def test_overruling_is_recorded_rule_by_rule(client: TestClient) -> None:
    decision = recorded(store_of(client))
    fields = {"outcome_0": "cleared", "reason_0": "a toy", "outcome_1": "cleared"}
    answer = send(client, decision, "overrule", **fields, reason_1="no child")
    assert answer.status_code == 303
    (review,) = store_of(client).reviews.of(decision.id)
    assert review.outcome is Outcome.SAFE
    assert [each.reason for each in review.overrides] == ["a toy", "no child"]
    page = client.get(item_of(decision)).text
    assert "on-fire should be cleared: a toy" in page
    assert 'After review: <span class="badge badge-safe">' in page
    assert "overruled: safe" in client.get(f"{HOME}/record").text


def test_what_cannot_be_recorded_is_shown_again_with_all_that_was_written(
    client: TestClient,
) -> None:
    decision = recorded(store_of(client))
    answer = send(client, decision, "overrule", outcome_0="cleared", note=EVIL)
    assert answer.status_code == 422
    assert "Say why on-fire should be cleared" in answer.text
    assert 'value="cleared" checked' in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text
    assert store_of(client).reviews.of(decision.id) == ()


@pytest.mark.parametrize("answer", ["", "delete", "agree\x00"])
def test_another_answer_is_refused(client: TestClient, answer: str) -> None:
    decision = recorded(store_of(client))
    assert send(client, decision, answer).status_code == 422


def test_a_form_that_is_none_is_told(client: TestClient) -> None:
    decision = recorded(store_of(client))
    broken = "multipart/form-data; boundary=x"
    answer = client.post(
        f"{item_of(decision)}/answer", content=b"--x\r\nno", headers={"content-type": broken}
    )
    assert answer.status_code == 403
    many = "&".join(f"reason-{n}=a" for n in range(6_000))
    form = "application/x-www-form-urlencoded"
    answer = client.post(
        f"{item_of(decision)}/answer", content=many, headers={"content-type": form}
    )
    assert answer.status_code == 400
    assert store_of(client).reviews.of(decision.id) == ()


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


def test_an_image_is_looked_at_only_when_it_is_asked_for(client: TestClient) -> None:
    decision = recorded(store_of(client), keep=True)
    page = client.get(item_of(decision)).text
    assert f"{item_of(decision)}/veiled/0" in page
    veiled = client.get(f"{item_of(decision)}/veiled/0")
    assert veiled.headers["content-type"] == "image/webp"
    assert looks(store_of(client), decision) == [("local", "item")]
    clear = client.get(f"{item_of(decision)}/pictures/0")
    assert len(clear.content) > 0
    assert clear.headers["cache-control"] == "no-store"
    assert looks(store_of(client), decision) == [("local", "item"), ("local", "image")]


def test_without_scripts_the_picture_is_a_link_away(client: TestClient) -> None:
    decision = recorded(store_of(client), keep=True)
    assert f"{item_of(decision)}?show=yes" in client.get(item_of(decision)).text
    page = client.get(f"{item_of(decision)}?show=yes").text
    assert f'<img src="{item_of(decision)}/pictures/0"' in page


def test_where_images_are_not_kept_the_page_says_how_they_would_be(tmp_path: Path) -> None:
    with service(tmp_path) as client:
        decision = recorded(store_of(client))
        page = client.get(item_of(decision)).text
        assert "--keep-images" in page
        assert "The boxes are where they were found" in page
        for kind in ("veiled", "pictures"):
            missing = client.get(f"{item_of(decision)}/{kind}/0")
            assert missing.status_code == 404
        assert looks(store_of(client), decision) == [("local", "item")]


@pytest.mark.parametrize(
    "path",
    [
        "/items/dec_none",
        "/items/..%2Fx",
        "/items/%00",
        "/items/dec_none/pictures/0",
        "/static/nothing.js",
        "/static/..%2Fsite.py",
        "/nothing",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(client: TestClient, path: str) -> None:
    answer = client.get(HOME + path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("place", ["-1", "1", "99999999999999999999", "x"])
def test_a_picture_that_is_not_there(client: TestClient, place: str) -> None:
    decision = recorded(store_of(client), keep=True)
    answer = client.get(f"{item_of(decision)}/pictures/{place}")
    assert answer.status_code in {404, 422}
    assert client.get(f"{item_of(decision)}/raw/0").status_code == 404


def test_an_answer_becomes_a_regression_case(client: TestClient) -> None:
    decision = recorded(store_of(client), keep=True)
    fields = {"outcome_0": "cleared", "reason_0": "a toy", "rest": "yes", "rest_reason": "no child"}
    assert send(client, decision, "overrule", **fields, case="yes").status_code == 303
    (case,) = store_of(client).cases.list("colours")
    assert (case.expected_outcome, case.expected_violated) == (Outcome.SAFE, ())
    assert (case.from_decision, case.by, case.sha256) == (decision.id, "local", decision.sha256)


def test_without_its_image_nothing_becomes_a_case_and_the_answer_stands(client: TestClient) -> None:
    decision = recorded(store_of(client))
    assert 'name="case"' not in client.get(item_of(decision)).text
    answer = send(client, decision, "agree", case="yes")
    assert answer.status_code == 409
    assert "Your answer is recorded, but it is no regression case" in answer.text
    assert len(store_of(client).reviews.of(decision.id)) == 1


def test_a_case_that_there_is_already_is_told(client: TestClient) -> None:
    decision = recorded(store_of(client), keep=True)
    assert "one already" not in client.get(item_of(decision)).text
    send(client, decision, "agree", case="yes")
    assert "It is one already, expected to be unsafe" in client.get(item_of(decision)).text


def test_figures_come_from_the_reviews(client: TestClient) -> None:
    for place, said in enumerate(("agree", "overrule")):
        decision = recorded(store_of(client), data=bytes([place]))
        send(
            client,
            decision,
            said,
            **({"outcome_0": "cleared", "reason_0": "a toy"} if place else {}),
        )
    page = client.get(f"{HOME}/figures").text
    assert "50%" in page
    assert '<th scope="row">on-fire</th>' in page
    assert "Nobody has agreed" in client.get(f"{HOME}/figures?constitution=other").text


def test_the_record_is_filtered_and_paged(client: TestClient) -> None:
    store = store_of(client)
    for n in range(55):
        recorded(store, samples.SAFE if n % 5 else samples.UNSAFE, data=bytes([n]))
    page = client.get(f"{HOME}/record").text
    assert page.count('<a href="/review/items/') == 50
    following = html.unescape(page.split('rel="next" href="')[1].split('"')[0])
    assert client.get(following).text.count('<a href="/review/items/') == 5
    unsafe = client.get(f"{HOME}/record?outcome=unsafe&rule=on-fire&reviewed=no").text
    assert unsafe.count('<a href="/review/items/') == 11
    assert "No decision is like this" in client.get(f"{HOME}/record?reviewed=yes").text


def test_every_format_has_its_link_and_what_is_taken_goes_on_record(client: TestClient) -> None:
    assert set(FORMAT_TITLES) == set(FORMATS)
    recorded(store_of(client))
    recorded(store_of(client), samples.SAFE, data=b"other")
    page = client.get(f"{HOME}/record?outcome=unsafe").text
    for name in FORMATS:
        link = f"{HOME}/export/{name}?outcome=unsafe"
        assert f'href="{link}"' in page
        assert len(client.get(link).json()) == 1
    with store_of(client).database.reading() as connection:
        kinds = connection.execute(select(entries.c.kind)).scalars().all()
    assert kinds.count(EntryKind.EXPORT) == len(FORMATS)
    assert client.get(f"{HOME}/export/csv").status_code == 404


def hostile() -> Verdict:
    finding = samples.ON_FIRE.model_copy(
        update={"rule_id": EVIL, "text": EVIL, "action": EVIL, "reason": EVIL}
    )
    doctor = samples.DOCTOR.model_copy(update={"text": EVIL, "rationale": EVIL, "reason": EVIL})
    finding = finding.model_copy(update={"groups": (*finding.groups, (doctor,))})
    views = (samples.UNSAFE.views[0].model_copy(update={"view": "whole"}),)
    return samples.UNSAFE.model_copy(
        update={
            "image": EVIL,
            "violated": (EVIL,),
            "rules": (finding,),
            "models": {EVIL: EVIL},
            "constitution": EVIL,
            "reason": EVIL,
            "views": views,
        }
    )


@pytest.mark.parametrize("path", ["", "/record", "/figures", "item"])
def test_no_text_of_a_verdict_or_a_reviewer_becomes_part_of_a_page(
    client: TestClient, path: str
) -> None:
    decision = recorded(store_of(client), hostile())
    fields = {"outcome_0": "cleared", "reason_0": EVIL, "note": EVIL}
    if path != "":
        assert send(client, decision, "overrule", **fields).status_code == 303
    page = client.get(item_of(decision) if path == "item" else HOME + path).text
    assert page.count("<script") == 1
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page


def test_a_page_runs_its_own_script_only(client: TestClient) -> None:
    decision = recorded(store_of(client), keep=True)
    answer = client.get(item_of(decision))
    assert answer.headers["content-security-policy"] == POLICY
    assert "'unsafe" not in POLICY
    assert answer.headers["cache-control"] == "no-store"
    for inline in (" style=", " onclick=", "<style", "javascript:"):
        assert inline not in answer.text


def test_static_files_may_be_kept_for_good_under_their_own_name(client: TestClient) -> None:
    page = client.get(HOME).text
    for name, mime in (("review.css", "text/css"), ("review.js", "text/javascript")):
        path = page.split(f"static/{name}")[1].split('"')[0]
        answer = client.get(f"{HOME}/static/{name}{path}")
        assert answer.headers["content-type"].startswith(mime)
        assert "immutable" in answer.headers["cache-control"]
        assert client.get(f"{HOME}/static/{name}").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "query", ["?before=0", "?rule=%00", "?constitution=" + "a" * 3000, "?want=x"]
)
def test_a_strange_query_is_no_error(client: TestClient, query: str) -> None:
    recorded(store_of(client))
    for path in ("", "/record", "/figures"):
        assert client.get(f"{HOME}{path}{query}").status_code == 200


def test_a_decision_that_was_reused_names_the_first(client: TestClient) -> None:
    client.post("/v1/judge", json=as_json(PICTURE))
    client.post("/v1/judge", json=as_json(PICTURE))
    newest, first = store_of(client).decisions.find(DecisionFilter()).items
    assert newest.reused_from == first.id
    assert first.id in client.get(item_of(newest)).text
    queue = client.get(HOME).text
    assert first.id in queue
    assert newest.id not in queue
