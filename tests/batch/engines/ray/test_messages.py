from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from pydantic import SecretStr

from cluejudge.batch.engines.ray.messages import Failure, Job
from cluejudge.batch.plan import InputSpec, Pace, Plan
from cluejudge.builtin import find_constitution
from cluejudge.errors import (
    CluejudgeError,
    ImageError,
    MissingExtraError,
    ModelError,
    ServerError,
    UsageError,
)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (UsageError("no such folder", hint="look"), UsageError),
        (ServerError("no answer"), ServerError),
        (MissingExtraError("judging a collection", "batch"), ModelError),
        (ImageError("truncated", "half of it"), ModelError),
    ],
)
def test_an_error_crosses_with_its_words_and_its_place(
    error: CluejudgeError, kind: type[CluejudgeError]
) -> None:
    crossed = pickle.loads(pickle.dumps(Failure.of(error, "node-7"))).error()
    assert type(crossed) is kind
    assert str(crossed) == f"on node-7: {error}"
    assert crossed.hint == error.hint


def test_a_key_is_shown_by_nobody_who_prints_a_job() -> None:
    plan = Plan(
        input=InputSpec(where="s3://bucket/images"),
        output=Path("run"),
        constitution=find_constitution("pictogram"),
    )
    job = Job(plan, Pace(), SecretStr("sesame-open"), "here", "/", "", "0.1.0")
    assert "sesame" not in repr(job)
    assert pickle.loads(pickle.dumps(job)) == job
