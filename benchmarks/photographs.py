"""What the embedded models say of photographs, which they do not know: it must be abstain.

python -m benchmarks.photographs   (needs the `train` extra, for scikit-image's pictures)

The named pictures were looked at while the unknown pictures of the training were designed; the 200
small patches of photographs (faces and other things) were not.
"""

from __future__ import annotations

import argparse
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image as PILImage

from cluejudge import Judge
from cluejudge.verdict import Verdict

FOLDER = Path(skimage.data.__file__).parent
TRAINED_ON = {"brick.png", "grass.png", "gravel.png", "hubble_deep_field.jpg"}
DRAWN = {"chessboard_GRAY.png", "chessboard_RGB.png", "color.png", "logo.png", "phantom.png"}


def photographs() -> list[Path]:
    """The still pictures that scikit-image ships and that the models never saw."""
    left_out = TRAINED_ON | DRAWN
    pictures = (path for path in FOLDER.iterdir() if path.suffix in (".png", ".jpg"))
    return sorted(path for path in pictures if path.name not in left_out)


def patches() -> list[bytes]:
    """The grey patches of photographs that scikit-image ships, enlarged to 100 x 100, as PNG."""
    found = []
    for pixels in np.load(FOLDER / "lfw_subset.npy"):
        file = io.BytesIO()
        grey = PILImage.fromarray((np.clip(pixels, 0, 1) * 255).astype(np.uint8))
        grey.resize((100, 100), PILImage.Resampling.BICUBIC).save(file, "PNG")
        found.append(file.getvalue())
    return found


def summary(verdicts: Sequence[Verdict]) -> str:
    """How many of each outcome."""
    counts = Counter(verdict.outcome for verdict in verdicts)
    return ", ".join(f"{n} {outcome}" for outcome, n in counts.items()) + f" of {len(verdicts)}"


def main() -> None:
    """Print the outcome and the familiarity of each photograph, and how many abstained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="embedded")
    args = parser.parse_args()
    judge = Judge("pictogram", model=args.model)
    verdicts = list(judge.judge_many(photographs()))
    for verdict in verdicts:
        known = verdict.views[0].familiarity
        score = "-" if known is None else f"{known:.3f}"
        print(f"{Path(verdict.image).name:24} {verdict.outcome:8} familiarity {score}")
    print(f"photographs: {summary(verdicts)}")
    print(f"patches:     {summary(list(judge.judge_many(patches())))}")


if __name__ == "__main__":
    main()
