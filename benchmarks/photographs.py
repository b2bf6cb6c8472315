"""What the embedded models say of photographs, which they do not know: it must be abstain.

python -m benchmarks.photographs   (needs the `train` extra, for scikit-image's pictures)
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import skimage.data

from cluejudge import Judge

TRAINED_ON = {"brick.png", "grass.png", "gravel.png", "hubble_deep_field.jpg"}
NOT_PHOTOGRAPHS = {
    "chessboard_GRAY.png",
    "chessboard_RGB.png",
    "color.png",
    "logo.png",
    "phantom.png",
}


def photographs() -> list[Path]:
    """The still pictures that scikit-image ships and that the models never saw."""
    folder = Path(skimage.data.__file__).parent
    left_out = TRAINED_ON | NOT_PHOTOGRAPHS
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix in (".png", ".jpg") and path.name not in left_out
    )


def main() -> None:
    """Print the outcome and the familiarity of each, and how many abstained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="embedded")
    args = parser.parse_args()
    verdicts = list(Judge("pictogram", model=args.model).judge_many(photographs()))
    for verdict in verdicts:
        known = verdict.views[0].familiarity
        score = "-" if known is None else f"{known:.3f}"
        print(f"{Path(verdict.image).name:24} {verdict.outcome:8} familiarity {score}")
    counts = Counter(verdict.outcome for verdict in verdicts)
    print(", ".join(f"{n} {outcome}" for outcome, n in counts.items()), f"of {len(verdicts)}")


if __name__ == "__main__":
    main()
