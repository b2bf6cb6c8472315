"""Which URLs are fetched, and which are refused before any name is looked up."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.errors import ImageError
from cluejudge.service.fetch.hosts import LONGEST, REFUSED, target

REFUSED_URLS = {
    "http://pictures.example/a.png": "only https",
    "ftp://pictures.example/a.png": "only https",
    "file:///etc/passwd": "only https",
    "gopher://pictures.example/": "only https",
    "//pictures.example/a.png": "only https",
    "pictures.example/a.png": "only https",
    "": "characters",
    "https://": "full name",
    "https:///a.png": "full name",
    "https:pictures.example": "full name",
    "https://user@pictures.example/": "names a user",
    "https://user:word@pictures.example/": "names a user",
    "https://pictures.example@169.254.169.254/": "names a user",
    "https://@pictures.example/": "names a user",
    "https://pictures.example%40evil.example/": "full name",
    "https://pictures.example\\@evil.example/": "characters",
    "https://pictures.example/a b.png": "characters",
    "https://pictures.example/\r\nHost: x": "characters",
    "https://pictures.example/\x00": "characters",
    "\thttps://pictures.example/": "characters",
    "https://b\u00fccher.example/": "characters",
    "https://\u2460\u2461\u2466.\u2460/": "characters",
    "https://127\u30020\u30020\u30021/": "characters",
    "https://localhost/": "full name",
    "https://metadata/": "full name",
    "https://2130706433/": "four decimal numbers",
    "https://0x7f000001/": "four decimal numbers",
    "https://017700000001/": "four decimal numbers",
    "https://127.1/": "four decimal numbers",
    "https://0177.0.0.1/": "four decimal numbers",
    "https://0x7f.0.0.0x1/": "four decimal numbers",
    "https://127.0.0.01/": "four decimal numbers",
    "https://127.0.0.256/": "four decimal numbers",
    "https://1.2.3.4.5/": "four decimal numbers",
    "https://example.0x/": "four decimal numbers",
    "https://0X7F.1/": "four decimal numbers",
    "https://[::1/": "cannot be read",
    "https://[::1]x/": "cannot be read",
    "https://[127.0.0.1]/": "cannot be read",
    "https://[fe80::1%25eth0]/": "cannot be read",
    "https://[v1.fe80]/": "cannot be read",
    "https://pictures.example:22/": "port 22",
    "https://pictures.example:80/": "port 80",
    "https://pictures.example:0/": "port 0",
    "https://pictures.example:99999/": "cannot be read",
    "https://pictures.example:x/": "cannot be read",
    "https://-a.example/": "full name",
    "https://a..example/": "full name",
    f"https://{'a' * 64}.example/": "full name",
    f"https://{'a.' * 130}example/": "full name",
    f"https://pictures.example/{'a' * LONGEST}": "more than",
}


@pytest.mark.parametrize(("url", "said"), REFUSED_URLS.items())
def test_what_is_not_fetched(url: str, said: str) -> None:
    with pytest.raises(ImageError, match=said) as refused:
        target(url)
    assert refused.value.code == REFUSED


@pytest.mark.parametrize(
    ("url", "host", "authority", "path"),
    [
        ("https://Pictures.Example", "pictures.example", "pictures.example", "/"),
        ("HTTPS://pictures.example./a", "pictures.example", "pictures.example", "/a"),
        ("https://a.b-c.example:8443/x", "a.b-c.example", "a.b-c.example:8443", "/x"),
        ("https://pictures.example:443/x#y", "pictures.example", "pictures.example", "/x"),
        ("https://pictures.example/x?y=@z", "pictures.example", "pictures.example", "/x?y=@z"),
        ("https://pictures.example//x/../y", "pictures.example", "pictures.example", "//x/../y"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example", "xn--bcher-kva.example", "/"),
        ("https://8.8.8.8/x", "8.8.8.8", "8.8.8.8", "/x"),
        ("https://[2606:4700::0001]/x", "2606:4700::1", "[2606:4700::1]", "/x"),
    ],
)
def test_what_a_url_asks_for(url: str, host: str, authority: str, path: str) -> None:
    wanted = target(url)
    assert (wanted.host, wanted.authority, wanted.path) == (host, authority, path)
    assert target(wanted.url) == wanted


def test_an_address_is_known_as_one() -> None:
    assert target("https://127.0.0.1/").address == ip_address("127.0.0.1")
    assert target("https://[::1]/").address == ip_address("::1")
    assert target("https://a.example/").address is None


@given(st.text(max_size=60) | st.from_regex(r"https://[^/]{1,20}/.{0,10}", fullmatch=True))
def test_any_text_is_a_target_or_refused(url: str) -> None:
    with suppress(ImageError):
        wanted = target(url)
        assert target(wanted.url) == wanted
        assert wanted.url.isascii()
