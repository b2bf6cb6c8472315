from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch

from cluejudge.asks import Reason
from cluejudge.errors import ModelError
from cluejudge.mllm.inference.generation import Generator, Stop, Task, Text
from cluejudge.mllm.reasoner import MllmReasoner
from cluejudge.mllm.strategies import Kit
from tests.mllm.kits import CONTENTS, kit_of, picture

ASK = Reason(picture(1), CONTENTS[0], 40)


class Scripted(Generator):
    """Writes what it is told to, then the logits of a label."""

    def __init__(self, kit: Kit, said: str, *, label: str = "yes", ended: bool = False) -> None:
        self.kit, self.said, self.label, self.ended = kit, said, label, ended
        self.tasks: list[Task] = []

    def write(self, tasks: Sequence[Task], stop: Stop, batch_tokens: int) -> list[Text]:
        self.tasks += tasks
        ids = tuple(self.kit.prompts.encode(self.said))
        next_one = torch.zeros(self.kit.backbone.model.config.get_text_config().vocab_size)
        sides = {"yes": self.kit.labels.yes, "no": self.kit.labels.no, "other": (("", 0),)}
        next_one[[token for _, token in sides[self.label]]] = 20.0
        return [Text(() if task.limit == 0 else ids, self.ended, next_one) for task in tasks]


@pytest.fixture
def kit(checkpoint: Callable[[str], Path]) -> Kit:
    return kit_of(checkpoint("llava"))


@pytest.mark.parametrize("said", ["A person.\nAnswer:", "Answer:", "It is there. **Answer:**"])
@pytest.mark.parametrize(("label", "answer"), [("yes", True), ("no", False)])
def test_the_token_behind_the_announcement_is_the_answer(
    kit: Kit, said: str, label: str, answer: bool
) -> None:
    found = MllmReasoner(kit, Scripted(kit, said, label=label, ended=True)).reason([ASK])[0]
    assert found.answer is answer
    assert found.p_yes is not None
    assert (found.p_yes > 0.99) is answer
    assert found.text.startswith(said.strip())


def test_an_answer_that_is_no_label_is_none(kit: Kit) -> None:
    scripted = Scripted(kit, "Hard to say.\nAnswer:", label="other", ended=True)
    found = MllmReasoner(kit, scripted).reason([ASK])[0]
    assert (found.answer, found.p_yes) == (None, None)


def test_a_text_that_is_cut_off_answers_nothing(kit: Kit) -> None:
    scripted = Scripted(kit, "I see a man who", label="yes", ended=False)
    found = MllmReasoner(kit, scripted).reason([ASK])[0]
    assert (found.answer, found.p_yes, found.text) == (None, None, "I see a man who")


def test_a_model_that_ends_without_an_answer_is_asked_for_it(kit: Kit) -> None:
    scripted = Scripted(kit, "I see a man.", label="no", ended=True)
    found = MllmReasoner(kit, scripted).reason([ASK])[0]
    assert found.answer is False
    assert found.text == "I see a man.\n\nAnswer: No"
    first, second = scripted.tasks
    assert second.limit == 0
    assert second.ids == (
        *first.ids,
        *kit.prompts.encode("I see a man."),
        *kit.prompts.encode("\n\nAnswer:"),
    )


def test_the_announcement_has_room_in_what_may_be_written(kit: Kit) -> None:
    scripted = Scripted(kit, "Answer:", ended=True)
    MllmReasoner(kit, scripted).reason([ASK])
    assert 0 < scripted.tasks[0].limit < ASK.max_tokens


def test_a_model_that_fails_answers_nothing(kit: Kit) -> None:
    class Failing(Scripted):
        def write(self, *args: object) -> list[Text]:
            raise RuntimeError("no kernel")

    with pytest.raises(ModelError, match="no kernel"):
        MllmReasoner(kit, Failing(kit, "")).reason([ASK])


def test_memory_that_runs_out_halves_the_batch(kit: Kit) -> None:
    budgets: list[int] = []

    class Hungry(Scripted):
        def write(self, tasks: Sequence[Task], stop: Stop, batch_tokens: int) -> list[Text]:
            budgets.append(batch_tokens)
            if batch_tokens > 1024:
                raise torch.OutOfMemoryError("too much")
            return super().write(tasks, stop, batch_tokens)

    reasoner = MllmReasoner(kit, Hungry(kit, "Answer:", ended=True))
    assert reasoner.reason([ASK])[0].answer
    assert budgets[0] == kit.batch_tokens
    assert max(budgets[-2:]) <= 1024
    assert math.log2(budgets[0] / budgets[-1]).is_integer()


def test_no_room_at_all_is_told(kit: Kit) -> None:
    class Starving(Scripted):
        def write(self, *args: object) -> list[Text]:
            raise torch.OutOfMemoryError("too much")

    with pytest.raises(ModelError, match="ran out of memory"):
        MllmReasoner(kit, Starving(kit, "")).reason([ASK])
