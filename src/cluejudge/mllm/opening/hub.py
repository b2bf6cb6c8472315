"""What can go wrong between here and the hub, in words that say what to do."""

from __future__ import annotations

from collections.abc import Iterator

from huggingface_hub import is_offline_mode
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from cluejudge.errors import ModelError
from cluejudge.mllm.failures import brief


def hub_error(name: str, revision: str | None, error: BaseException) -> ModelError:
    """Why the model `name` of the hub, at `revision`, cannot be had, told from what was raised.

    What has nothing to do with the hub is passed on as the library said it.
    """
    kinds = tuple(_behind(error))
    at = f" at revision {revision}" if revision else ""
    if any(isinstance(one, GatedRepoError) for one in kinds):
        return ModelError(
            f"{name} is gated: its makers give it to those who ask",
            hint="accept its terms on its page of the hub, then log in with `hf auth login`",
        )
    if any(isinstance(one, RevisionNotFoundError) for one in kinds):
        return ModelError(
            f"{name} has no revision {revision}",
            hint="give a branch, a tag or a commit of it, or leave the option revision out",
        )
    if any(isinstance(one, RepositoryNotFoundError) for one in kinds):
        return ModelError(
            f"{name} is no folder here, and no model of the hub that you may see",
            hint="check its spelling; for a private one, log in with `hf auth login`",
        )
    if is_offline_mode():
        return ModelError(
            f"{name}{at} is not in the hub's cache, and HF_HUB_OFFLINE forbids to download it",
            hint=f"where there is a network: {_get(name)}",
        )
    if any(isinstance(one, LocalEntryNotFoundError | HfHubHTTPError) for one in kinds):
        return ModelError(
            f"{name}{at} is not in the hub's cache, and the hub cannot be reached: {_last(kinds)}",
            hint=f"try again; or where there is a network: {_get(name)}. With HF_HUB_OFFLINE=1 "
            "what is in the cache is used without asking the hub",
            retryable=True,
        )
    return ModelError(f"the files of {name} cannot be read: {brief(error)}")


def _get(name: str) -> str:
    return f"`hf download {name} --local-dir FOLDER`, then give FOLDER in its place"


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _last(kinds: tuple[BaseException, ...]) -> str:
    """What was raised first, which is nearest to the cause."""
    return brief(kinds[-1], 120)
