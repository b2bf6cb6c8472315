"""The folder of one run.

OUTPUT/
|- run.json            what it is a run of: `fingerprint.Fingerprint`
|- constitution.yaml   the rules that were judged by
|- part-00000.parquet  the rows of a shard, as soon as all are judged; then part-00001, ...
|- summary.json        what became of the images, counted
|- contact.html        the unsafe and unsure ones, to look at
|- .lock               there while a run writes into the folder
`- .work/              what is listed, what is under way; may be deleted when all is judged
   |- inputs/          the listing, shard by shard
   |- journals/        verdicts of shards under way
   `- ledger.sqlite    which images are known; made anew each time
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from cluejudge.batch.durable import leftovers, write_text
from cluejudge.batch.fingerprint import Fingerprint, differences
from cluejudge.batch.journal import Journal, journals
from cluejudge.batch.parts import check_part, part_path, parts
from cluejudge.compiled import CompiledConstitution, dump_compiled
from cluejudge.errors import UsageError

RUN = "run.json"
CONSTITUTION = "constitution.yaml"
_WRITTEN = (RUN, CONSTITUTION, "part-*.parquet", "summary.json", "contact.html")


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder at `path`; see the top of this file."""

    path: Path

    @property
    def inputs(self) -> Path:
        """Where the listing is."""
        return self.path / ".work" / "inputs"

    @property
    def journals(self) -> Path:
        """Where the verdicts of shards under way are."""
        return self.path / ".work" / "journals"

    @property
    def ledger(self) -> Path:
        """The file of the ledger."""
        return self.path / ".work" / "ledger.sqlite"

    def part(self, shard: int) -> Path:
        """Where the rows of a shard are, once all of them are judged."""
        return part_path(self.path, shard)

    def check(self) -> None:
        """Raises `UsageError` unless a run can be here, or is."""
        if not self.path.exists() or (self.path / RUN).exists():
            return
        if not self.path.is_dir():
            raise UsageError(f"{self.path} is a file", hint="name a folder for the output")
        if other := next(
            (one for one in self.path.iterdir() if not one.name.startswith(".")), None
        ):
            raise UsageError(
                f"{self.path} is not empty and holds no run: {other.name} is in it",
                hint="name a new or an empty folder",
            )

    def read(self) -> Fingerprint:
        """What is run into it. Raises `UsageError` if that is nothing, or cannot be read."""
        path = self.path / RUN
        try:
            return Fingerprint.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise UsageError(
                f"{self.path} holds no run", hint="name a folder that a batch was run into"
            ) from None
        except ValidationError as error:
            raise UsageError(f"{path} cannot be read: {_wrong(error)}", hint=_HINT) from error
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}") from error

    def prepare(
        self,
        new: Fingerprint,
        constitution: CompiledConstitution,
        listing: str = "the input is another",
    ) -> None:
        """Makes it the folder of the run `new`, or finds that it is.

        Whoever calls this has claimed the folder. What killed runs left half written is removed,
        and journals of a run that is gone, which say nothing of this one's rows.
        Raises `UsageError` that says what was and what is if the folder holds another run;
        `listing` says it of what there is to judge.
        """
        self.check()
        if (self.path / RUN).exists():
            self._compare(new, listing)
        else:
            self._discard(journals(self.journals))
            write_text(self.path / RUN, new.model_dump_json(indent=2) + "\n")
        if not (self.path / CONSTITUTION).exists():
            write_text(self.path / CONSTITUTION, dump_compiled(constitution))
        self.tidy()

    def tidy(self) -> None:
        """Removes what killed processes left half written; whoever calls this writes nothing."""
        for name in _WRITTEN:
            for path in leftovers(self.path, name):
                path.unlink(missing_ok=True)

    def missing(self, rows: Sequence[int]) -> tuple[int, ...]:
        """The shards without a part; `rows` says of each shard how many rows it has.

        Raises `UsageError` for a part that is broken or is of no shard: nothing that was judged is
        judged again unasked. A journal beside a whole part, which a killed run leaves, is removed.
        """
        found = parts(self.path)
        for shard, path in found.items():
            if shard >= len(rows):
                raise UsageError(
                    f"{path} is of another run: this one has {len(rows)} parts",
                    hint="move it out of the folder",
                )
            check_part(path, rows[shard])
        self._discard(shard for shard in journals(self.journals) if shard in found)
        return tuple(shard for shard in range(len(rows)) if shard not in found)

    def _discard(self, shards: Iterable[int]) -> None:
        for shard in shards:
            Journal.discard(self.journals, shard)

    def _compare(self, new: Fingerprint, listing: str) -> None:
        if told := "; ".join(differences(self.read(), new, listing)):
            raise UsageError(
                f"{self.path} holds another run: {told}",
                hint="name another folder for the output, or run it as that run was",
            )


_HINT = "it was changed by hand or by another version: name another folder, or bring it back"


def _wrong(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}".removeprefix(": ")
