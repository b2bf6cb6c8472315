"""What goes wrong inside other libraries while a model is opened or runs, in words of our own."""

from __future__ import annotations

import torch

from cluejudge.errors import CluejudgeError, ModelError

_NO_ROOM = ("can't allocate memory", "not enough memory", "out of memory", "ALLOC_FAILED")
"""What torch says where it has no error of its own for memory: on processors, in some kernels."""


def brief(error: BaseException, longest: int = 300) -> str:
    """What another library says, in one line."""
    message = " ".join(str(error).split()) or type(error).__name__
    return message if len(message) <= longest else f"{message[:longest]}..."


def failure(
    name: str,
    error: Exception,
    *,
    smaller: str = "try a smaller model, dtype=bfloat16 or fewer image tokens",
) -> ModelError:
    """What was raised while the model `name` ran; `smaller` is the hint where memory ran out."""
    if lacks_room(error):
        return ModelError(f"{name} ran {cause(error)}", hint=smaller)
    return ModelError(f"{name} failed: {cause(error)}")


def cause(error: Exception) -> str:
    """What an error says, in one line and without what to do about it."""
    if lacks_room(error):
        return f"out of memory: {brief(error)}"
    if isinstance(error, CluejudgeError):
        return str(error.args[0])
    said = brief(error)
    # A bare name, such as the key that is not there, says nothing without the kind of error.
    bare = isinstance(error, KeyError | AssertionError) and said != type(error).__name__
    return f"{type(error).__name__}: {said}" if bare else said


def lacks_room(error: Exception) -> bool:
    """Whether it was raised for want of memory."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or (
        isinstance(error, RuntimeError) and any(said in str(error) for said in _NO_ROOM)
    )


def no_numbers(what: str, name: str, dtype: torch.dtype) -> ModelError:
    """The error for a model whose answers are not finite."""
    return ModelError(
        f"the {what} of {name} are no numbers",
        hint="float16 overflows in some models: try dtype=bfloat16 or dtype=float32"
        if dtype == torch.float16
        else "its weights are broken: get them again, or use another",
    )
