"""Reads a YAML file written by a person: plain values, and the line where each was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cluejudge.errors import ConstitutionError
from cluejudge.yamlparse import Node, mistake, parse

MAX_BYTES = 2**20

Location = Sequence[str | int]


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
        return mistake(message, self.path, self.line(location), hint)


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
    root, problems = parse(text, path)
    return Document(root, path, problems)


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
