"""Who may see the pages, and what a page of another site cannot do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.service.review.signing import COOKIE, PATH, safe_next
from cluejudge.store.records import Scope
from tests.service.making import service
from tests.service.review.making import (
    HOME,
    add_key,
    csrf,
    item_of,
    looks,
    recorded,
    send,
    signed_in,
    store_of,
)


@pytest.fixture
def secret(client: TestClient) -> str:
    """The secret of the only key, `ana`, which may review."""
    return add_key(store_of(client))[1]


def test_without_keys_nobody_signs_in(client: TestClient) -> None:
    answer = client.get(HOME)
    assert answer.status_code == 200
    assert "local" in answer.text
    assert "Sign out" not in answer.text
    assert str(client.get(f"{HOME}/sign-in").url).endswith(HOME)


@pytest.mark.parametrize(
    "path", ["", "/record", "/figures", "/record?rule=a%26b", "/items/dec_1", "/export/dsa"]
)
def test_with_a_key_the_way_leads_through_the_sign_in_page(
    client: TestClient, secret: str, path: str
) -> None:
    answer = client.get(HOME + path)
    assert answer.url.path == f"{HOME}/sign-in"
    key = {"key": secret, "next": answer.url.params["next"]}
    there = client.post(f"{HOME}/sign-in", data=key)
    assert str(there.url).endswith(HOME + path)
    assert there.status_code == (404 if "items" in path else 200)


def test_the_cookie_is_for_the_pages_alone(client: TestClient, secret: str) -> None:
    answer = client.post(f"{HOME}/sign-in", data={"key": secret}, follow_redirects=False)
    cookie = answer.headers["set-cookie"].lower()
    for said in ("httponly", "samesite=lax", "path=/review", "max-age=43200"):
        assert said in cookie
    assert "secure" not in cookie.replace(secret.lower(), "")
    assert secret not in answer.headers["set-cookie"]
    assert client.get("/v1/decisions").status_code == 401


def test_on_https_the_cookie_is_for_https_only(tmp_path: Path) -> None:
    with service(tmp_path) as client:
        secret = add_key(store_of(client))[1]
        client.base_url = "https://127.0.0.1:8000"
        answer = client.post(f"{HOME}/sign-in", data={"key": secret}, follow_redirects=False)
        assert "; secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize("key", ["", "cj_wrong", "x" * 10_000, "\x00", "' or 1=1"])
def test_a_key_that_does_not_count_is_told(client: TestClient, secret: str, key: str) -> None:
    answer = client.post(f"{HOME}/sign-in", data={"key": key, "person": "Ana"})
    assert answer.status_code == 401
    assert "There is no such key" in answer.text
    assert 'value="Ana"' in answer.text
    assert COOKIE not in client.cookies


def test_a_key_without_the_scope_may_not_review(client: TestClient) -> None:
    _, secret = add_key(store_of(client), "shop", Scope.JUDGE)
    answer = client.post(f"{HOME}/sign-in", data={"key": secret})
    assert answer.status_code == 403
    assert "review" in answer.text


def test_an_admin_may_review(client: TestClient) -> None:
    signed_in(client, add_key(store_of(client), "root", Scope.ADMIN)[1])
    assert client.get(HOME).status_code == 200


def test_a_session_ends_with_its_key(client: TestClient, secret: str) -> None:
    signed_in(client, secret)
    assert client.get(HOME).url.path == HOME
    store_of(client).keys.revoke("ana")
    add_key(store_of(client), "ben")
    assert client.get(HOME).url.path == f"{HOME}/sign-in"


def test_signing_out_ends_the_session(client: TestClient, secret: str) -> None:
    signed_in(client, secret)
    token = client.cookies[COOKIE]
    client.post(f"{HOME}/sign-out", data={"csrf": csrf(client.get(HOME).text)})
    assert COOKIE not in client.cookies
    client.cookies.set(COOKIE, token, path=HOME)
    assert client.get(HOME).url.path == f"{HOME}/sign-in"


def test_those_who_share_a_key_are_told_apart(client: TestClient, secret: str) -> None:
    decision = recorded(store_of(client))
    signed_in(client, secret, "  Ana  Maria ")
    assert "ana/Ana Maria" in client.get(item_of(decision)).text
    assert looks(store_of(client), decision) == [("ana/Ana Maria", "item")]


def test_a_name_that_is_too_long_is_told(client: TestClient, secret: str) -> None:
    answer = client.post(f"{HOME}/sign-in", data={"key": secret, "person": "a" * 61})
    assert answer.status_code == 422
    assert "at most 60 characters" in answer.text


@pytest.mark.parametrize("path", ["/next", "/items/{id}/lease", "/items/{id}/release"])
def test_a_form_without_its_token_does_nothing(client: TestClient, path: str) -> None:
    decision = recorded(store_of(client))
    for data in ({}, {"csrf": ""}, {"csrf": "wrong"}, {"csrf": "ä"}):
        answer = client.post(HOME + path.format(id=decision.id), data=data)
        assert answer.status_code == 403
        assert "earlier session" in answer.text


@pytest.mark.parametrize("charset", ["unicode_escape", "undefined", "utf-16", "klingon"])
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/next", "/items/dec_1/release"])
def test_no_charset_of_a_form_is_our_fault(client: TestClient, path: str, charset: str) -> None:
    names = ("csrf", "rule", "key", "person", "answer", "note")
    head = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n\\ud800\r\n'
    body = "".join(head.format(name) for name in names) + "--x--\r\n"
    kind = {"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"}
    answer = client.post(HOME + path, content=body.encode(), headers=kind)
    assert answer.status_code in (400, 401, 403, 422)


def test_halves_of_characters_are_spelled_out(client: TestClient) -> None:
    decision = recorded(store_of(client))
    token = csrf(client.get(item_of(decision)).text)
    head = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    fields = {"csrf": token, "answer": "skip", "note": r"a\ud800", "rule": r"\udfff"}
    body = "".join(head.format(*field) for field in fields.items()) + "--x--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=x; charset=unicode_escape"}
    answer = client.post(f"{item_of(decision)}/answer", content=body.encode(), headers=kind)
    assert answer.status_code == 200
    assert [review.note for review in store_of(client).reviews.of(decision.id)] == [r"a\ud800"]


def test_an_answer_of_an_earlier_session_is_shown_again_and_not_recorded(
    client: TestClient, secret: str
) -> None:
    decision = recorded(store_of(client))
    signed_in(client, secret)
    old = csrf(client.get(item_of(decision)).text)
    client.cookies.clear()
    signed_in(client, secret)
    data = {"csrf": old, "answer": "overrule", "outcome-0": "cleared", "reason-0": "a toy"}
    answer = client.post(f"{item_of(decision)}/answer", data=data)
    assert answer.status_code == 403
    assert 'value="a toy"' in answer.text
    assert store_of(client).reviews.of(decision.id) == ()


def test_an_answer_of_whoever_is_signed_out_is_not_recorded(
    client: TestClient, secret: str
) -> None:
    decision = recorded(store_of(client))
    signed_in(client, secret)
    client.cookies.clear()
    answer = client.post(f"{item_of(decision)}/answer", data={"answer": "agree"})
    assert answer.status_code == 401
    assert "signed out" in answer.text
    assert store_of(client).reviews.of(decision.id) == ()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://["},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize("keyed", [False, True])
def test_a_page_of_another_site_can_send_nothing(
    client: TestClient, headers: dict[str, str], keyed: bool
) -> None:
    decision = recorded(store_of(client))
    if keyed:
        signed_in(client, add_key(store_of(client))[1])
    data = {"csrf": csrf(client.get(item_of(decision)).text), "answer": "agree"}
    answer = client.post(f"{item_of(decision)}/answer", data=data, headers=headers)
    assert answer.status_code == 403
    assert store_of(client).reviews.of(decision.id) == ()
    answer = client.post(f"{HOME}/sign-in", data={"key": "x"}, headers=headers)
    assert answer.status_code == 403


def test_a_name_that_points_here_does_not_count(client: TestClient) -> None:
    answer = client.get(HOME, headers={"host": "evil.example"})
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")


@given(st.text(max_size=40) | st.sampled_from(["/review/../x", "//evil", "/review\\x", "/reviews"]))
def test_after_signing_in_nobody_is_sent_elsewhere(wanted: str) -> None:
    target = safe_next(wanted)
    assert target == PATH or target.startswith((f"{PATH}/", f"{PATH}?"))
    assert target in (PATH, wanted)


def test_an_answer_is_the_reviewer_s_own(client: TestClient, secret: str) -> None:
    decision = recorded(store_of(client))
    signed_in(client, secret)
    assert send(client, decision, "agree", reviewer="mallory").status_code == 303
    assert [review.reviewer for review in store_of(client).reviews.of(decision.id)] == ["ana"]


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A client of a service whose record keeps no images."""
    with service(tmp_path) as made:
        yield made
