"""Methods that are no variant of CLUE, by name: what they are held against."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cluejudge.bench.spec import Entry

_ROOM = "cluejudge.bench.methods"

OTHERS: Mapping[str, Entry] = MappingProxyType(
    {
        "prior": Entry(
            f"{_ROOM}.direct:make_prior",
            "zero-shot: is anything there that is not for public viewing?",
        ),
        "prior-cot": Entry(
            f"{_ROOM}.direct:make_prior",
            "the same, after a reasoning",
            form="prior-cot[?tokens=N]",
        ),
        "whole": Entry(
            f"{_ROOM}.direct:make_whole",
            "zero-shot: the whole constitution in one question",
            form="whole[?texts=source|objective]",
        ),
        "whole-cot": Entry(
            f"{_ROOM}.direct:make_whole",
            "the same, after a reasoning",
            form="whole-cot[?texts=source|objective&tokens=N]",
        ),
        "rules": Entry(f"{_ROOM}.rules:make", "one question a rule, in the rule's own text"),
        "rules-debiased": Entry(
            f"{_ROOM}.rules:make", "the same, with the language prior taken out"
        ),
        "calibrated": Entry(
            f"{_ROOM}.calibrated:make",
            "CLUE with the mean over all images for the language prior",
            form="calibrated[?mean=probability|log_odds]",
        ),
        "nudenet": Entry(
            f"{_ROOM}.fixed.nudity:make",
            "a detector of bare parts of the body",
            "nudenet",
            "nudenet[?threshold=P]",
        ),
        "open-nsfw": Entry(
            f"{_ROOM}.fixed.opennsfw:make",
            "Yahoo's classifier of nudity",
            "opennsfw",
            "open-nsfw[?threshold=P]",
        ),
        "sd-safety-checker": Entry(
            f"{_ROOM}.fixed.checker:make",
            "the safety checker of Stable Diffusion",
            "torch",
            "sd-safety-checker[:ORG/NAME or FOLDER][?device=NAME]",
            files="and its weights",
        ),
        "q16": Entry(
            f"{_ROOM}.fixed.q16:make",
            "CLIP with two learnt prompts",
            "torch",
            "q16:FILE[?clip=ORG/NAME&threshold=P&device=NAME]",
            files="CLIP, and a file with the prompts",
        ),
        "llavaguard": Entry(
            f"{_ROOM}.guards.llavaguard:make",
            "a guard model that rates by a policy, as JSON",
            "torch",
            "llavaguard[:ORG/NAME or FOLDER][?policy=own|rules&prompt=FILE&tokens=N]",
            files="and its weights",
        ),
        "shieldgemma2": Entry(
            f"{_ROOM}.guards.shieldgemma:make",
            "a guard model that answers Yes or No to each policy",
            "torch",
            "shieldgemma2[:ORG/NAME or FOLDER][?policy=own|rules&threshold=P]",
            files="and its weights",
        ),
        "llama-guard": Entry(
            f"{_ROOM}.guards.llamaguard:make",
            "a guard model that writes safe or unsafe, and why",
            "torch",
            "llama-guard[:ORG/NAME or FOLDER][?policy=own|rules&tokens=N]",
            files="and its weights",
        ),
    }
)
"""For each name its entry, as in `registry.NAMES`."""
