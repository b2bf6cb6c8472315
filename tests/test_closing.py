from __future__ import annotations

import pytest

from cluejudge.closing import Closing


class Held(Closing):
    closed = 0

    def close(self) -> None:
        self.closed += 1


def test_it_is_closed_at_the_end_however_that_comes() -> None:
    with Held() as held:
        assert held.closed == 0
    assert held.closed == 1
    with pytest.raises(ZeroDivisionError), held:
        raise ZeroDivisionError
    assert held.closed == 2
