from __future__ import annotations

import hashlib
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from cluejudge.errors import StoreError, UsageError
from cluejudge.store.images import KeptImages
from cluejudge.store.places import Folder
from cluejudge.store.records import EntryKind, Scope
from cluejudge.store.store import Store
from cluejudge.store.tables import entries
from tests.store.conftest import Clock

DAY = 86_400
PICTURE = b"a picture"
SHA = hashlib.sha256(PICTURE).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


@pytest.fixture
def images(store: Store, folder: Path) -> KeptImages:
    return KeptImages(store.database, str(folder), days=30)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def told(store: Store, kind: EntryKind) -> list[tuple[str, dict[str, object]]]:
    query = select(entries.c.subject, entries.c.body).where(entries.c.kind == kind.value)
    with store.database.reading() as connection:
        return [(row.subject, json.loads(row.body)) for row in connection.execute(query)]


def test_an_image_is_kept_under_its_digest_and_read_back(
    store: Store, images: KeptImages, folder: Path
) -> None:
    assert images.on
    assert images.keep(SHA, PICTURE, "image/png")
    assert images.read(SHA) == PICTURE
    assert [path.name for path in files(folder)] == [SHA]
    kept = images.find(SHA)
    assert kept is not None
    assert (kept.mime, kept.size) == ("image/png", len(PICTURE))
    assert told(store, EntryKind.IMAGE_KEPT) == [
        (SHA, {"size": len(PICTURE), "mime": "image/png", "days": 30})
    ]


def test_only_the_owner_may_read_what_is_kept(images: KeptImages, folder: Path) -> None:
    images.keep(SHA, PICTURE, "image/png")
    (file,) = files(folder)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_without_a_place_nothing_is_kept(store: Store) -> None:
    assert not store.images.on
    assert not store.images.keep(SHA, PICTURE, "image/png")
    assert store.images.read(SHA) is None
    assert not store.images.pin(SHA)
    assert store.images.purge() == 0
    assert told(store, EntryKind.IMAGE_KEPT) == []


def test_what_is_kept_under_another_digest_is_refused(images: KeptImages, folder: Path) -> None:
    with pytest.raises(ValueError, match="its own sha256"):
        images.keep(SHA, b"another", "image/png")
    assert files(folder) == []
    for name in ("", "../etc/passwd", SHA.upper(), SHA[:-1], "\x00"):
        assert images.read(name) is None
        assert images.find(name) is None
        assert not images.pin(name)


def test_an_image_expires_and_is_purged(
    store: Store, images: KeptImages, folder: Path, clock: Clock
) -> None:
    images.keep(SHA, PICTURE, "image/png")
    clock.pass_by(30 * DAY - 60)
    assert images.purge() == 0
    assert images.read(SHA) == PICTURE
    clock.pass_by(120)
    assert images.read(SHA) is None
    assert images.find(SHA) is None
    assert files(folder)
    assert images.purge() == 1
    assert files(folder) == []
    assert images.purge() == 0
    assert [subject for subject, _ in told(store, EntryKind.IMAGE_PURGED)] == [SHA]


def test_an_image_that_comes_again_is_kept_for_longer(
    store: Store, images: KeptImages, clock: Clock
) -> None:
    images.keep(SHA, PICTURE, "image/png")
    clock.pass_by(20 * DAY)
    images.keep(SHA, PICTURE, "image/png")
    clock.pass_by(20 * DAY)
    assert images.purge() == 0
    assert images.read(SHA) == PICTURE
    assert len(told(store, EntryKind.IMAGE_KEPT)) == 1


def test_a_time_of_purging_can_be_given(images: KeptImages) -> None:
    images.keep(SHA, PICTURE, "image/png")
    assert images.purge(datetime(2026, 2, 1, tzinfo=UTC)) == 0
    assert images.purge(datetime(2027, 1, 1, tzinfo=UTC)) == 1


def test_what_is_pinned_stays_until_it_is_unpinned(images: KeptImages, clock: Clock) -> None:
    images.keep(SHA, PICTURE, "image/png")
    assert images.pin(SHA)
    images.keep(SHA, PICTURE, "image/png")
    clock.pass_by(1000 * DAY)
    assert images.purge() == 0
    assert images.read(SHA) == PICTURE
    images.unpin(SHA)
    clock.pass_by(31 * DAY)
    assert images.purge() == 1
    assert not images.pin(SHA)


