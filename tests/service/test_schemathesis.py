"""The service does what its OpenAPI document says, whatever the document allows to be sent."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from cluejudge.api import Judge
from cluejudge.service.app import create_app
from cluejudge.service.settings import ServiceSettings
from cluejudge.store.records import Scope
from tests.api.colours import COLOURS
from tests.service.making import opened
from tests.service.running import running

BOUNDED = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
"""So many requests for each operation, and the same ones in every run."""

OPEN = {"/health/live", "/health/ready"}
"""What answers without a key."""


TOO_MUCH = "413"
"""More images or bytes than are taken refuse a request too."""

MORE_THAN_A_SCHEMA = {("post", "/v1/constitutions")}
"""What may refuse a body that is as documented: no schema tells that ids differ, for instance."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A running service, and a key that may do all."""

    url: str
    headers: dict[str, str]

    @property
    def operations(self) -> list[schemathesis.APIOperation]:
        schema = schemathesis.openapi.from_url(f"{self.url}/openapi.json")
        schema.config.generation.with_security_parameters = False
        rejecting = schema.config.checks.negative_data_rejection
        rejecting.expected_statuses = [*rejecting.expected_statuses, TOO_MUCH]
        return [found.ok() for found in schema.get_all_operations()]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    store = opened(tmp_path_factory.mktemp("record"))
    _, secret = store.keys.add("all", {Scope.ADMIN})
    app = create_app(ServiceSettings(constitution="colours"), store, Judge(COLOURS, model="fake"))
    with running(app) as url:
        yield Asked(url, {"Authorization": f"Bearer {secret}"})


@pytest.mark.parametrize("mode", GenerationMode)
def test_every_answer_is_as_documented(asked: Asked, mode: GenerationMode) -> None:
    """Right requests are answered and wrong ones refused, in the documented form; none fails."""
    numbers = itertools.count()
    for operation in asked.operations:
        if mode is GenerationMode.NEGATIVE and not _takes_something(operation):
            continue

        @BOUNDED
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case: schemathesis.Case) -> None:
            if mode is GenerationMode.POSITIVE and "Idempotency-Key" in case.headers:
                # The same one for another request is a conflict, which no document can tell.
                case.headers["Idempotency-Key"] = f"request {next(numbers)}"
            # Of the API key, which is always right here, the next test knows.
            excluded = [ignored_auth]
            if (case.method.lower(), case.path) in MORE_THAN_A_SCHEMA:
                excluded.append(positive_data_acceptance)
            case.call_and_validate(headers=asked.headers, excluded_checks=excluded)

        holds()


def test_nothing_but_health_is_answered_without_a_key(asked: Asked) -> None:
    paths = {(operation.method, operation.path) for operation in asked.operations}
    assert len(paths) > len(OPEN)
    for method, path in paths:
        answer = httpx2.request(method, asked.url + path)
        assert (answer.status_code == 200) if path in OPEN else (answer.status_code == 401), path


def _takes_something(operation: schemathesis.APIOperation) -> bool:
    there = (operation.body, operation.query, operation.path_parameters, operation.headers)
    return any(map(bool, there))
