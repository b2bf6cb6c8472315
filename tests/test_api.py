from __future__ import annotations

import asyncio
import io
import random
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PIL import Image

from cluejudge import Judge, Verdict
from cluejudge.api import Source
from cluejudge.asks import Score, YesNo
from cluejudge.compiled import CompiledConstitution, load_compiled
from cluejudge.digest import digest
from cluejudge.errors import ConstitutionError, ModelError, UsageError
from cluejudge.models import fake
from cluejudge.models.protocols import Models
from cluejudge.settings import Budget, GroupQuestion, Limits, Method, Thresholds
from cluejudge.verdict import Outcome, RuleOutcome

COLOURS = load_compiled(
    """
name: colours
version: "3"
rules:
  - id: red-on-blue
    text: red on blue
    severity: high
    action: review
    chain:
      - {text: a red thing, objects: red}
      - {text: a blue ground, objects: blue}
  - id: only-black
    text: black without any white
    chain:
      - {text: black, objects: black}
      - {text: white, objects: white, negated: true}
"""
)


def picture(ground: str, colour: str, side: int = 30) -> Image.Image:
    image = Image.new("RGB", (60, 60), ground)
    image.paste(colour, (0, 0, side, side))
    return image


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


UNSAFE, SAFE = png(picture("blue", "red")), png(picture("white", "yellow"))
NOISE = png(Image.frombytes("RGB", (60, 60), random.Random(0).randbytes(60 * 60 * 3)))
BROKEN = UNSAFE[:60]


@pytest.fixture
def judge() -> Judge:
    return Judge(COLOURS, model="fake")


def test_an_unsafe_image(judge: Judge, tmp_path: Path) -> None:
    path = tmp_path / "flag.png"
    path.write_bytes(UNSAFE)
    verdict = judge.judge(path)
    assert verdict.outcome is Outcome.UNSAFE
    assert (verdict.violated, verdict.action) == (("red-on-blue",), "review")
    assert verdict.image == str(path)
    assert verdict.record
    assert (verdict.record.width, verdict.record.format) == (60, "PNG")
    assert verdict == judge.judge(str(path))


def test_the_record_says_by_what_it_was_judged() -> None:
    thresholds, method, budget = Thresholds(region=0.5), Method(relevance=False), Budget(asks=99)
    judge = Judge(COLOURS, model="fake", thresholds=thresholds, method=method, budget=budget)
    verdict = judge.judge(SAFE, name="ground")
    assert (verdict.image, verdict.outcome) == ("ground", Outcome.SAFE)
    assert verdict.constitution == "colours 3"
    assert verdict.constitution_digest == digest(COLOURS)
    assert verdict.models["name"] == "fake"
    assert "not a model" in verdict.models["fake"]
    assert (verdict.thresholds, verdict.method, verdict.budget) == (thresholds, method, budget)
    assert verdict.cost.asks > 0
    assert [one.rule_id for one in verdict.rules] == ["red-on-blue", "only-black"]


@pytest.mark.parametrize("data", [UNSAFE, SAFE, NOISE, BROKEN])
def test_json_goes_both_ways(judge: Judge, data: bytes) -> None:
    verdict = judge.judge(data)
    assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict
    assert Verdict.model_validate(verdict.model_dump()) == verdict


def test_what_the_models_do_not_know_abstains(judge: Judge) -> None:
    verdict = judge.judge(NOISE)
    assert (verdict.outcome, verdict.code) == (Outcome.ABSTAIN, "unknown_image")
    assert {one.outcome for one in verdict.rules} == {RuleOutcome.NOT_JUDGED}


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (BROKEN, "truncated"),
        (b"", "empty"),
        (b"hello", "unknown_type"),
        ("nowhere.png", "missing"),
        (Path("/"), "directory"),
    ],
)
def test_what_cannot_be_read_is_an_error_and_no_exception(
    judge: Judge, source: Source, code: str
) -> None:
    verdict = judge.judge(source)
    assert (verdict.outcome, verdict.code) == (Outcome.ERROR, code)
    assert verdict.reason
    assert verdict.constitution_digest
    assert not verdict.rules


def test_limits_apply() -> None:
    verdict = Judge(COLOURS, model="fake", limits=Limits(max_side=50)).judge(SAFE)
    assert verdict.code == "side_too_long"