def test_no_image_is_overwritten(images: KeptImages, folder: Path) -> None:
    images.keep(SHA, PICTURE, "image/png")
    (file,) = files(folder)
    before = file.stat()
    images.keep(SHA, PICTURE, "image/png")
    after = file.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_an_image_that_was_changed_is_told_and_not_given(images: KeptImages, folder: Path) -> None:
    images.keep(SHA, PICTURE, "image/png")
    files(folder)[0].write_bytes(b"another")
    with pytest.raises(StoreError, match="is not what was kept"):
        images.read(SHA)


def test_an_image_whose_file_is_gone_is_not_there_and_can_be_kept_again(
    images: KeptImages, folder: Path, clock: Clock
) -> None:
    images.keep(SHA, PICTURE, "image/png")
    files(folder)[0].unlink()
    assert images.read(SHA) is None
    images.keep(SHA, PICTURE, "image/png")
    assert images.read(SHA) == PICTURE
    files(folder)[0].unlink()
    clock.pass_by(31 * DAY)
    assert images.purge() == 1


def test_what_was_kept_expires_though_images_are_kept_elsewhere_or_no_more(
    store: Store, images: KeptImages, folder: Path, tmp_path: Path, clock: Clock
) -> None:
    images.keep(SHA, PICTURE, "image/png")
    elsewhere = KeptImages(store.database, str(tmp_path / "new"), days=30)
    assert elsewhere.read(SHA) == PICTURE
    assert store.images.read(SHA) == PICTURE
    clock.pass_by(31 * DAY)
    assert store.images.purge() == 1
    assert files(folder) == []


def test_a_folder_may_be_moved(store: Store, images: KeptImages, folder: Path) -> None:
    images.keep(SHA, PICTURE, "image/png")
    moved = folder.rename(folder.with_name("moved"))
    assert KeptImages(store.database, str(moved)).read(SHA) == PICTURE
    assert not folder.exists()


def test_one_that_cannot_be_removed_keeps_none_of_the_others(
    store: Store, images: KeptImages, folder: Path, clock: Clock
) -> None:
    images.keep(SHA, PICTURE, "image/png")
    (stuck,) = files(folder)
    stuck.unlink()
    stuck.mkdir()
    others = [b"%d" % number for number in range(3)]
    for data in others:
        images.keep(hashlib.sha256(data).hexdigest(), data, "image/png")
    clock.pass_by(31 * DAY)
    with pytest.raises(StoreError, match="1 kept images have expired and could not be removed"):
        images.purge()
    assert files(folder) == []
    assert len(told(store, EntryKind.IMAGE_PURGED)) == 3
    assert not images.keep(SHA, PICTURE, "image/png")
    assert not images.pin(SHA)
    assert images.find(SHA) is None
    stuck.rmdir()
    assert images.purge() == 1
    assert images.keep(SHA, PICTURE, "image/png")
    assert images.read(SHA) == PICTURE


def test_a_place_that_does_not_answer_keeps_nobody_from_the_record(
    store: Store, images: KeptImages, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    images.keep(SHA, PICTURE, "image/png")
    clock.pass_by(31 * DAY)
    during: list[bool] = []

    def deleting(place: Folder, name: str) -> None:
        during.append(images.keep(name, PICTURE, "image/png"))
        store.keys.add("meanwhile", [Scope.JUDGE])

    monkeypatch.setattr(Folder, "delete", deleting)
    assert images.purge() == 1
    assert during == [False]
    assert [key.name for key in store.keys.list()] == ["meanwhile"]


def test_what_a_stopped_writer_left_is_swept_out(images: KeptImages, folder: Path) -> None:
    images.keep(SHA, PICTURE, "image/png")
    old, new = (folder / SHA[:2] / f"{SHA}.{name}.part" for name in ("old", "new"))
    for half in (old, new):
        half.write_bytes(b"half")
    os.utime(old, (0, 0))
    images.purge()
    assert not old.exists()
    assert new.exists()
    assert images.read(SHA) == PICTURE


def test_many_may_keep_the_same_image_at_once(
    store: Store, images: KeptImages, folder: Path
) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: images.keep(SHA, PICTURE, "image/png"), range(16)))
    assert [path.name for path in files(folder)] == [SHA]
    assert len(told(store, EntryKind.IMAGE_KEPT)) == 1


def test_an_image_that_cannot_be_written_is_told(images: KeptImages, folder: Path) -> None:
    (folder / SHA[:2]).write_bytes(b"in the way")
    with pytest.raises(StoreError, match=r"cannot be reached: .*is there room"):
        images.keep(SHA, PICTURE, "image/png")


@pytest.mark.parametrize("days", [0, -1, float("nan"), float("inf")])
def test_days_that_are_none(store: Store, days: float) -> None:
    with pytest.raises(UsageError, match="days"):
        KeptImages(store.database, None, days=days)
