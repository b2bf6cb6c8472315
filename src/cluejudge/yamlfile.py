"""Reads a YAML file written by a person: plain values, and the line where each was written.

The values are those of the core schema of YAML 1.2.2 (section 10.3): `no` and `on` are text, dates
are text. A number remembers how it was written, so that `version: 1.10` stays "1.10" where text
is wanted. Anchors and aliases work; tags that ask for other types do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from cluejudge.errors import ConstitutionError

if TYPE_CHECKING:
    from ruamel.yaml.error import MarkedYAMLError

MAX_BYTES = 2**20
MAX_DEPTH = 24
MAX_NODES = 50_000

Event = Any  # ruamel's events, which it does not type
Location = Sequence[str | int]

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]{1,40}|0o[0-7]{1,40}|0x[0-9a-fA-F]{1,40}")
_FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
    r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
_TAG = "tag:yaml.org,2002:"
_CORE_TAGS = {_TAG + name for name in ("null", "bool", "int", "float", "str", "seq", "map")}


class WrittenInt(int):
    """A whole number that remembers its spelling."""

    written: str

    @classmethod
    def read(cls, text: str) -> Self:
        """The number that `text` spells: decimal, 0o octal or 0x hexadecimal."""
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        number = cls(text, base)
        number.written = text
        return number


class WrittenFloat(float):
    """A number that remembers its spelling."""

    written: str

    @classmethod
    def read(cls, text: str) -> Self:
        """The number that `text` spells; `.inf` and `.nan` too."""
        lower = text.lower()
        number = cls(lower.replace(".", "") if "inf" in lower or "nan" in lower else lower)
        number.written = text
        return number


def as_written(value: object) -> object:
    """A number read from a file as the text that was written; anything else as it is."""
    return value.written if isinstance(value, WrittenInt | WrittenFloat) else value


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its line (1-based); `size` counts the nodes in it, aliases written out."""

    line: int
    value: object
    size: int = 1

    def plain(self) -> object:
        """The value without lines."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def child(self, key: str | int) -> Node | None:
        """The node under `key`, if there is one."""
        found: Node | None = None
        if isinstance(self.value, dict):
            found = self.value.get(key)
        elif isinstance(self.value, list) and isinstance(key, int) and key < len(self.value):
            found = self.value[key]
        return found


@dataclass(frozen=True)
class Document:
    """What a file holds. `problems` are mistakes that did not stop the reading."""

    root: Node
    path: str = ""
    problems: tuple[ConstitutionError, ...] = ()
    data: object = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", self.root.plain())

    def line(self, location: Location) -> int:
        """The line of what is at `location`, or of the nearest thing around it.

        Steps that the file does not have are skipped: a short form lacks steps that the model has.
        """
        node = self.root
        for key in location:
            node = node.child(key) or node
        return node.line

    def problem(
        self, message: str, location: Location = (), *, hint: str = ""
    ) -> ConstitutionError:
        """An error at `location`."""
        return _error(message, self.path, self.line(location), hint)


def read(path_or_text: str | Path) -> Document:
    """Reads a file, or the YAML text itself.

    A `str` with a line break in it, or one that begins with `{`, is text; any other is a path.
    Raises `ConstitutionError` for a file that cannot be read or is not YAML.
    """
    if isinstance(path_or_text, str) and _is_text(path_or_text):
        path, text = "", path_or_text
        _check_size(len(text.encode("utf-8", "surrogatepass")), path)
    else:
        path = str(path_or_text)
        text = _file_text(Path(path_or_text))
    return _Builder(path).document(text)


def _is_text(value: str) -> bool:
    return not value or "\n" in value or value.lstrip().startswith("{")


def _check_size(size: int, path: str) -> None:
    if size > MAX_BYTES:
        raise ConstitutionError(
            "the file is too large", path=path, hint=f"at most {MAX_BYTES} bytes are read"
        )


def _file_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        hint = "give the path of a file, or YAML text of more than one line"
        raise ConstitutionError("there is no such file", path=str(path), hint=hint) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConstitutionError(f"the file cannot be read: {reason}", path=str(path)) from None
    _check_size(len(data), str(path))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConstitutionError(
            f"the file is not UTF-8 (byte 0x{data[error.start]:02x})",
            path=str(path),
            line=line,
            hint="save it with the encoding UTF-8",
        ) from None


class _Builder:
    """Builds nodes from the events of ruamel's parser, which needs no recursion for nesting."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.anchors: dict[str, Node] = {}
        self.problems: list[ConstitutionError] = []

    def document(self, text: str) -> Document:
        """The one document in `text`."""
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError
        from ruamel.yaml.reader import ReaderError

        try:
            root = self._root(YAML(typ="safe", pure=True).parse(text))
        except MarkedYAMLError as error:
            raise self._syntax_error(error) from None
        except ReaderError as error:
            line = text[: error.position].count("\n") + 1
            what = f"the character U+{ord(text[error.position]):04X} is not allowed in YAML"
            raise self._problem(what, line, "delete it") from None
        return Document(root, self.path, tuple(self.problems))

    def _root(self, events: Iterator[Event]) -> Node:
        from ruamel.yaml.events import DocumentStartEvent, StreamEndEvent, StreamStartEvent

        root: Node | None = None
        for event in events:
            if isinstance(event, StreamStartEvent | StreamEndEvent):
                continue
            if isinstance(event, DocumentStartEvent) and root is None:
                root = self._node(next(events), events, 0)
                next(events)  # the end of the document
            else:
                hint = "keep one constitution in a file, and no `---` inside it"
                raise self._problem("the file holds more than one document", _line(event), hint)
        return root or Node(1, None)

    def _node(self, event: Event, events: Iterator[Event], depth: int) -> Node:
        from ruamel.yaml.events import AliasEvent, MappingStartEvent, ScalarEvent

        line = _line(event)
        if depth > MAX_DEPTH:
            raise self._problem(f"nested deeper than {MAX_DEPTH} levels", line, "write it flatter")
        if isinstance(event, AliasEvent):
            return self._alias(event.anchor, line)
        self._check_tag(event, line)
        if isinstance(event, ScalarEvent):
            node = Node(line, _scalar(event))
        elif isinstance(event, MappingStartEvent):
            node = self._mapping(line, events, depth)
        else:
            node = self._sequence(line, events, depth)
        if node.size > MAX_NODES:
            raise self._problem("the file holds too much", line, f"at most {MAX_NODES} values")
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _alias(self, anchor: str, line: int) -> Node:
        if anchor not in self.anchors:
            hint = f"write `&{anchor}` before what it stands for"
            raise self._problem(f"the alias `*{anchor}` stands for nothing", line, hint)
        return replace(self.anchors[anchor], line=line)

    def _sequence(self, line: int, events: Iterator[Event], depth: int) -> Node:
        from ruamel.yaml.events import SequenceEndEvent

        items: list[Node] = []
        while not isinstance(event := next(events), SequenceEndEvent):
            items.append(self._node(event, events, depth + 1))
        return Node(line, items, 1 + sum(item.size for item in items))

    def _mapping(self, line: int, events: Iterator[Event], depth: int) -> Node:
        from ruamel.yaml.events import MappingEndEvent

        entries: dict[str, Node] = {}
        size = 1
        while not isinstance(event := next(events), MappingEndEvent):
            key_line = _line(event)
            key = _key(self._node(event, events, depth + 1))
            value = self._node(next(events), events, depth + 1)
            size += 1 + value.size
            if key is None:
                what = "a key must be a word, not a list, a mapping or nothing"
                self.problems.append(self._problem(what, key_line, "write `key: value`"))
            elif key in entries:
                what = f"`{key}` is written twice, first on line {entries[key].line}"
                self.problems.append(self._problem(what, key_line, "keep one of them"))
            else:
                entries[key] = replace(value, line=key_line)
        return Node(line, entries, size)

    def _check_tag(self, event: Event, line: int) -> None:
        tag = str(event.tag or "")
        if tag and tag not in _CORE_TAGS and tag != "!":
            what = f"the tag `{tag}` is not allowed"
            self.problems.append(self._problem(what, line, "write the value without it"))

    def _syntax_error(self, error: MarkedYAMLError) -> ConstitutionError:
        mark = error.problem_mark or error.context_mark
        problem = str(error.problem or error.context)
        hint = next((hint for part, hint in _HINTS if part in problem), "")
        return self._problem(f"not YAML: {problem}", mark.line + 1 if mark else 1, hint)

    def _problem(self, message: str, line: int, hint: str) -> ConstitutionError:
        return _error(message, self.path, line, hint)


_HINTS = (
    ("'\\t'", "indent with spaces, not with tabs"),
    ("mapping values are not allowed", "put quotes around a text that contains `: `"),
    ("could not find expected ':'", "a key is written `key: value`"),
    ("expected <block end>", "check that the indentation is the same as above"),
    ("end of stream", "a quote or bracket is never closed"),
)


def _error(message: str, path: str, line: int, hint: str) -> ConstitutionError:
    """An error in one printable line, however strange the words that it cites."""
    safe = "".join(char if char.isprintable() else "\ufffd" for char in message)
    return ConstitutionError(safe, path=path, line=line, hint=hint)


def _key(node: Node) -> str | None:
    if isinstance(node.value, bool):
        return str(node.value).lower()
    key = as_written(node.value)
    return key if isinstance(key, str) else None


def _line(event: Event) -> int:
    return int(event.start_mark.line) + 1


def _scalar(event: Event) -> object:
    """The value of a scalar: text if quoted or in a block, else by the core schema."""
    text = str(event.value)
    if not event.implicit[0] or event.style or str(event.tag or "") == _TAG + "str":
        return text
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if _INT.fullmatch(text):
        return WrittenInt.read(text)
    return WrittenFloat.read(text) if _FLOAT.fullmatch(text) else text
