"""Templates and static files, read once from the package; nothing is loaded from elsewhere."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cluejudge.report.markup import Html, text

PAGE_HEADERS = {"Referrer-Policy": "same-origin"}
"""Under `no-referrer` browsers send forms with the origin `null`, as if from another site."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file for browsers; `tag` names its content, so that it can be kept for good."""

    body: bytes
    mime: str
    tag: str


class Pages:
    """Renders the templates, in which whatever is put is escaped and made visible."""

    def __init__(self) -> None:
        self.assets = {
            "review.css": _asset(_read("report", "report.css") + _own("review.css"), "text/css"),
            "review.js": _asset(_own("review.js"), "text/javascript"),
            "icon.svg": _asset(_own("icon.svg"), "image/svg+xml"),
        }
        self._environment = Environment(
            loader=PackageLoader("cluejudge.service.review"),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_printed,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["asset"] = self.asset_path

    def asset_path(self, name: str) -> str:
        """Where a static file is, under the path of the pages."""
        return f"static/{name}?v={self.assets[name].tag}"

    def render(self, template: str, **values: object) -> str:
        """The page made of `template`; a value that it misses is an error."""
        return self._environment.get_template(template).render(**values)


def _printed(value: object) -> Markup:
    """What is put into a template: HTML if it was built as such, else escaped.

    Names, rules and reasonings may hold characters that nobody sees or that turn text around; they
    are spelled out as in reports.
    """
    if isinstance(value, Html | Markup):
        return Markup(value)
    return Markup(text(str(value)))


def _asset(body: bytes, mime: str) -> Asset:
    return Asset(body, f"{mime}; charset=utf-8", hashlib.sha256(body).hexdigest()[:16])


def _own(name: str) -> bytes:
    return files("cluejudge.service.review").joinpath("static", name).read_bytes()


def _read(package: str, name: str) -> bytes:
    return files(f"cluejudge.{package}").joinpath(name).read_bytes()
