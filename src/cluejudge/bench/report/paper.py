"""The numbers that the paper of the method reports, to be shown beside those of a run.

Source: the text of "MLLM-as-a-Judge for Image Safety without Human Labeling", arXiv 2501.00192 v2:
its Tables 2 to 6 and 10 to 12, and what it says of its Figure 7. They are of its own set of images,
OS Bench, and of its own models, so that no number of a run can be held against one of them: what
can be compared is which parts help, and how much. The curves of its Figures 6, 7 and 8 are drawings
without numbers, and are not repeated.
"""

from __future__ import annotations

from dataclasses import dataclass

from cluejudge.bench.report.blocks import Table

SOURCE = "arXiv 2501.00192 v2"

CAUTION = (
    f"From the paper ({SOURCE}): another set of images (OS Bench, about 700 unsafe and 700 "
    "borderline-safe generated images over 14 rules) and other models. Compare what helps, not "
    "the numbers."
)

SHORT = f"From the paper ({SOURCE}): another set of images and other models, see Methods."

CURVES = (
    "The curves of the paper's Figures 6, 7 and 8 are drawn without numbers: not repeated here."
)

MODELS = ("Qwen2-VL-7B", "InternVL2-8B-AWQ", "LLaVA-v1.6-34B", "InternVL2-76B")

Triple = tuple[float, float, float]
"""Recall and accuracy in percent, and F1."""

ZERO_SHOT: tuple[tuple[str, str, tuple[Triple, Triple, Triple, Triple]], ...] = (
    (
        "prior knowledge, Yes or No",
        "prior",
        ((55.2, 74.4, 0.683), (15.5, 57.6, 0.267), (80.0, 75.1, 0.763), (62.6, 71.8, 0.691)),
    ),
    (
        "prior knowledge, reasoning",
        "prior-cot",
        ((31.4, 64.0, 0.466), (61.9, 69.5, 0.670), (33.3, 65.5, 0.491), (63.5, 70.9, 0.687)),
    ),
    (
        "whole constitution, Yes or No",
        "whole",
        ((36.7, 68.0, 0.534), (32.3, 65.9, 0.487), (80.0, 66.6, 0.705), (79.7, 85.5, 0.846)),
    ),
    (
        "whole constitution, reasoning",
        "whole-cot",
        ((25.5, 62.2, 0.403), (46.9, 65.0, 0.573), (26.1, 62.5, 0.410), (75.3, 82.2, 0.809)),
    ),
    (
        "CLUE",
        "clue",
        ((88.9, 86.3, 0.866), (91.2, 87.4, 0.879), (93.6, 86.2, 0.871), (95.9, 94.8, 0.949)),
    ),
)
"""Title, the name of the method here, and a triple for each of `MODELS`."""

FINE_TUNED: tuple[tuple[str, str, Triple], ...] = (
    ("Q16", "CLIP ViT-B/16", (32.0, 60.8, 0.449)),
    ("Q16", "CLIP ViT-L/14", (29.7, 62.5, 0.441)),
    ("SD safety checker", "CLIP ViT-L/14", (26.4, 62.2, 0.410)),
    ("LAION NSFW detector", "CLIP ViT-B/32", (41.6, 60.9, 0.515)),
    ("LAION NSFW detector", "CLIP ViT-L/14", (39.9, 60.9, 0.505)),
    ("LLaVA Guard, its prompt", MODELS[2], (26.1, 61.2, 0.401)),
    ("LLaVA Guard, changed prompt", MODELS[2], (24.3, 59.9, 0.377)),
)
"""What was trained on labels: its name, what it is built on, and its triple."""

RULES: tuple[tuple[str, tuple[float, float, float, float]], ...] = (
    ("genitals", (100.0, 89.7, 94.9, 0.946)),
    ("buttocks", (90.9, 100.0, 95.0, 0.952)),
    ("breast", (100.0, 98.3, 99.2, 0.992)),
    ("touching on a bed", (97.6, 100.0, 98.8, 0.988)),
    ("shower or bath", (97.6, 100.0, 98.8, 0.988)),
    ("kissing", (100.0, 93.3, 96.7, 0.966)),
    ("legs spread", (98.0, 98.0, 98.0, 0.980)),
    ("kneeling", (84.8, 100.0, 91.0, 0.917)),
    ("bending", (96.1, 98.0, 97.0, 0.970)),
    ("fire", (100.0, 87.3, 93.6, 0.932)),
    ("internal organs", (100.0, 100.0, 100.0, 1.000)),
    ("decay", (96.9, 77.5, 87.5, 0.861)),
    ("imminent death", (100.0, 92.5, 96.3, 0.961)),
    ("death by weapons", (82.6, 95.0, 87.5, 0.884)),
)
"""A rule, and precision, recall and accuracy in percent and F1 of CLUE with InternVL2-76B."""


