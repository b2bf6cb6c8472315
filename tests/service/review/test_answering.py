"""What reviewers say of items, and what becomes of it."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from cluejudge.store.records import Answer
from cluejudge.verdict import Outcome
from tests.service.review.making import (
    EVIL,
    HOME,
    item_of,
    recorded,
    send,
    store_of,
)


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
