import hashlib
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from cluejudge.batch.contact.sample import Candidate, Lowest, Pick, chosen
from cluejudge.verdict import Outcome


def digest(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def candidate(number: int, outcome: Outcome, *names: str) -> Candidate:
    return Candidate(outcome, names, Pick(0, number, digest(number)))


@given(st.lists(st.integers(0, 30)), st.integers(0, 12))
def test_the_lowest_of_all_with_their_copies(numbers: Sequence[int], most: int) -> None:
    sample = Lowest(most)
    for row, number in enumerate(numbers):
        sample.add(Pick(0, row, digest(number)))
    expected = sorted({digest(number) for number in numbers})[:most]
    picks = sample.picks()
    assert [pick.sha256 for pick in picks] == expected
    for pick in picks:
        same = [row for row, number in enumerate(numbers) if digest(number) == pick.sha256]
        assert (pick.row, pick.copies) == (same[0], len(same))


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_unsafe_first_and_some_room_for_those_that_abstained(
    unsafe: int, abstained: int, most: int
) -> None:
    rows = [candidate(number, Outcome.UNSAFE, "a") for number in range(unsafe)]
    rows += [candidate(100 + number, Outcome.ABSTAIN, "b") for number in range(abstained)]
    picks = chosen(rows, most)
    assert list(picks) == [Outcome.UNSAFE, Outcome.ABSTAIN]
    assert sum(map(len, picks.values())) == min(most, unsafe + abstained)
    assert len(picks[Outcome.ABSTAIN]) >= min(abstained, most // 4)
    assert len(picks[Outcome.UNSAFE]) >= min(unsafe, most - most // 4)


def test_a_rare_rule_is_not_lost_among_the_others() -> None:
    rows = [candidate(number, Outcome.UNSAFE, "common") for number in range(500)]
    rows += [candidate(1000 + number, Outcome.UNSAFE, "rare") for number in range(2)]
    rows += [candidate(2000, Outcome.UNSAFE, "common", "rarest")]
    picks = chosen(rows, 10)[Outcome.UNSAFE]
    assert len(picks) == 10
    assert {1000, 1001, 2000} <= {pick.row for pick in picks}


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [candidate(number, Outcome.UNSAFE, f"rule-{number % 3}") for number in range(50)]
    assert chosen(rows, 9) == chosen(rows[::-1], 9)
