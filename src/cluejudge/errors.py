"""Every error this package raises on purpose.

CluejudgeError            hint: what to do; retryable: whether the same call may succeed later
|- UsageError             wrong use of the API or the command line (exit code 2)
|- ConstitutionError      a constitution file that cannot be used; has `path`, `line`, `problems`
|- ImageError             one input that cannot be judged; has a stable `code`
|- StoreError             the record could not be opened, read or written
|- ModelError             a model that failed or cannot be used
   |- MissingExtraError   an optional dependency is absent; names the install command
   |- ServerError         a server that did not answer, or whose answer cannot be used

CluejudgeWarning          an answer that may be worth less than it seems
"""

from __future__ import annotations

from collections.abc import Sequence


class CluejudgeError(Exception):
    """Base of all errors of this package.

    `hint` says what to do about it; `retryable` whether the same call may succeed later.
    """

    retryable = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message} ({self.hint})" if self.hint else message


class UsageError(CluejudgeError):
    """Wrong use of the API or the command line."""


class ConstitutionError(CluejudgeError):
    """A constitution file that cannot be used: where it is wrong and what to do."""

    def __init__(
        self, message: str, *, path: str = "", line: int | None = None, hint: str = ""
    ) -> None:
        place = f"{path}:{line}" if path and line else path or (f"line {line}" if line else "")
        super().__init__(f"{place}: {message}" if place else message, hint=hint)
        self.path = path
        self.line = line
        self.problems: tuple[ConstitutionError, ...] = (self,)

    @classmethod
    def of(cls, problems: Sequence[ConstitutionError]) -> ConstitutionError:
        """One error that lists `problems` (one or more) in the order of their lines.

        It stands where the first of them stands, and keeps them all as `problems`.
        """
        ordered = tuple(sorted(problems, key=lambda problem: problem.line or 0))
        if len(ordered) == 1:
            return ordered[0]
        error = cls("\n".join(map(str, ordered)))
        error.path, error.line, error.problems = ordered[0].path, ordered[0].line, ordered
        return error


class ImageError(CluejudgeError):
    """One input that cannot be judged; `code` is a stable short name such as `truncated`."""

    def __init__(self, code: str, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code


class StoreError(CluejudgeError):
    """The record could not be opened, read or written: nothing of the call was recorded."""

    def __init__(self, message: str, *, hint: str = "", retryable: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.retryable = retryable


class ModelError(CluejudgeError):
    """A model that failed, or that cannot be used as asked."""

    def __init__(self, message: str, *, hint: str = "", retryable: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.retryable = retryable


class MissingExtraError(ModelError):
    """An optional dependency is not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs an optional dependency",
            hint=f"pip install 'cluejudge[{extra}]'",
        )
        self.extra = extra


class ServerError(ModelError):
    """A server that did not answer, or whose answer cannot be used."""


class CluejudgeWarning(UserWarning):
    """Told, not raised: an answer was given, but it may be worth less than it seems."""
