"""Which files a path, a glob or a URL names."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cluejudge.batch.sources.files import (
    LOCAL,
    Files,
    Found,
    Kind,
    Unlisted,
    is_url,
    local_path,
)
from cluejudge.batch.sources.localfiles import LocalFiles
from cluejudge.batch.sources.places import label
from cluejudge.batch.sources.remote import brief, is_web, scheme, shown
from cluejudge.batch.sources.remotefiles import RemoteFiles
from cluejudge.errors import UsageError
from cluejudge.report.words import one_line

_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Collection:
    """The files that an input names, under their root.

    One file if `name` says which, else those that `pattern` matches, else all.
    """

    files: Files
    where: str
    name: str = ""
    pattern: Pattern | None = None

    @property
    def is_folder(self) -> bool:
        """Whether it is all that is below its root."""
        return not self.name and self.pattern is None

    def found(self) -> Iterator[Found | Unlisted | None]:
        """The files, in an order that is always the same; None for one that is passed over."""
        if self.name:
            yield Found(self.name, self.files.stamp(self.name))
        elif self.pattern is None:
            yield from self.files.below(lambda _: True, links=False)
        else:
            pattern = self.pattern
            # Where there is no **, links cannot lead round and round.
            for one in self.files.below(pattern.may_hold, links=not pattern.deep):
                if isinstance(one, Unlisted) or (one and pattern.matches(one.name)):
                    yield one

    def holds(self, name: str) -> bool:
        """Whether a file of that name, relative to the root, would be among them."""
        if self.name:
            return name == self.name
        hidden = any(part.startswith(".") for part in name.split("/"))
        return not hidden and (self.pattern is None or self.pattern.matches(name))

    @property
    def shown(self) -> str:
        """Where it is, for the record: without secrets."""
        return label(shown(self.where))

    def told(self) -> str:
        """What it is called in messages."""
        return one_line(shown(self.where))


class Pattern:
    """A glob, relative to a root: `*`, `?` and `[...]` within a name, `**` for any folders."""

    def __init__(self, glob: str) -> None:
        # None stands for `**`.
        self._steps = [
            None if step == "**" else re.compile(fnmatch.translate(step))
            for step in glob.split("/")
        ]
        self.deep = None in self._steps

    def matches(self, name: str) -> bool:
        """Whether a file is meant."""
        return len(self._steps) in self._behind(name)

    def may_hold(self, folder: str) -> bool:
        """Whether files that are meant may be in a folder, or deeper."""
        return any(step < len(self._steps) for step in self._behind(folder))

    def _behind(self, name: str) -> set[int]:
        """How many steps the names on the way to `name` may have taken, and its own."""
        steps = {0}
        for part in name.split("/"):
            steps = {after for step in steps for after in self._taken(step, part)}
        return steps

    def _taken(self, step: int, part: str) -> Iterator[int]:
        for at, glob in enumerate(self._steps[step:], step):
            if glob is not None:
                if glob.match(part):
                    yield at + 1
                return
            yield from (at, at + 1)  # and none: then the next step is to match


def locate(where: str, storage: Mapping[str, str]) -> Collection:
    """The files that `where` names: a file, a folder, a glob, or the URL of one of them.

    Raises `UsageError` if there is nothing, and as `file_system` does.
    """
    if is_url(where) and "::" in where:
        raise UsageError(f"{shown(where)} leads through several file systems", hint="unpack it")
    if is_url(where) and scheme(where) in LOCAL:
        where = where.partition("://")[2] and str(local_path(where))
    if not where.strip() or "\0" in where:
        raise UsageError("no collection is named", hint="give a folder, a file, a glob or a URL")
    if not is_url(where):
        where = os.path.abspath(where)
    root, name = _split(where)
    files = _opened(root, storage)
    kind = _kind(files, name, where)
    if kind is Kind.FILE and name:
        return Collection(files, where, name)
    if kind is Kind.FOLDER:
        return Collection(_opened(where, storage), where)
    if _WILD.search(where) and not is_web(where):
        root, glob = _before_wildcards(where)
        return Collection(_opened(root, storage), where, pattern=Pattern(glob))
    raise UsageError(
        f"there is no {one_line(shown(where))}",
        hint="give a folder, a file, a glob in quotes, or a URL",
    )


def _opened(where: str, storage: Mapping[str, str]) -> Files:
    """The files below a folder or a URL."""
    if not is_url(where):
        return LocalFiles(Path(where), storage)
    try:
        secret = urlsplit(where).password
    except ValueError as error:
        raise UsageError(f"{shown(where)} is no URL: {brief(error)}") from error
    if secret is not None:
        raise UsageError(
            f"the URL {shown(where)} holds a password",
            hint="give it as an option of the storage, or in the file system's configuration",
        )
    return RemoteFiles(where, storage)


def _split(where: str) -> tuple[str, str]:
    """The folder that `where` is in, and its name there; a root alone has no name."""
    if not is_url(where):
        path = Path(where)
        return str(path.parent), path.name
    address, mark, query = where.partition("?") if is_web(where) else (where, "", "")
    head, slash, name = address.rstrip("/").rpartition("/")
    if head.endswith(("/", ":")):  # nothing but the scheme before it
        return where, ""
    return head + (slash if not head else ""), name + mark + query


def _kind(files: Files, name: str, where: str) -> Kind:
    try:
        return files.kind(name)
    except OSError as error:
        said = f"{one_line(shown(where))} cannot be reached: {brief(error)}"
        raise UsageError(said, hint="is it there, and may it be read?") from error


def _before_wildcards(where: str) -> tuple[str, str]:
    steps = where.split("/")
    wild = next(at for at, step in enumerate(steps) if _WILD.search(step))
    return "/".join(steps[:wild]) or "/", "/".join(steps[wild:])
