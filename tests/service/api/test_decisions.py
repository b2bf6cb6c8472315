"""Decisions are read by who asked for them and by reviewers."""

from __future__ import annotations

import base64

import pytest
from fastapi.testclient import TestClient

from cluejudge.store.records import Answer, ReviewDraft, RuleOverride, Scope
from cluejudge.verdict import Outcome, RuleOutcome
from tests.api.colours import BROKEN, SAFE, UNSAFE
from tests.service.making import as_json, context

URL = "/v1/decisions"


def judged(client: TestClient, **headers: str) -> list[str]:
    answer = client.post("/v1/judge", json=as_json(UNSAFE, SAFE, BROKEN), headers=headers)
    return [one["id"] for one in answer.json()["decisions"]]


def bearer(client: TestClient, name: str, scope: Scope) -> dict[str, str]:
    _, secret = context(client).store.keys.add(name, {scope})
    return {"Authorization": f"Bearer {secret}"}


def test_a_decision_is_read_as_it_was_told(client: TestClient) -> None:
    told = client.post("/v1/judge", json=as_json(UNSAFE)).json()["decisions"][0]
    found = client.get(f"{URL}/{told['id']}").json()
    assert found == {"decision": told, "reviews": []}
    assert told["standing"] == {"outcome": "unsafe", "violated": ["red-on-blue"], "reviewed": ""}


def overruled(client: TestClient, id: str, rule: str, to: RuleOutcome, after: Outcome) -> None:
    override = RuleOverride(rule_id=rule, outcome=to, reason="seen by eye")
    context(client).store.reviews.give(
        ReviewDraft(
            decision_id=id,
            reviewer="ann",
            answer=Answer.OVERRULE,
            outcome=after,
            overrides=(override,),
        )
    )


def test_an_image_that_was_overruled_stands_so_when_it_comes_again(client: TestClient) -> None:
    """A reviewer called unsafe what was judged safe: nobody may hear that it is safe."""
    id = client.post("/v1/judge", json=as_json(SAFE)).json()["decisions"][0]["id"]
    overruled(client, id, "red-on-blue", RuleOutcome.VIOLATED, Outcome.UNSAFE)
    again = client.post("/v1/judge", json=as_json(SAFE)).json()["decisions"][0]
    assert (again["reused_from"], again["verdict"]["outcome"]) == (id, "safe")
    assert again["standing"]["outcome"] == "unsafe"
    assert again["standing"]["violated"] == ["red-on-blue"]
    assert again["standing"]["reviewed"]
    for one in (id, again["id"]):
        assert client.get(f"{URL}/{one}").json()["decision"]["standing"]["outcome"] == "unsafe"
    url = f"data:image/png;base64,{base64.b64encode(SAFE).decode()}"
    body = {"input": [{"type": "image_url", "image_url": {"url": url}}]}
    assert client.post("/v1/moderations", json=body).json()["results"][0]["flagged"] is True


def test_what_reviewers_wrote_is_for_reviewers(client: TestClient) -> None:
    asking = bearer(client, "shop", Scope.JUDGE)
    id = judged(client, **asking)[0]
    overruled(client, id, "red-on-blue", RuleOutcome.CLEARED, Outcome.SAFE)
    found = client.get(f"{URL}/{id}", headers=asking).json()
    assert found["reviews"] == []
    assert found["decision"]["standing"]["outcome"] == "safe"
    reading = bearer(client, "ann", Scope.REVIEW)
    assert len(client.get(f"{URL}/{id}", headers=reading).json()["reviews"]) == 1


def test_its_reviews_come_with_it(client: TestClient) -> None:
    id = judged(client)[0]
    draft = ReviewDraft(decision_id=id, reviewer="ann", answer=Answer.AGREE, outcome=Outcome.UNSAFE)
    context(client).store.reviews.give(draft)
    (review,) = client.get(f"{URL}/{id}").json()["reviews"]
    assert (review["reviewer"], review["answer"]) == ("ann", "agree")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["error", "safe", "unsafe"]),
        ({"outcome": "unsafe"}, ["unsafe"]),
        ({"outcome": ["safe", "error"]}, ["error", "safe"]),
        ({"rule": "red-on-blue"}, ["unsafe"]),
        ({"constitution": "colours", "version": 1}, ["error", "safe", "unsafe"]),
        ({"version": 2}, []),
        ({"since": "2999-01-01"}, []),
        ({"until": "2999-01-01"}, ["error", "safe", "unsafe"]),
        ({"reviewed": True}, []),
        ({"key": "local"}, ["error", "safe", "unsafe"]),
        ({"constitution": "a\x00b"}, []),
    ],
)
def test_decisions_are_found(client: TestClient, query: dict[str, str], found: list[str]) -> None:
    judged(client)
    answer = client.get(URL, params=query).json()
    assert [one["verdict"]["outcome"] for one in answer["decisions"]] == found
    assert answer["next"] is None


def test_a_zone_needs_no_escape(client: TestClient) -> None:
    judged(client)
    answer = client.get(f"{URL}?since=2020-01-01T00:00:00+01:00")
    assert len(answer.json()["decisions"]) == 3
    assert client.get(f"{URL}?since=2999-01-01T00:00:00+0100").json()["decisions"] == []


def test_pages_follow_each_other(client: TestClient) -> None:
    ids = judged(client)
    seen: list[str] = []
    before: dict[str, int] = {}
    while True:
        page = client.get(URL, params={"limit": 1, **before}).json()
        seen += [one["id"] for one in page["decisions"]]
        if page["next"] is None:
            break
        before = {"before": page["next"]}
    assert seen == ids[::-1]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 201},
        {"outcome": "fine"},
        {"since": "yesterday"},
        {"until": "9999-99-99"},
        {"version": 2**31},
        {"before": 2**63},
        {"reviewed": "perhaps"},
        {"outcomes": "unsafe"},
    ],
)
def test_what_cannot_be_looked_for(client: TestClient, query: dict[str, str]) -> None:
    answer = client.get(URL, params=query)
    assert answer.status_code == 422
    assert answer.json()["detail"]


@pytest.mark.parametrize("id", ["nothing", "a%00b", "x" * 300, "%ff"])
def test_a_decision_that_is_not_there(client: TestClient, id: str) -> None:
    assert client.get(f"{URL}/{id}").status_code in (404, 422)


def test_who_may_only_judge_sees_their_own(client: TestClient) -> None:
    shop, other = bearer(client, "shop", Scope.JUDGE), bearer(client, "other", Scope.JUDGE)
    reviewer = bearer(client, "ann", Scope.REVIEW)
    mine, theirs = judged(client, **shop), judged(client, **other)
    assert client.get(f"{URL}/{mine[0]}", headers=shop).status_code == 200
    assert client.get(f"{URL}/{theirs[0]}", headers=shop).status_code == 404
    listed = client.get(URL, headers=shop).json()["decisions"]
    assert [one["id"] for one in listed] == mine[::-1]
    assert client.get(URL, headers=shop, params={"key": "other"}).status_code == 403
    assert client.get(f"{URL}/{theirs[0]}", headers=reviewer).status_code == 200
    assert len(client.get(URL, headers=reviewer).json()["decisions"]) == 6
