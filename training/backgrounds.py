"""Make the photographic backgrounds of scenes from the sample images of installed packages.

python -m training.backgrounds [OUT]

Licences and attributions are in `src/cluejudge/scenes/backgrounds/LICENSES.md`.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from PIL import Image as PILImage

OUT = Path(__file__).parents[1] / "src" / "cluejudge" / "scenes" / "backgrounds"
QUALITY = 82


@dataclass(frozen=True, slots=True)
class Source:
    """A sample image of a package, and the pixels of the shortest side of what is made of it."""

    package: str
    path: str
    shortest: int


SOURCES = {
    "china": Source("sklearn", "datasets/images/china.jpg", 384),
    "flower": Source("sklearn", "datasets/images/flower.jpg", 320),
    "brick": Source("skimage", "data/brick.png", 256),
    "grass": Source("skimage", "data/grass.png", 256),
    "gravel": Source("skimage", "data/gravel.png", 256),
    "hubble": Source("skimage", "data/hubble_deep_field.jpg", 256),
}


def shrunk(source: Source) -> PILImage.Image:
    """The sample image in RGB, its shortest side as long as `source` says."""
    with files(source.package).joinpath(source.path).open("rb") as file:
        photo = PILImage.open(file).convert("RGB")
    scale = source.shortest / min(photo.size)
    size = round(photo.width * scale), round(photo.height * scale)
    return photo.resize(size, PILImage.Resampling.LANCZOS)


def main() -> None:
    """Write every background."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=OUT)
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    for name, source in SOURCES.items():
        path = out / f"{name}.jpg"
        shrunk(source).save(path, quality=QUALITY)
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
