"""The small world of the pictogram scenes: its concepts, their kinds and their words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A concept that has pictograms, or a kind of concepts; `members` are concept ids."""

    id: str
    noun: str
    plural: str
    members: tuple[str, ...]

    @property
    def phrase(self) -> str:
        """The noun with its article, as atoms write it."""
        if self.noun in MASS:
            return self.noun
        return f"{'an' if self.noun[0] in 'aeiou' else 'a'} {self.noun}"


MASS = frozenset({"money", "milk", "coffee", "beer", "wine", "medicine", "blood", "fire", "food"})

_NOUNS: dict[str, tuple[str, str]] = {
    "man": ("man", "men"),
    "woman": ("woman", "women"),
    "baby": ("baby", "babies"),
    "doctor": ("doctor", "doctors"),
    "police_officer": ("police officer", "police officers"),
    "dog": ("dog", "dogs"),
    "cat": ("cat", "cats"),
    "horse": ("horse", "horses"),
    "bird": ("bird", "birds"),
    "fish": ("fish", "fish"),
    "knife": ("knife", "knives"),
    "axe": ("axe", "axes"),
    "bomb": ("bomb", "bombs"),
    "bow": ("bow", "bows"),
    "beer": ("beer", "beers"),
    "wine": ("wine", "wines"),
    "cocktail": ("cocktail", "cocktails"),
    "coffee": ("coffee", "coffees"),
    "milk": ("milk", "milks"),
    "pill": ("pill", "pills"),
    "syringe": ("syringe", "syringes"),
    "cigarette": ("cigarette", "cigarettes"),
    "die": ("die", "dice"),
    "slot_machine": ("slot machine", "slot machines"),
    "money": ("money", "money"),
    "car": ("car", "cars"),
    "bicycle": ("bicycle", "bicycles"),
    "fire_engine": ("fire engine", "fire engines"),
    "bed": ("bed", "beds"),
    "house": ("house", "houses"),
    "tree": ("tree", "trees"),
    "flower": ("flower", "flowers"),
    "apple": ("apple", "apples"),
    "ball": ("ball", "balls"),
    "book": ("book", "books"),
    "umbrella": ("umbrella", "umbrellas"),
    "balloon": ("balloon", "balloons"),
    "clock": ("clock", "clocks"),
    "guitar": ("guitar", "guitars"),
    "fire": ("fire", "fires"),
    "blood": ("blood", "blood"),
}
_KINDS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "person": (
        "person",
        "people",
        ("man", "woman", "baby", "doctor", "police_officer"),
    ),
    "animal": ("animal", "animals", ("dog", "cat", "horse", "bird", "fish")),
    "weapon": ("weapon", "weapons", ("knife", "axe", "bomb", "bow")),
    "alcohol": ("alcoholic drink", "alcoholic drinks", ("beer", "wine", "cocktail")),
    "medicine": ("medicine", "medicines", ("pill", "syringe")),
    "gambling": ("gambling device", "gambling devices", ("die", "slot_machine")),
    "vehicle": ("vehicle", "vehicles", ("car", "bicycle", "fire_engine")),
}

CONCEPTS: dict[str, Term] = {
    id_: Term(id_, noun, plural, (id_,)) for id_, (noun, plural) in _NOUNS.items()
}
KINDS: dict[str, Term] = {
    id_: Term(id_, noun, plural, members) for id_, (noun, plural, members) in _KINDS.items()
}
TERMS: dict[str, Term] = CONCEPTS | KINDS

PEOPLE = KINDS["person"].members
ANIMALS = KINDS["animal"].members
SIGNS = {"on_fire": "fire", "bleeding": "blood", "in_bed": "bed"}
"""Each state, and the concept that shows it when drawn over or under something."""
OVERLAYS = ("fire", "blood")
"""Signs that are drawn over what they belong to."""
CLUTTER = ("flower", "apple", "ball", "book", "umbrella", "balloon", "clock", "guitar")
"""Concepts of no rule: drawn at will, and allowed to cover a part of others."""
BURNABLE = ("person", "animal", "house", "car", "tree")
BLEEDING = ("person", "animal")
HOLDABLE = ("weapon", "alcohol", "medicine", "cigarette", "money", "milk", "book", "apple")
TRAINED_STYLES = (
    "noto",
    "noto-v1",
    "fxemoji",
    "twemoji",
    "fluent-emoji",
    "fluent-emoji-flat",
    "emojione",
    "streamline-emojis",
)
HELD_OUT_STYLE = "openmoji"

SIBLINGS: tuple[tuple[str, ...], ...] = (
    PEOPLE,
    ANIMALS,
    KINDS["weapon"].members,
    ("beer", "wine", "cocktail", "coffee", "milk"),
    ("pill", "syringe", "cigarette"),
    ("die", "slot_machine", "money", "ball"),
    ("car", "bicycle", "fire_engine"),
    ("bed", "house", "tree"),
    ("fire", "blood"),
)
"""Concepts that are mistaken for one another: distractors of each other."""


def siblings(concept: str) -> tuple[str, ...]:
    """The concepts most easily taken for `concept`, itself left out."""
    for group in SIBLINGS:
        if concept in group:
            return tuple(other for other in group if other != concept)
    return tuple(other for other in CLUTTER if other != concept)
