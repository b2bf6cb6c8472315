import io

from cluejudge.batch.summary import ErrorCount, RuleCount, Spent, Summary
from cluejudge.cli import batch_table
from cluejudge.cli.terminal import Terminal
from cluejudge.verdict import Outcome

SPENT = Spent(judged=1200, seconds=600, judges=2, busy=1200, models=900, waiting=60)
FOUND = Summary(
    images=2000,
    duplicates=3,
    outcomes={Outcome.UNSAFE: 150, Outcome.ERROR: 50, Outcome.SAFE: 1800, Outcome.ABSTAIN: 0},
    rules={
        "fire": RuleCount(violated=150, unsure=2, not_judged=7),
        "knives": RuleCount(not_judged=7),
        "drugs": RuleCount(not_judged=8),
    },
    actions={"block": 150},
    errors={"truncated": ErrorCount(count=50, examples=("a.png", "b\x1b[31m.png"))},
    last_run=SPENT,
)


def shown(found: Summary) -> str:
    file = io.StringIO()
    Terminal(file, {}).show(batch_table.summary(found))
    return file.getvalue()


def test_everything_is_told() -> None:
    text = shown(FOUND)
    for line in (
        "2000 images: 150 unsafe, 50 error, 1800 safe",
        "3 have the bytes of an earlier one",
        "actions: block 150",
        "this run judged 1200 of 2000 images in 10:00 min, 2.0 a second: 75% in the models, "
        "5% waiting for images, 20% else",
        r"a.png, b\x1b[31m.png",
    ):
        assert line in text
    assert "knives" not in text
    assert "drugs" in text
    assert "\x1b" not in text


def test_what_there_is_nothing_to_say_of_has_no_line() -> None:
    assert shown(Summary(images=1, outcomes={Outcome.SAFE: 1})) == "1 image: 1 safe\n"
    nothing_new = FOUND.model_copy(update={"last_run": SPENT.model_copy(update={"judged": 0})})
    assert "a second" not in shown(nothing_new)


def test_hours_are_told_as_hours() -> None:
    long = FOUND.model_copy(update={"last_run": Spent(judged=2000, seconds=4000.6, busy=4000)})
    assert "judged in 1:06:41, 0.5 a second: 0% in the models" in shown(long)
