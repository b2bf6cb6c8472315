"""What the exit code of a command means."""

from __future__ import annotations

from cluejudge.errors import (
    CluejudgeError,
    ConstitutionError,
    MissingExtraError,
    ServerError,
    UsageError,
)

OK = 0
"""Everything asked for was done."""

FAILED = 1
"""Some input could not be judged, or something that is needed does not work."""

USAGE = 2
"""The command was given wrongly: an option, a constitution file, a model's name or its server."""

FOUND = 3
"""`--fail-on` found what it looked for, or `audit verify` a broken record."""

INTERRUPTED = 130
"""Stopped by Ctrl-C; what was printed by then is whole."""

BROKEN_PIPE = 141
"""The reader of the output went away."""


def of_error(error: CluejudgeError) -> int:
    """The exit code for an error that ended a command."""
    usage = (UsageError, ConstitutionError, MissingExtraError, ServerError)
    return USAGE if isinstance(error, usage) else FAILED
