from pathlib import Path

from cluejudge import Judge
from cluejudge.batch.contact.rows import Rows
from cluejudge.batch.parts import parts
from cluejudge.settings import Method
from cluejudge.verdict import Outcome
from tests.api.colours import BROKEN, COLOURS, NOISE, SAFE, UNSAFE, picture, png
from tests.batch.judged import judged

LITTLE_RED = png(picture("blue", "red", 21))


def test_what_each_row_counts_under(tmp_path: Path) -> None:
    careful = Judge(COLOURS, model="fake", method=Method(reasoning=False, region=False))
    files = [("safe", SAFE), ("unsafe", UNSAFE), ("unsure", LITTLE_RED), ("broken", BROKEN)]
    judged(tmp_path, files, [("noise", NOISE), *files[1:3]], judge=careful)
    rows = Rows(parts(tmp_path))
    found = [(one.outcome, one.names, one.pick.shard, one.pick.row) for one in rows.candidates()]
    assert found == [
        (Outcome.UNSAFE, ["red-on-blue"], 0, 1),
        (Outcome.ABSTAIN, ["red-on-blue"], 0, 2),
        (Outcome.ABSTAIN, ["unknown_image"], 1, 0),
        (Outcome.UNSAFE, ["red-on-blue"], 1, 1),
        (Outcome.ABSTAIN, ["red-on-blue"], 1, 2),
    ]
    assert list(rows.errors) == ["truncated"]
    ((name, why),) = rows.errors["truncated"]
    assert name == "broken"
    assert "ends too early" in why
