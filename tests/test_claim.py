from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cluejudge.claim import Claim
from cluejudge.errors import CluejudgeWarning, UsageError

OTHER = """
import sys, time
from pathlib import Path
from cluejudge.claim import Claim
kept = Claim(Path(sys.argv[1]))
print("taken", flush=True)
time.sleep(60)
"""


def test_a_claim_keeps_others_out_until_it_is_released(tmp_path: Path) -> None:
    with Claim(tmp_path), pytest.raises(UsageError, match=f"by process {os.getpid()} "):
        Claim(tmp_path)
    Claim(tmp_path).close()
    assert not list(tmp_path.iterdir())


def test_a_claim_that_nothing_refers_to_is_over(tmp_path: Path) -> None:
    kept = Claim(tmp_path)
    del kept
    Claim(tmp_path).close()


def test_releasing_again_does_not_take_it_from_others(tmp_path: Path) -> None:
    first = Claim(tmp_path)
    first.close()
    with Claim(tmp_path):
        first.close()
        with pytest.raises(UsageError):
            Claim(tmp_path)


def test_another_process_is_told_and_its_death_frees_the_folder(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "taken\n"
    with pytest.raises(UsageError, match=f"by process {process.pid} "):
        Claim(tmp_path)
    process.kill()
    process.communicate(timeout=30)
    assert (tmp_path / ".lock").exists()
    Claim(tmp_path).close()


def test_of_many_only_one_has_it(tmp_path: Path) -> None:
    inside, most, taken = 0, 0, 0
    guard = threading.Lock()

    def work() -> None:
        nonlocal inside, most, taken
        for _ in range(200):
            try:
                with Claim(tmp_path):
                    with guard:
                        inside, taken = inside + 1, taken + 1
                        most = max(most, inside)
                    with guard:
                        inside -= 1
            except UsageError:
                continue

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert taken


def test_a_folder_that_cannot_be_written_into_is_told(tmp_path: Path) -> None:
    (tmp_path / ".lock").mkdir()
    with pytest.raises(UsageError, match="cannot be written into"):
        Claim(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="about flock")
def test_a_file_system_without_locks_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(handle: int, operation: int) -> None:
        raise OSError(errno.ENOTSUP, "not supported")

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.warns(CluejudgeWarning, match="cannot be locked"):
        Claim(tmp_path).close()
