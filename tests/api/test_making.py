"""What a judge is made of, and what is refused before the first image."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from cluejudge import Judge
from cluejudge.compiled import dump_compiled, load_compiled
from cluejudge.errors import ConstitutionError, ModelError, UsageError
from cluejudge.models import fake
from cluejudge.models.protocols import Models
from cluejudge.settings import GroupQuestion, Method
from cluejudge.verdict import Outcome
from tests.api.colours import COLOURS, UNSAFE, Counting


class TestMaking:
    def test_a_constitution_may_be_a_file(self, tmp_path: Path) -> None:
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
