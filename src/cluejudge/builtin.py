"""Constitutions by name: those that ship with the package, or files."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from cluejudge.compiled import CompiledConstitution, load_compiled
from cluejudge.errors import UsageError

_FOLDER = Path(__file__).parent / "constitutions"


def builtin_names() -> tuple[str, ...]:
    """The names of the constitutions that ship with the package."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def constitution_path(name_or_path: str | Path) -> Path:
    """The file of a built-in constitution, or the path as given.

    A `str` that is the name of a built-in one means that; `./NAME` is a file of the same name.
    Raises `UsageError` for a bare word that is neither.
    """
    path = Path(name_or_path)
    if isinstance(name_or_path, Path):
        return path
    if name_or_path in builtin_names():
        return _FOLDER / f"{name_or_path}.yaml"
    if path.suffix or path.name != name_or_path or path.exists():
        return path
    raise UsageError(f"there is no constitution '{name_or_path}'", hint=_suggestion(name_or_path))


def find_constitution(name_or_path: str | Path) -> CompiledConstitution:
    """Reads a compiled constitution by its built-in name or its path.

    Raises `UsageError` for an unknown name, `ConstitutionError` for a file that cannot be used.
    """
    return load_compiled(constitution_path(name_or_path))


def _suggestion(name: str) -> str:
    names = builtin_names()
    close = get_close_matches(name, names, n=1)
    meant = f"did you mean '{close[0]}'? " if close else ""
    return f"{meant}built in: {', '.join(names)}; or give the path of a file"
