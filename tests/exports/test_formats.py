"""What holds for every format: nothing undecided is safe, and all is JSON."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from cluejudge.cli import export as command
from cluejudge.exports.formats import FORMATS
from cluejudge.exports.rows import Row
from cluejudge.service.api.exporting import Format
from cluejudge.store.records import Answer
from cluejudge.verdict import Outcome, RuleOutcome
from tests.exports.rows import abstained, failed, review, safe, unsafe

AGREE_ABSTAIN = review(Answer.AGREE, Outcome.ABSTAIN)
AGREE_ERROR = review(Answer.AGREE, Outcome.ERROR)
STILL_OPEN = review(Answer.OVERRULE, Outcome.ABSTAIN, fire=RuleOutcome.CLEARED)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "undecided",
    [
        abstained(),
        failed(),
        abstained(review=AGREE_ABSTAIN),
        abstained(review=STILL_OPEN),
        failed(review=AGREE_ERROR),
    ],
)
def test_what_was_not_decided_is_never_called_safe(name: str, undecided: Row) -> None:
    assert "safe" not in json.dumps(FORMATS[name](undecided)).lower()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("row", [safe(), unsafe(), abstained(), failed()])
def test_it_goes_to_json_and_back(name: str, row: Row) -> None:
    told = FORMATS[name](row)
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def test_api_and_command_line_know_the_same_formats() -> None:
    assert get_args(Format) == command.FORMATS == tuple(FORMATS)