def test_every_frame_is_judged(judge: Judge) -> None:
    frames = [picture("white", "yellow", side) for side in (30, 31, 32)]
    buffer = io.BytesIO()
    frames[0].save(
        buffer, "PNG", save_all=True, append_images=[*frames[1:], picture("blue", "red")]
    )
    verdict = judge.judge(buffer.getvalue())
    assert verdict.outcome is Outcome.UNSAFE
    assert len(verdict.views) == 4
    assert [one.outcome for one in verdict.views].count(Outcome.SAFE) == 3
    assert verdict.rules[0].view == verdict.views[3].view


def test_a_name_that_is_no_text_can_be_recorded(judge: Judge, tmp_path: Path) -> None:
    path = Path(str(tmp_path) + "/caf\udce9.png")
    verdict = judge.judge(path)
    assert verdict.image.endswith(r"caf\udce9.png")
    verdict.model_dump_json()


class TestMany:
    def test_verdicts_come_in_order_and_are_those_of_one_by_one(self, judge: Judge) -> None:
        sources = [UNSAFE, BROKEN, SAFE, NOISE, UNSAFE, b""] * 3
        alone = [judge.judge(source) for source in sources]
        many = list(judge.judge_many(sources, in_flight=3))
        assert [one.model_copy(update={"image": ""}) for one in many] == [
            one.model_copy(update={"image": ""}) for one in alone
        ]
        assert [one.image for one in many][:2] == ["input 1", "input 2"]

    def test_paths_keep_their_names(self, judge: Judge, tmp_path: Path) -> None:
        for name in ("a.png", "b.png"):
            (tmp_path / name).write_bytes(SAFE)
        paths = sorted(tmp_path.iterdir())
        assert [one.image for one in judge.judge_many(paths)] == [str(path) for path in paths]

    def test_progress_is_told(self, judge: Judge) -> None:
        told: list[tuple[int, int | None]] = []
        for done, _ in enumerate(
            judge.judge_many([SAFE, BROKEN], progress=lambda *at: told.append(at)), 1
        ):
            assert told[-1] == (done, 2)
        list(judge.judge_many(iter([SAFE]), progress=lambda *at: told.append(at)))
        assert told == [(1, 2), (2, 2), (1, None)]

    def test_sources_are_taken_as_they_are_needed(self, judge: Judge) -> None:
        taken = 0

        def sources() -> Iterator[bytes]:
            nonlocal taken
            while True:
                taken += 1
                yield SAFE

        verdicts = judge.judge_many(sources(), in_flight=2)
        next(verdicts)
        assert taken == 2

    @pytest.mark.parametrize("one", ["photo.png", Path("photo.png"), b"photo"])
    def test_one_source_is_not_many(self, judge: Judge, one: str | Path | bytes) -> None:
        with pytest.raises(UsageError, match="use judge for one"):
            judge.judge_many(one)  # type: ignore[arg-type]

    def test_nothing_in_flight_is_refused_at_once(self, judge: Judge) -> None:
        with pytest.raises(UsageError, match="in_flight is 0"):
            judge.judge_many([SAFE], in_flight=0)

    def test_questions_of_many_images_are_merged(self) -> None:
        scorer = Counting()
        judge = Judge(COLOURS, model=Models("m", scorer))
        images = [png(picture("white", "yellow", side)) for side in range(10, 20)]
        list(judge.judge_many(images, in_flight=5))
        assert scorer.calls == 2


class Counting:
    """A scorer that says No, and counts its calls."""

    def __init__(self) -> None:
        self.calls = 0
        self.threads: set[str] = set()

    def score(self, asks: Sequence[Score]) -> list[YesNo]:
        self.calls += 1
        self.threads.add(threading.current_thread().name)
        return [YesNo(-4.0, -0.02) if ask.image else YesNo(-0.7, -0.7) for ask in asks]


class TestAsync:
    def test_it_finds_the_same(self, judge: Judge) -> None:
        for source in (UNSAFE, SAFE, NOISE, BROKEN):
            assert asyncio.run(judge.ajudge(source)) == judge.judge(source)

    def test_models_do_not_work_in_the_event_loop(self) -> None:
        scorer = Counting()
        asyncio.run(Judge(COLOURS, model=Models("m", scorer)).ajudge(SAFE, name="x"))
        assert threading.current_thread().name not in scorer.threads

    def test_images_at_the_same_time_share_calls(self) -> None:
        scorer = Counting()
        judge = Judge(COLOURS, model=Models("m", scorer))
        images = [png(picture("white", "yellow", side)) for side in range(10, 20)]

        async def run() -> list[Verdict]:
            return await asyncio.gather(*map(judge.ajudge, images))

        verdicts = asyncio.run(run())
        assert {one.outcome for one in verdicts} == {Outcome.SAFE}
        assert scorer.calls < len(images)


