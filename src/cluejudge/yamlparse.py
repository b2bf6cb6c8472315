"""Builds a tree of values with their lines from YAML text. Nothing in a file can make it run away.

Anchors and aliases work; tags that ask for other types than those of the core schema do not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cluejudge.errors import ConstitutionError
from cluejudge.yamlscalars import as_written, plain_scalar

if TYPE_CHECKING:
    from ruamel.yaml.error import MarkedYAMLError

MAX_DEPTH = 24
MAX_NODES = 50_000
MAX_MESSAGE = 300

Event = Any  # ruamel's events, which it does not type

_TAG = "tag:yaml.org,2002:"
_CORE_TAGS = {_TAG + name for name in ("null", "bool", "int", "float", "str", "seq", "map")}


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


def parse(text: str, path: str = "") -> tuple[Node, tuple[ConstitutionError, ...]]:
    """The value in `text`, and the mistakes that did not stop the reading.

    Raises `ConstitutionError`, which cites `path`, for what is not YAML or beyond the limits.
    """
    builder = _Builder(path)
    return builder.tree(text), tuple(builder.problems)


def mistake(message: str, path: str, line: int, hint: str) -> ConstitutionError:
    """An error in one printable line, however strange or long the words that it cites."""
    safe = "".join(char if char.isprintable() else "\ufffd" for char in message)
    if len(safe) > MAX_MESSAGE:
        safe = safe[:MAX_MESSAGE] + "..."
    return ConstitutionError(safe, path=path, line=line, hint=hint)


class _Builder:
    """Builds nodes from the events of ruamel's parser, which needs no recursion for nesting."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.anchors: dict[str, Node] = {}
        self.problems: list[ConstitutionError] = []
        self.line = 1

    def tree(self, text: str) -> Node:
        """The one document in `text`."""
        from ruamel.yaml.error import MarkedYAMLError
        from ruamel.yaml.reader import ReaderError

        try:
            return self._root(self._events(text))
        except MarkedYAMLError as error:
            raise self._syntax_error(error) from None
        except ReaderError as error:
            line = text[: error.position].count("\n") + 1
            what = f"the character U+{ord(text[error.position]):04X} is not allowed in YAML"
            raise self._problem(what, line, "delete it") from None
        except (ValueError, OverflowError) as error:  # from escapes such as "\UFFFFFFFF"
            raise self._problem(f"not YAML: {error}", self.line, "check its escapes") from None

    def _events(self, text: str) -> Iterator[Event]:
        from ruamel.yaml import YAML

        for event in YAML(typ="safe", pure=True).parse(text):
            self.line = _line(event)
            yield event

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
        return mistake(message, self.path, line, hint)


_HINTS = (
    ("'\\t'", "indent with spaces, not with tabs"),
    ("mapping values are not allowed", "put quotes around a text that contains `: `"),
    ("could not find expected ':'", "a key is written `key: value`"),
    ("expected <block end>", "check that the indentation is the same as above"),
    ("end of stream", "a quote or bracket is never closed"),
)


def _key(node: Node) -> str | None:
    if isinstance(node.value, bool):
        return str(node.value).lower()
    key = as_written(node.value)
    return key if isinstance(key, str) else None


def _line(event: Event) -> int:
    return int(event.start_mark.line) + 1


def _scalar(event: Event) -> object:
    """The value of a scalar: text if quoted, in a block or tagged as text."""
    is_plain = event.implicit[0] and not event.style and str(event.tag or "") != _TAG + "str"
    return plain_scalar(str(event.value)) if is_plain else str(event.value)
