"""A real `cluejudge serve` on loopback, what it uses of the machine, and pictures to send it."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from PIL import Image as PILImage

from cluejudge.scenes.dataset import make_scenes

SEED = 6
DB = "record.db"
_ROOT = Path(__file__).resolve().parents[1]
_STARTS_S = 300
_ENDS_S = 120

SHIPPED = ("cluejudge.cli.main",)
"""The module that is run as shipped."""

UNMERGED = ("benchmarks.unmerged",)
"""The same service, whose models are asked one question at a time."""


class Service:
    """A running service with its record in `folder`; its resident memory and processor time.

    They are read from /proc, which only Linux has.
    """

    def __init__(self, folder: Path, options: Sequence[str], module: Sequence[str] = SHIPPED):
        self.folder = folder
        self._log = folder / "service.log"
        command = [sys.executable, "-m", *module, "serve", "--port", "0", "--db", DB, *options]
        paths = os.pathsep.join((str(_ROOT), str(_ROOT / "src"), os.environ.get("PYTHONPATH", "")))
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=folder, stderr=log, env={**os.environ, "PYTHONPATH": paths}
            )
        self.url = self._listens()

    @property
    def database(self) -> str:
        """The file of the record."""
        return str(self.folder / DB)

    def resident(self) -> float:
        """MiB of resident memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found, "there is no resident memory in /proc"
        return int(found.group(1)) / 1024

    def processor_s(self) -> float:
        """Seconds of processor time since it began, of all its threads."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text("ascii")
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def said(self) -> str:
        """Its log."""
        return self._log.read_text("utf-8", errors="replace")

    def end(self) -> int:
        """Has it finish what it took on, and gives its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_ENDS_S)

    def _listens(self) -> str:
        until = time.monotonic() + _STARTS_S
        while time.monotonic() < until and self.process.poll() is None:
            if found := re.search(r"serves at (http://\S+)", self.said()):
                return found.group(1)
            time.sleep(0.05)
        self.process.kill()
        raise RuntimeError(f"the service did not start: {self.said()}")


@contextmanager
def serving(
    folder: Path, options: Sequence[str] = (), module: Sequence[str] = SHIPPED
) -> Iterator[Service]:
    """A service in a folder that is made for it; it is ended, or killed where it does not end."""
    folder.mkdir(parents=True)
    service = Service(folder, options, module)
    try:
        yield service
        service.end()
    finally:
        if service.process.poll() is None:
            service.process.kill()
            service.process.wait()


class Pictures:
    """Scenes as PNG files, no two of which are equal: each bears its number in its first pixels."""

    def __init__(self, scenes: int, side: int | None = None) -> None:
        drawn = [image.convert("RGB") for image, _ in make_scenes(scenes, SEED)]
        self._scenes = [image.resize((side, side)) if side else image for image in drawn]
        self._made = 0

    def next(self) -> bytes:
        """A picture that was not there before."""
        self._made += 1
        return self.numbered(self._made - 1)

    def numbered(self, number: int) -> bytes:
        """The picture with this number."""
        image = self._scenes[number % len(self._scenes)].copy()
        for place in range(3):
            image.putpixel((place, 0), (number >> 8 * place & 255, 0, 0))
        return encoded(image)

    def some(self, count: int) -> list[bytes]:
        """So many of them."""
        return [self.next() for _ in range(count)]


def encoded(image: PILImage.Image) -> bytes:
    """As a PNG file."""
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()


def slope(values: Sequence[float]) -> float:
    """The median of the slopes between all pairs of evenly spaced values (Theil and Sen)."""
    slopes = [
        (later - values[first]) / (place - first)
        for first in range(len(values))
        for place, later in enumerate(values[first + 1 :], first + 1)
    ]
    return median(slopes) if slopes else 0.0
