"""Judges images against a safety constitution written in plain language.

The public names are loaded when they are first used: importing this package loads no library for
numbers, images or models.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cluejudge.api import Judge
    from cluejudge.compiled import CompiledConstitution, load_compiled
    from cluejudge.constitution import Constitution, load_constitution
    from cluejudge.errors import (
        CluejudgeError,
        ConstitutionError,
        ImageError,
        MissingExtraError,
        ModelError,
        UsageError,
    )
    from cluejudge.models.protocols import Models
    from cluejudge.settings import Budget, Limits, Method, Thresholds
    from cluejudge.verdict import Outcome, Verdict

__version__ = "0.1.0"

_HOMES = {
    "Budget": "settings",
    "CluejudgeError": "errors",
    "CompiledConstitution": "compiled",
    "Constitution": "constitution",
    "ConstitutionError": "errors",
    "ImageError": "errors",
    "Judge": "api",
    "Limits": "settings",
    "Method": "settings",
    "MissingExtraError": "errors",
    "ModelError": "errors",
    "Models": "models.protocols",
    "Outcome": "verdict",
    "Thresholds": "settings",
    "UsageError": "errors",
    "Verdict": "verdict",
    "load_compiled": "compiled",
    "load_constitution": "constitution",
}

__all__ = [
    "Budget",
    "CluejudgeError",
    "CompiledConstitution",
    "Constitution",
    "ConstitutionError",
    "ImageError",
    "Judge",
    "Limits",
    "Method",
    "MissingExtraError",
    "ModelError",
    "Models",
    "Outcome",
    "Thresholds",
    "UsageError",
    "Verdict",
    "load_compiled",
    "load_constitution",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
