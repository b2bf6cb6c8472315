"""Make the example images of `cluejudge demo`: one of each kind of outcome, by name in order.

python -m training.demo_images [OUT]
"""

from __future__ import annotations

import argparse
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import numpy as np
from PIL import Image as PILImage

from cluejudge.scenes.check import compose_checked
from cluejudge.scenes.compose import Intent
from cluejudge.scenes.dataset import make_scenes
from cluejudge.scenes.facts import Things
from cluejudge.scenes.render import render, stamps
from cluejudge.scenes.rules import RULES
from cluejudge.scenes.spec import Scene
from cluejudge.scenes.sprites import default_sprites
from cluejudge.scenes.world import TRAINED_STYLES

OUT = Path(__file__).parents[1] / "src" / "cluejudge" / "demo"
SIDE = 256
QUALITY = 88
FRAMES, BURNING_FRAME = 11, 5
BURNING = RULES["burning-being"]


@dataclass(frozen=True, slots=True)
class Example:
    """A scene of the validation split, and the name of its file."""

    name: str
    kind: Intent
    seed: int
    rule: str | None = None


SCENES = (
    Example("01-violating-burning-being.png", Intent.VIOLATING, 0, "burning-being"),
    Example("02-violating-bomb-crowd.jpg", Intent.VIOLATING, 3, "bomb-crowd"),
    Example("03-borderline-blade-attack.png", Intent.BORDERLINE, 2, "blade-attack"),
    Example("04-clean.webp", Intent.CLEAN, 3),
)
ANIMATION_SEED = 3
TRANSPARENT_SEED = 3


def draw(example: Example) -> PILImage.Image:
    """The scene of an example, which violates its rule and no other, or none."""
    image, label = next(
        make_scenes(1, example.seed, split="val", kind=example.kind, rule=example.rule, side=SIDE)
    )
    wanted = (example.rule,) if example.kind is Intent.VIOLATING else ()
    if label.violated != wanted:
        raise ValueError(f"{example.name} violates {label.violated}: take another seed")
    return image


def violating(rule: str, seed: int) -> Scene:
    """A scene that violates `rule` and no other."""
    rng = np.random.default_rng(seed)
    while True:
        scene = compose_checked(
            Intent.VIOLATING, rng, default_sprites(), TRAINED_STYLES, RULES[rule]
        )
        if violated(scene.things) == [rule]:
            return scene


def violated(things: Things) -> list[str]:
    """The rules that `things` violate."""
    return [rule.id for rule in RULES.values() if rule.violated(things)]


def animation(seed: int) -> list[PILImage.Image]:
    """A swaying scene, in one middle frame of which somebody is on fire."""
    burning = violating(BURNING.id, seed)
    calm = without_fire(burning)
    if violated(calm.things):
        raise ValueError("the animation violates a rule without the fire too: take another seed")
    scenes = [burning if frame == BURNING_FRAME else calm for frame in range(FRAMES)]
    return [
        render(swayed(scene, frame / FRAMES), SIDE, default_sprites()).image
        for frame, scene in enumerate(scenes)
    ]


def without_fire(scene: Scene) -> Scene:
    """The same scene with nothing on fire."""
    sprites = tuple(sprite for sprite in scene.sprites if sprite.concept != "fire")
    things = tuple(
        replace(thing, states=thing.states - {"on_fire"})
        for thing in scene.things
        if thing.concept != "fire"
    )
    return replace(scene, sprites=sprites, things=things)


def swayed(scene: Scene, turn: float) -> Scene:
    """The scene with all its pictograms moved by up to 1% of the side, `turn` of the way round."""
    x, y = 0.01 * math.cos(2 * math.pi * turn), 0.01 * math.sin(2 * math.pi * turn)
    moved = (replace(sprite, x=sprite.x + x, y=sprite.y + y) for sprite in scene.sprites)
    return replace(scene, sprites=tuple(moved))


def transparent(scene: Scene) -> PILImage.Image:
    """The pictograms of a scene as an RGBA image, with nothing behind them."""
    canvas = PILImage.new("RGBA", (SIDE, SIDE))
    for _, stamp, left, top in stamps(scene, SIDE, default_sprites()):
        layer = PILImage.new("RGBA", (SIDE, SIDE))
        layer.paste(stamp, (left, top))
        canvas.alpha_composite(layer)
    return canvas


def photograph() -> PILImage.Image:
    """A cat, by photograph."""
    with files("skimage").joinpath("data/chelsea.png").open("rb") as file:
        return PILImage.open(file).convert("RGB")


def cut_short(image: PILImage.Image) -> bytes:
    """The first half of a PNG file."""
    whole = io.BytesIO()
    image.save(whole, format="PNG")
    return whole.getvalue()[: whole.tell() // 2]


def save_animation(frames: Sequence[PILImage.Image], path: Path) -> None:
    """Write an animated PNG that is shown over and over."""
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=120, loop=0)


def main() -> None:
    """Write every example."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=OUT)
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    for example in SCENES:
        draw(example).save(out / example.name, quality=QUALITY)
    save_animation(animation(ANIMATION_SEED), out / "05-violating-one-frame.png")
    transparent(violating("gambling", TRANSPARENT_SEED)).save(out / "06-violating-transparent.png")
    photograph().save(out / "07-photograph.jpg", quality=QUALITY)
    (out / "08-broken.png").write_bytes(cut_short(draw(SCENES[0])))


if __name__ == "__main__":
    main()