@dataclass(frozen=True, slots=True)
class Ablation:
    """A table of the paper on CLUE without one part and with it.

    `method` is what the ablation is called here, `measured` the numbers of the columns, and each of
    `rows` a model with these numbers without the part and with it. `note` says in what the paper's
    ablation is another one.
    """

    table: str
    part: str
    method: str
    measured: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]
    note: str = ""


ABLATIONS = (
    Ablation(
        "Table 6",
        "the debiased token probability",
        "no-debias",
        ("accuracy", "F1"),
        ((MODELS[1], ("66.6%", "0.746"), ("87.4%", "0.879")),),
        "The paper leaves out its judgement by debiased token probability, no-debias the prior.",
    ),
    Ablation(
        "Table 10",
        "the precondition chains",
        "no-chains",
        ("accuracy", "F1"),
        (
            (MODELS[1], ("82.7%", "0.823"), ("87.4%", "0.879")),
            (MODELS[2], ("82.2%", "0.839"), ("86.2%", "0.871")),
        ),
    ),
    Ablation(
        "Table 11",
        "the look at the image without its central region",
        "no-region",
        ("recall", "reasonings an image"),
        ((MODELS[1], ("90.5%", "1.32"), ("91.2%", "1.16")),),
    ),
    Ablation(
        "Table 5",
        "the objectification of the rules",
        "no-objectification",
        ("accuracy",),
        (("one rule, rated 6 and then 9", ("74.0%",), ("98.0%",)),),
    ),
)


FILTERED, KEPT = 0.67, 0.966
"""Of the paper's relevance scan: the share of rules it filters, and of violated ones it keeps."""


def zero_shot() -> Table:
    """CLUE and the four ways of asking the same models directly."""
    return Table(
        "The paper's methods (its Table 2): recall / accuracy in percent, F1",
        ("method", *MODELS),
        tuple((title, *map(_triple, triples)) for title, _, triples in ZERO_SHOT),
        (CAUTION,),
    )


def fine_tuned() -> Table:
    """Classifiers and a guard model that were trained on labels."""
    return Table(
        "The paper's fine-tuned classifiers (its Table 3): recall / accuracy in percent, F1",
        ("classifier", "built on", "measured"),
        tuple((name, model, _triple(triple)) for name, model, triple in FINE_TUNED),
        (SHORT,),
        frozenset({"built on"}),
    )


def by_rule() -> Table:
    """CLUE on the images made for each of the paper's rules."""
    return Table(
        f"The paper's rules (its Table 4), by CLUE with {MODELS[3]}",
        ("rule", "precision", "recall", "accuracy", "F1"),
        tuple(
            (rule, f"{right:.1f}%", f"{found:.1f}%", f"{accuracy:.1f}%", f"{f1:.3f}")
            for rule, (right, found, accuracy, f1) in RULES
        ),
        (SHORT,),
    )


def relevance() -> Table:
    """What the paper's relevance scan kept and spared."""
    return Table(
        "The paper's relevance scan (of its Figure 7)",
        ("encoder", "bound", "share of rules filtered", "share of violated rules kept"),
        (("CLIP ViT-B/16", "0.22", f"{FILTERED:.1%}", f"{KEPT:.1%}"),),
        (f"{SHORT} {CURVES}",),
    )


def cost() -> Table:
    """What one image cost in the paper."""
    return Table(
        "The paper's cost of one image (its Table 12)",
        ("model", "engine", "seconds"),
        (
            (MODELS[1], "TurboMind, one A100", "22.23"),
            (MODELS[2], "SGLang, one A100", "42.71"),
            (MODELS[3], "TurboMind, four A100", "101.83"),
        ),
        (SHORT,),
        frozenset({"engine"}),
    )


def _triple(triple: Triple) -> str:
    recall, accuracy, f1 = triple
    return f"{recall:.1f} / {accuracy:.1f}, {f1:.3f}"
