from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from cluejudge.bench.methods.remembering import Clock
from cluejudge.bench.samples import Sample, Truth
from cluejudge.bench.session import Session, SharedModels, open_session
from cluejudge.builtin import find_constitution
from cluejudge.compiled import CompiledConstitution
from cluejudge.errors import CluejudgeWarning, ImageError, UsageError
from cluejudge.models import fake
from cluejudge.models.protocols import Models
from cluejudge.settings import Method, Thresholds
from cluejudge.verdict import Outcome
from tests.bench.methods.test_clue import RULES, SAMPLES


@dataclass
class Suite:
    """The images of the tests of CLUE."""

    name: str = "colours"
    card: Mapping[str, str] = field(default_factory=lambda: {"digest": "1"})
    constitution: CompiledConstitution | None = RULES
    drawn: Sequence[Sample] = SAMPLES

    def samples(self, *, limit: int | None, seed: int) -> Sequence[Sample]:
        return self.drawn[:limit]


class Loading:
    """Loads the fake models, and counts how often."""

    count = 0

    def __call__(self) -> Models:
        self.count += 1
        return fake.load()


OTHER = (replace(SAMPLES[0], read=lambda: b"another picture"), *SAMPLES[1:])


def opened(out: Path, *methods: str, suite: Suite | None = None, **more: object) -> Session:
    load = more.pop("load", fake.load)
    return open_session(suite or Suite(), out, methods, load, model="fake", **more)  # type: ignore[arg-type]


def test_a_session_runs_and_goes_on(tmp_path: Path) -> None:
    with opened(tmp_path, "clue", "no-debias") as session:
        assert session.total == 10
        assert session.run() == 10
    again = opened(tmp_path, "clue", "no-debias", "half")
    assert again.run() == 5
    assert list(again.folder.config().methods) == ["clue", "no-debias", "half"]
    assert len(again.folder.environment()) == 2


def test_models_are_loaded_once_and_only_if_a_method_asks_them() -> None:
    loading = Loading()
    models = SharedModels(loading, Clock())
    assert models.card == {}
    assert models() is models()
    assert loading.count == 1
    assert models.card["name"] == "fake"


def test_all_methods_share_the_models(tmp_path: Path) -> None:
    loading = Loading()
    session = opened(tmp_path, "clue", "no-debias", "half", load=loading)
    assert loading.count == 1
    assert session.folder.config().models["name"] == "fake"


def test_what_it_is_a_run_of_is_recorded(tmp_path: Path) -> None:
    thresholds, method = Thresholds(prior_high=0.5), Method(region=False)
    session = opened(
        tmp_path, "clue", "no-region", thresholds=thresholds, method=method, limit=2, seed=4
    )
    config = session.folder.config()
    assert (config.suite, config.count, config.limit, config.seed) == ("colours", 2, 2, 4)
    assert (config.thresholds, config.method) == (thresholds, method)
    assert config.constitution.startswith("colours")
    assert list(config.methods) == ["clue"]
    assert list(config.not_applicable) == list(session.not_applicable) == ["no-region"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"limit": 3}, "limit was none, now 3"),
        ({"thresholds": Thresholds(region=0.1)}, "thresholds.region was 0.6, now 0.1"),
        ({"constitution": find_constitution("pictogram")}, "constitution was colours"),
        ({"suite": Suite(card={"digest": "2"})}, "suite digest was 1, now 2"),
        ({"suite": Suite(drawn=SAMPLES[::-1])}, "the images are in another order"),
        ({"suite": Suite(drawn=OTHER)}, "other pictures: 1, such as safe"),
    ],
)
def test_another_run_in_the_same_folder_is_refused(
    tmp_path: Path, changes: dict[str, object], told: str
) -> None:
    opened(tmp_path, "half").run()
    before = (tmp_path / "config.json").read_bytes()
    with pytest.raises(UsageError, match="holds another run") as caught:
        opened(tmp_path, "half", **changes)  # type: ignore[arg-type]
    assert told in str(caught.value)
    assert (tmp_path / "config.json").read_bytes() == before


