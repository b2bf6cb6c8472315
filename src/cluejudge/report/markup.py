"""HTML that is escaped unless it was built here."""

from __future__ import annotations

import html

from cluejudge.report.words import printable

VOID = frozenset({"img", "input", "meta", "rect", "line", "circle", "path"})


class Html(str):
    """Text that is HTML already. Only the functions of this file make it."""

    __slots__ = ()


def text(value: str) -> Html:
    """Any text as HTML: `<`, `&`, quotes and invisible characters are spelled out."""
    return Html(html.escape(printable(value)))


def tag(name: str, /, *children: str, **attributes: str | float | bool | None) -> Html:
    """An element. Children and attribute values that are not `Html` are escaped.

    Attribute names are written with `_` for `-` and may end in `_` (`class_`). True gives a bare
    attribute, False and None leave it out, floats have at most two decimals.
    """
    inside = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Html(
            f"<{name}{inside}>" if name in {"img", "input", "meta"} else f"<{name}{inside}/>"
        )
    return Html(f"<{name}{inside}>{join(children)}</{name}>")


def join(parts: tuple[str, ...] | list[str]) -> Html:
    """The parts one after another, each escaped unless it is `Html`."""
    return Html("".join(part if isinstance(part, Html) else text(part) for part in parts))


def _attribute(key: str, value: str | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    shown = (
        value if isinstance(value, str) else f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
    )
    return f' {name}="{text(shown)}"'
