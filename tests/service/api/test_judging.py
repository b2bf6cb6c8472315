"""`POST /v1/judge`: every way in, and what is wrong with what cannot be judged."""

from __future__ import annotations

import base64
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.colours import BROKEN, SAFE, UNSAFE
from tests.service.api.judged import URL, outcomes, recorded, told
from tests.service.making import as_json, service

FORM = b'--x\r\nContent-Disposition: form-data; name="\\ud800\xff"\r\n\r\n\r\n--x--\r\n'


FEW = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_images_of_a_form(client: TestClient) -> None:
    files = [("image", ("a.png", UNSAFE)), ("image", ("b.png", SAFE)), ("image", ("c", BROKEN))]
    answer = client.post(URL, files=files, data={"constitution": "colours", "version": "1"})
    assert outcomes(answer) == ["unsafe", "safe", "error"]
    first = answer.json()["decisions"][0]
    assert first["verdict"]["image"] == first["name"] == "a.png"
    assert (first["constitution"], first["version"], first["source"]) == ("colours", 1, "upload")
    assert first["verdict"]["rules"][0]["groups"][0][0]["scores"]["prior"] == 0.5


def test_a_form_of_too_many_images_is_told_as_json_of_too_many(client: TestClient) -> None:
    answer = client.post(URL, files=[("image", ("a.png", b"x"))] * 33)
    assert told(answer) == (413, "a request may have 32 images, and this one has more than 32")
    assert recorded(client) == 0


def test_images_in_json(client: TestClient) -> None:
    body = as_json(UNSAFE, SAFE, constitution="colours")
    body["images"][0]["name"] = "flag"
    body["images"].append({"url": "data:image/png;base64," + base64.b64encode(SAFE).decode()})
    answer = client.post(URL, json=body)
    assert outcomes(answer) == ["unsafe", "safe", "safe"]
    names = [one["name"] for one in answer.json()["decisions"]]
    assert names == ["flag", "image 2", "image 3"]


def test_an_image_that_cannot_be_read_is_a_decision(client: TestClient) -> None:
    answer = client.post(URL, json={"images": [{"data": ""}, {"data": "AAAA"}]})
    assert outcomes(answer) == ["error", "error"]
    assert all(one["verdict"]["reason"] for one in answer.json()["decisions"])


def test_another_version_may_be_asked_for(client: TestClient) -> None:
    answer = client.post(URL, json=as_json(version=2))
    assert told(answer) == (404, "the constitution 'colours' has no version 2")
    answer = client.post(URL, json=as_json(constitution="other"))
    assert answer.json()["hint"] == "there are: colours"
    assert told(answer)[0] == 404


def test_urls_are_off(client: TestClient) -> None:
    answer = client.post(URL, json={"images": [{"url": "https://example.com/a.png"}]})
    assert told(answer)[0] == 403
    assert "--allow-urls" in answer.json()["hint"]


def test_a_url_that_may_not_be_fetched_is_a_decision(tmp_path: Path) -> None:
    with service(tmp_path, urls=True) as client:
        urls = ["https://127.0.0.1/a.png", "http://example.com/a.png", "nothing"]
        answer = client.post(URL, json={"images": [{"url": url} for url in urls]})
        assert outcomes(answer) == ["error"] * 3
        found = answer.json()["decisions"]
    assert {one["verdict"]["code"] for one in found} == {"url_refused"}
    assert {(one["source"], one["sha256"]) for one in found} == {("url", "")}


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"", 400, "EOF"),
        (b"{", 400, "EOF"),
        (b"\xff\xfe", 400, "Invalid JSON"),
        (b'{"images": [NaN]}', 422, "images.0"),
        (b"[" * 4_000, 400, "recursion"),
        (b"null", 422, "object"),
        (b"{}", 422, "images"),
        (b'{"images": []}', 422, "images"),
        (b'{"images": [{}]}', 422, "either `data` or `url`"),
        (b'{"images": [{"data": "", "url": ""}]}', 422, "either `data` or `url`"),
        (b'{"images": [{"data": "?"}]}', 422, "images.0.data"),
        (b'{"images": [{"data": "a"}]}', 422, "images.0.data"),
        (b'{"images": [{"url": "data:image/png,x"}]}', 422, "images.0.url"),
        (b'{"images": [{"data": ""}], "version": 0}', 422, "version"),
        (b'{"images": [{"data": ""}], "version": 99999999999999999999}', 422, "version"),
        (b'{"images": [{"data": ""}], "other": 1}', 422, "other"),
        (b'{"images": [{"data": "\\ud800"}]}', 400, "Invalid JSON"),
        (b'{"images": [{"data": ""}], "constitution": "a\\u0000b"}', 404, "constitution"),
        (json.dumps({"images": [{"data": ""}] * 33}).encode(), 413, "32 images"),
    ],
)
def test_json_that_cannot_be_used(client: TestClient, body: bytes, status: int, said: str) -> None:
    answer = client.post(URL, content=body, headers={"Content-Type": "application/json"})
    got, detail = told(answer)
    assert (got, said in detail) == (status, True), detail
    assert recorded(client) == 0


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data", b"", 400),
        ("multipart/form-data; boundary=", b"--\r\n", 422),
        ("multipart/form-data; boundary=x", b"", 422),
        ("multipart/form-data; boundary=x", b"nonsense", 400),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n\r\n--x--\r\n", 400),
        ("multipart/form-data; boundary=x; charset=klingon", b"--x--\r\n", 422),
        ("multipart/form-data; boundary=x; charset=undefined", FORM, 400),
        ("multipart/form-data; boundary=x; charset=unicode_escape", FORM, 422),
        ("multipart/form-data; boundary=" + "x" * 5000, b"--x--\r\n", 400),
        ("text/plain", b"image", 415),
        ("", b"image", 415),
        ("application/x-www-form-urlencoded", b"image=1", 415),
    ],
)
def test_forms_that_cannot_be_used(client: TestClient, kind: str, body: bytes, status: int) -> None:
    answer = client.post(URL, content=body, headers={"Content-Type": kind})
    assert told(answer)[0] == status
    assert recorded(client) == 0


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"files": {"picture": ("a.png", UNSAFE)}}, "`picture`"),
        ({"files": {"constitution": ("a.png", UNSAFE)}}, "`constitution`"),
        ({"files": {"image": (None, UNSAFE)}}, "`image`"),
        ({"files": {"image": ("a", UNSAFE)}, "data": {"version": "two"}}, "version"),
        ({"files": {"image": ("a", UNSAFE)}, "data": {"constitution": "x" * 129}}, "constitution"),
        ({"files": {"other": (None, b"x")}}, "`other`"),
    ],
)
def test_parts_that_are_not_expected(client: TestClient, parts: Any, said: str) -> None:
    status, detail = told(client.post(URL, **parts))
    assert (status, said in detail) == (422, True), detail
    assert recorded(client) == 0