def test_no_method_that_is_applicable_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no-region: it is the same as `clue`"):
        opened(tmp_path / "run", "no-region", method=Method(region=False))
    with pytest.raises(UsageError, match="no method is named"):
        opened(tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_the_rules_may_be_given(tmp_path: Path) -> None:
    session = opened(tmp_path, "half", suite=Suite(constitution=None), constitution=RULES)
    assert session.folder.config().constitution_digest
    with pytest.raises(UsageError, match="--constitution"):
        opened(tmp_path / "other", "half", suite=Suite(constitution=None))


def test_edits_are_judged_too(tmp_path: Path) -> None:
    session = opened(tmp_path, "half", edits=["inversion", "inversion"])
    assert session.total == 10
    assert session.run() == 10
    assert session.folder.config().edits == ("inversion",)
    assert len(session.folder.edited("half", "inversion")) == 5
    with pytest.raises(UsageError, match="inversion"):
        opened(tmp_path, "half", edits=["invresion"])


def test_an_id_that_is_no_text_is_spelled_out(tmp_path: Path) -> None:
    suite = Suite(drawn=[replace(SAMPLES[0], id="half \udcff")])
    session = opened(tmp_path, "half", suite=suite)
    session.run()
    assert [one.id for one in session.folder.predictions("half")] == ["half \\udcff"]


def test_labels_of_rules_that_there_are_not_are_warned_of(tmp_path: Path) -> None:
    labelled = replace(SAMPLES[0], truth=Truth(True, frozenset({"yellow", "dogs", "cats"})))
    with pytest.warns(CluejudgeWarning, match=r"colours lacks.*: cats, dogs$"):
        opened(tmp_path, "half", suite=Suite(drawn=[labelled]))


def test_two_labels_of_one_picture_are_warned_of(tmp_path: Path) -> None:
    twins = [replace(SAMPLES[0], id=name, truth=Truth(name == "b")) for name in ("a", "b")]
    with pytest.warns(CluejudgeWarning, match=r"such as a \(safe\) and b \(unsafe\)"):
        opened(tmp_path, "half", suite=Suite(drawn=twins))


def test_where_answers_are_kept_is_no_part_of_what_is_run(tmp_path: Path) -> None:
    with opened(tmp_path, "half", options={"cache": "/home/me/answers", "dtype": "x"}) as session:
        assert session.folder.config().options == {"dtype": "x"}
    opened(tmp_path, "half", options={"cache": "none", "dtype": "x"}).close()
    with pytest.raises(UsageError, match=r"options\.dtype was x, now y"):
        opened(tmp_path, "half", options={"dtype": "y"})


def test_a_folder_takes_one_session_at_a_time(tmp_path: Path) -> None:
    loading = Loading()
    with opened(tmp_path, "half") as session:
        with pytest.raises(UsageError, match="being written into by process"):
            opened(tmp_path, "no-debias", load=loading)
        assert loading.count == 0
        session.run()
    assert list(session.folder.config().methods) == ["half"]
    assert opened(tmp_path, "no-debias").run() == 5


def test_a_session_that_could_not_be_opened_leaves_the_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        opened(tmp_path, "haf")
    assert "half" in str(caught.value)
    assert opened(tmp_path, "half").run() == 5


def test_an_image_that_cannot_be_read_may_not_come_back_unnoticed(tmp_path: Path) -> None:
    def gone() -> bytes:
        raise ImageError("missing", "it is not there")

    broken = (replace(SAMPLES[0], read=gone), *SAMPLES[1:])
    with opened(tmp_path, "half", suite=Suite(drawn=broken)) as session:
        session.run()
        assert session.folder.predictions("half")[0].outcome is Outcome.ERROR
    with pytest.raises(UsageError, match="other pictures: 1, such as safe"):
        opened(tmp_path, "half")