class TestMaking:
    def test_a_constitution_may_be_a_file(self, tmp_path: Path) -> None:
        from cluejudge.compiled import dump_compiled

        path = tmp_path / "colours.yaml"
        path.write_text(dump_compiled(COLOURS), "utf-8")
        for given in (path, str(path)):
            assert Judge(given, model="fake").constitution == COLOURS

    def test_a_built_in_one_is_the_default(self) -> None:
        assert Judge(model="fake").constitution.name == "pictogram"

    def test_what_cannot_be_used_is_refused_at_once(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="did you mean"):
            Judge("pictograms", model="fake")
        with pytest.raises(UsageError, match="no model 'fakes'"):
            Judge(COLOURS, model="fakes")
        broken = tmp_path / "broken.yaml"
        broken.write_text("name: [")
        with pytest.raises(ConstitutionError, match=r"broken\.yaml"):
            Judge(broken, model="fake")

    def test_models_may_be_given(self) -> None:
        judge = Judge(COLOURS, model=fake.load())
        assert judge.judge(UNSAFE).outcome is Outcome.UNSAFE

    def test_options_go_to_models_that_take_some(self) -> None:
        with pytest.raises(UsageError, match="model 'fake' takes no options"):
            Judge(COLOURS, model="fake", options={"dtype": "float16"})
        with pytest.raises(UsageError, match="these models are loaded"):
            Judge(COLOURS, model=fake.load(), options={"dtype": "float16"})

    def test_a_constitution_is_read_before_models_are_loaded(self) -> None:
        with pytest.raises(UsageError, match="did you mean 'pictogram'"):
            Judge("pictograms", model="fakes")


class TestVetting:
    """Rules that the models cannot be asked about are refused when the judge is made."""

    def vetting(self, *refused: str) -> tuple[Models, list[str]]:
        seen: list[str] = []

        def vet(contents: Sequence[str]) -> None:
            seen.extend(contents)
            for content in contents:
                if content in refused:
                    raise ModelError(f"cannot ask about {content}", hint="write it differently")

        return Models("m", Counting(), vet=vet), seen

    def test_every_content_that_would_be_asked_is_seen(self) -> None:
        models, seen = self.vetting()
        Judge(COLOURS, model=models)
        assert sorted(seen) == ["a blue ground", "a red thing", "black", "white"]

    def test_groups_that_are_asked_as_one_are_seen_as_one(self) -> None:
        models, seen = self.vetting()
        wide = load_compiled("name: w\nrules: [{id: r, text: t, chain: [{any_of: [a, b]}]}]")
        Judge(wide, model=models, method=Method(group_question=GroupQuestion.WHOLE))
        assert seen == ["a or b"]

    def test_each_rule_that_cannot_be_asked_is_named(self) -> None:
        models, _ = self.vetting("a blue ground", "white")
        with pytest.raises(ConstitutionError) as raised:
            Judge(COLOURS, model=models)
        first, second = raised.value.problems
        assert str(first) == (
            "rule `red-on-blue` cannot be judged by m: cannot ask about a blue ground "
            "(write it differently)"
        )
        assert "rule `only-black`" in str(second)


def test_a_model_that_is_out_of_order_is_an_error() -> None:
    class Broken:
        def score(self, asks: Sequence[Score]) -> list[YesNo]:
            raise ModelError("out of memory", retryable=True)

    verdict = Judge(COLOURS, model=Models("m", Broken())).judge(SAFE)
    assert (verdict.outcome, verdict.code) == (Outcome.ERROR, "model_failed")
    assert "out of memory" in verdict.reason


def test_a_budget_ends_in_abstain() -> None:
    verdict = Judge(COLOURS, model="fake", budget=Budget(asks=3)).judge(UNSAFE)
    assert (verdict.outcome, verdict.code) == (Outcome.ABSTAIN, "budget")
    assert verdict.cost.asks <= 3


def test_time_is_told_by_the_clock_given() -> None:
    times = iter(range(100))
    judge = Judge(COLOURS, model="fake", budget=Budget(seconds=1.5), now=lambda: float(next(times)))
    assert judge.judge(UNSAFE).code == "budget"


def test_the_order_of_rules_is_that_of_the_constitution() -> None:
    turned = CompiledConstitution(**{**dict(COLOURS), "rules": COLOURS.rules[::-1]})
    verdict = Judge(turned, model="fake").judge(UNSAFE)
    assert [one.rule_id for one in verdict.rules] == ["only-black", "red-on-blue"]
    assert verdict.views == Judge(COLOURS, model="fake").judge(UNSAFE).views
