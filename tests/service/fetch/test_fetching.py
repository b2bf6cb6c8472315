"""Fetching, from a real https server: what is got, and what no server can make it do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from cluejudge.errors import ImageError
from cluejudge.service.fetch import fetch
from cluejudge.service.fetch.fetching import Network
from cluejudge.settings import Limits
from tests.service.fetch.serving import LOOPBACK, PRIVATE, Server, answer, serving

LIMITS = Limits(max_bytes=1000)
PICTURE = b"\x89PNG any bytes"


def leading(to: str, status: int = 302) -> bytes:
    return answer(b"elsewhere", status, Location=to)


def play(
    url: str, *, host: str = "pictures.test", seconds: float = 10.0, **answers: bytes
) -> tuple[bytes, Server]:
    """What comes of fetching `url`, or a path of `host`, from a server with these answers."""

    async def whole() -> tuple[bytes, Server]:
        async with serving(**answers) as server:
            whole_url = url if "://" in url else server.url(url, host)
            return await fetch(whole_url, LIMITS, server.network(seconds=seconds)), server

    return asyncio.run(whole())


def failing(url: str, **more: object) -> ImageError:
    with pytest.raises(ImageError) as failed:
        play(url, **more)  # type: ignore[arg-type]
    return failed.value


def test_an_image_is_fetched_as_the_host_that_its_url_names() -> None:
    body, server = play("/a.png", a=answer(PICTURE))
    assert body == PICTURE
    (head,) = server.asked
    assert head.startswith("GET /a.png HTTP/1.1\r\n")
    told = head.lower()
    assert f"host: pictures.test:{server.port}\r\n" in told
    assert "accept-encoding: identity" in told
    assert not {"cookie:", "authorization:", "referer:"} & set(told.split())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_and_looked_at_anew(status: int) -> None:
    async def whole() -> None:
        async with serving(b=answer(PICTURE)) as server:
            server.answers["/a.png"] = answer(
                b"", status, Location=server.url("/b.png", "elsewhere.test"), Set_Cookie="a=b"
            )
            assert await fetch(server.url(), LIMITS, server.network()) == PICTURE
            assert server.resolved == ["pictures.test", "elsewhere.test"]
            assert "cookie" not in server.asked[1].lower()

    asyncio.run(whole())


def test_a_redirect_within_a_host() -> None:
    assert play("/a.png", a=leading("b.png"), b=answer(PICTURE))[0] == PICTURE


@pytest.mark.parametrize(
    "to",
    [
        "http://pictures.test/b.png",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:127.0.0.1]/",
        "https://2130706433/",
        "https://user@pictures.test/b.png",
        "//inside.test/b.png",
        "https://pictures.test:22/",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "https://[/",
    ],
)
def test_a_redirect_to_what_is_not_fetched(to: str) -> None:
    error = failing("/a.png", a=leading(to))
    assert error.code == "url_refused"


def test_redirects_end() -> None:
    error = failing("/a.png", a=leading("/a.png"))
    assert (error.code, "3 times" in str(error)) == ("url_refused", True)


def test_a_redirect_to_nowhere() -> None:
    assert failing("/a.png", a=answer(b"", 302)).code == "not_fetched"


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("inside.test", "url_refused"),
        ("mixed.test", "url_refused"),
        ("six.test", "url_refused"),
        ("mapped.test", "url_refused"),
        ("odd.test", "url_refused"),
        ("[::1]", "url_refused"),
        (PRIVATE, "url_refused"),
        ("empty.test", "not_fetched"),
        ("unknown.test", "not_fetched"),
    ],
)
def test_hosts_that_are_not_of_the_public_internet_or_not_known(host: str, code: str) -> None:
    error = failing("/a.png", host=host, a=answer(PICTURE))
    assert error.code == code
    assert "10.0." not in str(error).replace(host, "")


class Rebinding:
    """A name server that answers with one address first, and with another from then on."""

    def __init__(self, first: str, later: str) -> None:
        self.answers, self.later = [first], later

    async def resolve(self, host: str) -> Sequence[str]:
        return [self.answers.pop(0) if self.answers else self.later]


def test_a_name_is_looked_up_once_and_what_was_looked_at_is_connected_to() -> None:
    async def whole() -> None:
        async with serving(a=answer(PICTURE)) as server:
            network = server.network(Rebinding(LOOPBACK, PRIVATE).resolve)
            assert await fetch(server.url(), LIMITS, network) == PICTURE

    asyncio.run(whole())


@pytest.mark.parametrize("to", ["/b.png", "https://pictures.test:{port}/b.png"])
def test_a_name_that_points_elsewhere_after_a_redirect(to: str) -> None:
    async def whole() -> None:
        async with serving(b=answer(PICTURE)) as server:
            server.answers["/a.png"] = leading(to.format(port=server.port))
            network = server.network(Rebinding(LOOPBACK, PRIVATE).resolve)
            with pytest.raises(ImageError, match="public internet"):
                await fetch(server.url(), LIMITS, network)
            assert len(server.asked) == 1

    asyncio.run(whole())


def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    async def two(host: str) -> Sequence[str]:
        return ["127.0.0.2", LOOPBACK]

    async def whole() -> None:
        async with serving(a=answer(PICTURE)) as server:
            world = server.network(two)
            network = Network(world.resolve, lambda _: True, world.ports, world.certificates)
            assert await fetch(server.url(), LIMITS, network) == PICTURE

    asyncio.run(whole())


def test_the_certificate_must_be_the_hosts() -> None:
    error = failing("/a.png", host="stranger.test", a=answer(PICTURE))
    assert (error.code, "certificate" in str(error)) == ("not_fetched", True)


def test_an_address_has_a_certificate_too() -> None:
    assert play("/a.png", host=LOOPBACK, a=answer(PICTURE))[0] == PICTURE


def test_by_default_no_certificate_of_these_tests_is_trusted() -> None:
    async def whole() -> None:
        async with serving(a=answer(PICTURE)) as server:
            world = server.network()
            network = Network(world.resolve, world.public, world.ports)
            with pytest.raises(ImageError, match="certificate"):
                await fetch(server.url(), LIMITS, network)
            assert server.asked == []

    asyncio.run(whole())


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (answer(b"x" * 1001), "too_many_bytes"),
        (answer(b"", Content_Length="99999999999"), "too_many_bytes"),
        (
            b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n"
            + b"190\r\n"
            + b"x" * 400
            + b"\r\n"
            + (b"190\r\n" + b"x" * 400 + b"\r\n") * 2
            + b"0\r\n\r\n",
            "too_many_bytes",
        ),
        (b"HTTP/1.1 200 X\r\n\r\n" + b"x" * 5000, "too_many_bytes"),
        (answer(PICTURE, Content_Encoding="gzip"), "not_fetched"),
        (answer(PICTURE, 404), "not_fetched"),
        (answer(PICTURE, 206), "not_fetched"),
        (answer(PICTURE, 500), "not_fetched"),
        (answer(PICTURE, Content_Length="500"), "not_fetched"),
        (b"no http\r\n\r\n", "not_fetched"),
        (b"HTTP/1.1 200 X\r\nX: " + b"y" * 300_000 + b"\r\n\r\n", "not_fetched"),
        (b"", "not_fetched"),
    ],
)
def test_answers_that_are_no_image(said: bytes, code: str) -> None:
    assert failing("/a.png", a=said).code == code


@pytest.mark.parametrize("said", [b"HTTP/1.1 200 X\r\n...", answer(b"x...", Content_Length="900")])
def test_a_server_that_does_not_end(said: bytes) -> None:
    error = failing("/a.png", seconds=0.4, a=said)
    assert (error.code, "0.4 seconds" in str(error)) == ("not_fetched", True)


def test_a_name_server_that_does_not_answer() -> None:
    async def never(host: str) -> Sequence[str]:
        await asyncio.sleep(60)
        return []

    network = Network(never, seconds=0.2)
    with pytest.raises(ImageError, match=r"0\.2 seconds"):
        asyncio.run(fetch("https://pictures.test/", LIMITS, network))


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_no_proxy_of_the_environment_is_used(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert play("/a.png", a=answer(PICTURE))[0] == PICTURE


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1:8443/"])
def test_without_being_told_otherwise_nothing_near_is_fetched(url: str) -> None:
    with pytest.raises(ImageError, match="public internet"):
        asyncio.run(fetch(url, LIMITS))


def test_this_machines_own_names_are_looked_up_and_refused() -> None:
    async def localhost(host: str) -> Sequence[str]:
        return await Network().resolve("localhost")

    with pytest.raises(ImageError, match="public internet"):
        asyncio.run(fetch("https://near.test/", LIMITS, Network(localhost)))


def test_errors_hold_nothing_of_the_url_but_its_host() -> None:
    error = failing("/secret.png?signature=abc", a=b"")
    assert "signature" not in str(error)
    assert "secret" not in str(error)
