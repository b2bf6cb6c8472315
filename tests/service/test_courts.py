"""Courts: one for each version that is asked for, all of them by the same models."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from cluejudge.api import Judge
from cluejudge.compiled import CompiledConstitution, dump_compiled
from cluejudge.digest import digest
from cluejudge.errors import ConstitutionError, ModelError
from cluejudge.models.protocols import Models
from cluejudge.service.courts import Courts
from cluejudge.service.defaults import DEFAULT, settle
from cluejudge.service.problems import Problem
from cluejudge.service.record import Record
from cluejudge.store.records import StoredConstitution
from cluejudge.store.store import Store
from tests.api.colours import COLOURS
from tests.service.making import Gate, opened


def add(store: Store, constitution: CompiledConstitution) -> StoredConstitution:
    text = dump_compiled(constitution)
    return store.constitutions.add(
        text,
        name=constitution.name,
        label=constitution.version,
        digest=digest(constitution),
        by="test",
    )


def play(
    folder: Path, scene: Callable[[Courts, Store], Awaitable[None]], judge: Judge | None = None
) -> None:
    async def whole() -> None:
        record = Record(opened(folder))
        try:
            judge_ = judge or Judge(COLOURS, model="fake")
            await scene(Courts(judge_, record, "colours", most=2), record.store)
        finally:
            record.close()

    asyncio.run(whole())


NEXT = COLOURS.model_copy(update={"version": "4"})


def test_the_active_version_is_asked_for_unless_another_is(tmp_path: Path) -> None:
    async def scene(courts: Courts, store: Store) -> None:
        first = await courts.court()
        add(store, NEXT)
        assert await courts.court() is first
        second = await courts.court("colours", 2)
        assert (second.version, second.judge.constitution.version) == (2, "4")
        assert second.fingerprint != first.fingerprint
        store.constitutions.activate("colours", 2, "test")
        assert await courts.court("colours") is second
        assert await courts.court("colours", 1) is first

    play(tmp_path, scene)


def test_all_have_the_models_of_the_first(tmp_path: Path) -> None:
    judge = Judge(COLOURS, model="fake")

    async def scene(courts: Courts, store: Store) -> None:
        court = await courts.court()
        assert court.judge.models is judge.models
        assert court.judge._gather is judge._gather

    play(tmp_path, scene, judge)


def test_many_ask_and_one_is_made(tmp_path: Path) -> None:
    async def scene(courts: Courts, store: Store) -> None:
        made = await asyncio.gather(*(courts.court() for _ in range(8)))
        assert all(one is made[0] for one in made)

    play(tmp_path, scene)


def test_those_asked_for_longest_ago_are_forgotten(tmp_path: Path) -> None:
    async def scene(courts: Courts, store: Store) -> None:
        for number in range(4, 8):
            add(store, COLOURS.model_copy(update={"version": str(number)}))
        for version in range(1, 6):
            await courts.court("colours", version)
        assert len(courts._made) == 2

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("name", "version", "said"),
    [("other", None, "no constitution 'other'"), ("colours", 9, "no version 9")],
)
def test_what_is_not_there(tmp_path: Path, name: str, version: int | None, said: str) -> None:
    async def scene(courts: Courts, store: Store) -> None:
        with pytest.raises(Problem) as missing:
            await courts.court(name, version)
        assert missing.value.status_code == 404
        assert said in missing.value.detail

    play(tmp_path, scene)


def test_what_is_not_active(tmp_path: Path) -> None:
    async def scene(courts: Courts, store: Store) -> None:
        add(store, COLOURS.model_copy(update={"name": "asleep"}))
        with pytest.raises(Problem, match="no version of the constitution 'asleep' is active"):
            await courts.court("asleep")

    play(tmp_path, scene)


def test_rules_that_the_models_cannot_be_asked_about(tmp_path: Path) -> None:
    def vet(contents: object) -> None:
        if any("black" in content for content in contents):  # type: ignore[attr-defined]
            raise ModelError("no black")

    red = COLOURS.model_copy(update={"rules": COLOURS.rules[:1]})
    judge = Judge(red, model=Models(name="picky", scorer=Gate(), vet=vet))

    async def scene(courts: Courts, store: Store) -> None:
        with pytest.raises(ConstitutionError, match="only-black"):
            await courts.court()

    play(tmp_path, scene, judge)


def settled(store: Store, wanted: str = DEFAULT) -> tuple[StoredConstitution, Judge]:
    return settle(store.constitutions, wanted, lambda compiled: Judge(compiled, model="fake"))


class TestTheDefault:
    def test_the_built_in_one_is_put_on_record_once(self, tmp_path: Path) -> None:
        with Store.open(str(tmp_path / "record.db")) as store:
            stored, judge = settled(store)
            assert (stored.name, stored.version, stored.active) == (DEFAULT, 1, True)
            assert stored.digest == digest(judge.constitution)
            assert settled(store)[0] == stored
            assert len(store.constitutions.versions(DEFAULT)) == 1

    def test_what_is_active_in_the_record_goes_before_the_built_in_one(
        self, tmp_path: Path
    ) -> None:
        with Store.open(str(tmp_path / "record.db")) as store:
            settled(store)
            other = add(store, COLOURS.model_copy(update={"name": DEFAULT}))
            store.constitutions.activate(DEFAULT, other.version, "test")
            stored, judge = settled(store)
            assert (stored.version, judge.constitution.rules) == (2, COLOURS.rules)

    def test_a_file_becomes_the_active_version(self, tmp_path: Path) -> None:
        path = tmp_path / "rules.yaml"
        path.write_text(dump_compiled(COLOURS))
        with Store.open(str(tmp_path / "record.db")) as store:
            assert settled(store, str(path))[0].version == 1
            path.write_text(dump_compiled(NEXT))
            assert settled(store, str(path))[0].version == 2
            assert settled(store, str(path))[0].version == 2
            assert settled(store, "colours")[0].version == 2
            assert store.constitutions.get("colours").version == 2  # type: ignore[union-attr]

    def test_what_the_models_cannot_be_asked_about_is_not_put_there(self, tmp_path: Path) -> None:
        path = tmp_path / "rules.yaml"
        path.write_text(dump_compiled(COLOURS))

        def refusing(compiled: CompiledConstitution) -> Judge:
            raise ConstitutionError("only-black cannot be asked about")

        with Store.open(str(tmp_path / "record.db")) as store:
            settled(store, str(path))
            path.write_text(dump_compiled(NEXT))
            with pytest.raises(ConstitutionError, match="only-black"):
                settle(store.constitutions, str(path), refusing)
            assert len(store.constitutions.versions("colours")) == 1
