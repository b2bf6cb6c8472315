"""Times sort as text, and ids sort by the time they were made."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cluejudge.errors import UsageError
from cluejudge.store.ids import new_id
from cluejudge.store.times import instant, stamp, utcnow

moments = some.datetimes(
    min_value=datetime(1971, 1, 1), max_value=datetime(9000, 1, 1), timezones=some.timezones()
)


@given(moments, moments)
def test_times_sort_as_text(one: datetime, other: datetime) -> None:
    assert (stamp(one) < stamp(other)) == (one.astimezone(UTC) < other.astimezone(UTC))
    assert len(stamp(one)) == 27


@given(moments)
def test_a_time_is_read_back(moment: datetime) -> None:
    assert instant(stamp(moment)) == stamp(moment)
    assert instant(moment.astimezone(UTC).isoformat()) == stamp(moment)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-01-31", "2026-01-31T00:00:00.000000Z"),
        ("2026-01-31T09:05", "2026-01-31T09:05:00.000000Z"),
        ("2026-01-31T09:05:00.5Z", "2026-01-31T09:05:00.500000Z"),
        ("2026-01-31T09:05:00+02:00", "2026-01-31T07:05:00.000000Z"),
    ],
)
def test_times_as_people_write_them(text: str, time: str) -> None:
    assert instant(text) == time


@pytest.mark.parametrize(
    "text", ["", "now", "2026", "2026-02-30", "31.1.2026", "2026-01-31T25:00", "1769850300"]
)
def test_what_is_no_time_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="no date and no time"):
        instant(text)


@given(some.text())
def test_any_text_is_a_time_or_is_told(text: str) -> None:
    with suppress(UsageError):
        assert len(instant(text)) == 27


def test_now_has_a_zone() -> None:
    assert utcnow().utcoffset() == timedelta(0)


def test_an_id_is_a_uuid_of_its_time() -> None:
    moment = datetime(2026, 1, 31, 9, 5, tzinfo=timezone(timedelta(hours=2)))
    prefix, _, digits = new_id("dec", moment).partition("_")
    uuid = UUID(digits)
    assert prefix == "dec"
    assert (uuid.version, uuid.variant) == (7, RFC_4122)
    assert uuid.int >> 80 == moment.timestamp() * 1000


def test_ids_sort_by_time_and_are_all_different() -> None:
    start = datetime(2026, 1, 31, tzinfo=UTC)
    ids = [new_id("dec", start + timedelta(milliseconds=each)) for each in range(100)]
    assert ids == sorted(ids)
    assert len({new_id("dec", start) for _ in range(1000)}) == 1000