@pytest.mark.parametrize("name", ["a\x00b.png", "\u202e.png", "x" * 999, "../../etc/passwd", "é"])
def test_names_are_names(client: TestClient, name: str) -> None:
    answer = client.post(URL, files={"image": (name, SAFE)})
    assert outcomes(answer) == ["safe"]
    shown = answer.json()["decisions"][0]["name"]
    assert 0 < len(shown) <= 255
    assert "\x00" not in shown


@pytest.mark.parametrize(
    "body",
    [
        b'{"images":[' + b"{}," * 100_000 + b"{}]}",
        b'{"images":[' + b"[" * 100_000,
        b'{"images":[{"data":""}],' + b'"a":0,' * 100_000 + b'"a":0}',
    ],
)
def test_a_body_of_many_values_is_refused_before_it_is_read(
    client: TestClient, body: bytes
) -> None:
    answer = client.post(URL, content=body, headers={"Content-Type": "application/json"})
    assert told(answer) == (413, "the body holds more than 4200 values")


def test_as_many_images_as_a_request_may_have_are_few_values(client: TestClient) -> None:
    named = {"name": "a,[{" * 8, "data": base64.b64encode(UNSAFE).decode()}
    assert outcomes(client.post(URL, json={"images": [named] * 32})) == ["unsafe"] * 32


def test_white_space_in_base64(client: TestClient) -> None:
    data = " \n\t".join(base64.b64encode(UNSAFE).decode())
    assert outcomes(client.post(URL, json={"images": [{"data": data}]})) == ["unsafe"]


@FEW
@given(body=st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_no_body_is_our_fault(client: TestClient, body: bytes) -> None:
    for kind in ("application/json", "multipart/form-data; boundary=x"):
        for content in (body, b"--x\r\n" + body + b"\r\n--x--\r\n"):
            answer = client.post(URL, content=content, headers={"Content-Type": kind})
            assert 400 <= answer.status_code < 500, answer.text
            assert answer.json()["detail"]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


_images = st.lists(
    st.dictionaries(st.sampled_from(["name", "data", "url", "x"]), _json, max_size=3), max_size=3
)


@FEW
@given(
    body=st.dictionaries(
        st.sampled_from(["images", "constitution", "version", "x"]), _json | _images, max_size=4
    )
)
def test_no_json_is_our_fault(client: TestClient, body: dict[str, Any]) -> None:
    content = json.dumps(body).encode()
    answer = client.post(URL, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200 or 400 <= answer.status_code < 500, answer.text


def test_what_was_sent_is_not_repeated(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    secret = base64.b64encode(UNSAFE).decode()
    with caplog.at_level(logging.DEBUG, "cluejudge"):
        wrong = [
            {"images": [{"data": secret, "url": secret}]},
            {"images": [{"data": secret + "?"}]},
            {"images": secret},
            {"images": [{"data": "", 9 * secret: 1}]},
            {"images": [{"name": 5 * secret, "data": secret}]},
        ]
        for body in wrong:
            answer = client.post(URL, json=body)
            assert told(answer)[0] == 422
            assert secret not in answer.text
            assert len(answer.text) < 1000
    assert secret[:40] not in caplog.text
