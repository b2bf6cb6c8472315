"""Which URLs may be fetched at all, before any name is looked up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from cluejudge.errors import ImageError
from cluejudge.service.fetch.addresses import Address, parsed

REFUSED = "url_refused"
"""The code of an image whose URL the service does not fetch."""

LONGEST = 8192
"""Characters of a URL."""

PORTS = frozenset({443, 8443})
"""The ports of https: a service that fetches from any port can be used to look for open ones."""

# What a URL may hold (RFC 3986): no white space, no backslash, nothing that parsers read in
# different ways.
_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%|^`{}\"-]+")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_BRACKETED = re.compile(r"\[[0-9A-Fa-f:.]+\](?::[0-9]*)?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LONGEST_NAME = 253


@dataclass(frozen=True, slots=True)
class Target:
    """What a URL asks for: `path` with its query, from `host`; `address` if the host is one."""

    host: str
    port: int
    path: str
    address: Address | None = None

    @property
    def authority(self) -> str:
        """The host as the header `Host` names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 443 else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL in the form in which it was understood."""
        return f"https://{self.authority}{self.path}"


def target(url: str, *, ports: frozenset[int] = PORTS) -> Target:
    """What `url` asks for. Raises `ImageError` `url_refused` for one that is not fetched.

    Only https, only a full name or an address in its plain form, and no user or password.
    """
    if len(url) > LONGEST:
        raise refused(f"the URL has more than {LONGEST} characters")
    if not _CHARACTERS.fullmatch(url):
        hint = "write what is not ASCII in percent escapes, and a host name as xn--..."
        raise refused("the URL holds characters that a URL may not hold", hint)
    try:
        parts = urlsplit(url)
        port = 443 if parts.port is None else parts.port
    except ValueError as error:
        raise refused("the URL cannot be read") from error
    if parts.scheme.lower() != "https":
        raise refused("only https URLs are fetched", "give an https URL, or the image itself")
    if "@" in parts.netloc:
        raise refused("the URL names a user", "give a URL without a user and a password")
    if port not in ports:
        raise refused(f"the URL asks for port {port}, which is none of https")
    host, address = _host(parts)
    path = parts.path or "/"
    return Target(host, port, f"{path}?{parts.query}" if parts.query else path, address)


def refused(message: str, hint: str = "") -> ImageError:
    """An error that says why a URL is not fetched."""
    return ImageError(REFUSED, message, hint=hint)


def _host(parts: SplitResult) -> tuple[str, Address | None]:
    host = (parts.hostname or "").lower()
    if "[" in parts.netloc:
        address = parsed(host) if _BRACKETED.fullmatch(parts.netloc) else None
        if address is None or address.version != 6:
            raise refused("the URL's address cannot be read")
        return str(address), address
    host = host.removesuffix(".")
    last = host.rpartition(".")[2]
    if _NUMBER.fullmatch(last):
        # 127.1, 0177.0.0.1, 0x7f000001 and 2130706433 are addresses to some, and names to others.
        address = parsed(host)
        if address is None:
            raise refused("the URL's address is not written as four decimal numbers")
        return host, address
    if not _NAME.fullmatch(host) or len(host) > _LONGEST_NAME:
        raise refused("the URL names no host by its full name")
    return host, None
