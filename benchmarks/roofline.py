"""The least time that a judged picture can take on a GPU, with the paper's mix of work.

Each phase takes the longer of two times: its operations (`work.py`) at the GPU's peak, and, where
tokens are written one by one, the bytes that each step must read at the GPU's bandwidth: all
weights once for all texts side by side, and the cache of each. The other phases read the weights
once for thousands of tokens, so their bytes do not count.

The mix is the paper's: 14 rules, of which 33% are relevant after the scan; a third of the pictures
are looked at again with a region masked, for the questions of one rule; 1.16 reasonings a picture,
200 tokens each. The scan itself, the search for regions and the priors, which are kept, are none of
this model's work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from benchmarks import work
from benchmarks.shapes import Shape

PAPER_SECONDS = 22.23
"""An image with InternVL2-8B, by the paper."""

TARGET = 0.5
"""The share of the roofline that is wanted."""

_BYTES = 2
"""Of a number in bfloat16."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """Operations a second in bfloat16 without sparsity, and bytes a second."""

    flops: float
    bytes: float


GPUS: Mapping[str, Gpu] = MappingProxyType(
    {
        "B200": Gpu(2250e12, 8.0e12),
        "H200": Gpu(989e12, 4.8e12),
        "H100 PCIe": Gpu(756e12, 2.0e12),
        "H100": Gpu(989e12, 3.35e12),
        "A100": Gpu(312e12, 2.0e12),
        "L40S": Gpu(362e12, 0.86e12),
        "L4": Gpu(121e12, 0.3e12),
        "A10": Gpu(125e12, 0.6e12),
    }
)
"""By a part of the name that the driver gives, as their makers say; the first that fits counts."""


def find_gpu(name: str) -> Gpu | None:
    """The GPU of that name; None if it is not in the table."""
    return next((gpu for part, gpu in GPUS.items() if part in name), None)


@dataclass(frozen=True, slots=True)
class Mix:
    """What is asked of one picture on average; `words` is how long a reasoning is, in tokens."""

    questions: int
    rules: int = 14
    relevant: float = 0.33
    masked: float = 1 / 3
    reasonings: float = 1.16
    words: int = 200

    @property
    def questions_again(self) -> int:
        """Questions about a masked picture: those of one relevant rule."""
        return max(1, round(self.questions / (self.rules * self.relevant)))


@dataclass(frozen=True, slots=True)
class Lengths:
    """Tokens of a picture, of all that stands before a question (the picture too), of a question,
    and of a question that asks for a reasoning."""

    picture: int
    prefix: int
    question: float
    explained: float


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the work on one picture: operations, and bytes that bound it."""

    name: str
    flops: float
    bytes: float = 0.0

    def seconds(self, gpu: Gpu) -> float:
        """The least time."""
        return max(self.flops / gpu.flops, self.bytes / gpu.bytes)


def phases(shape: Shape, mix: Mix, lengths: Lengths, texts: int) -> tuple[Phase, ...]:
    """The phases of one picture; `texts` reasonings are written side by side."""
    looks = 1 + mix.masked
    asked = mix.questions + mix.masked * mix.questions_again
    one = work.reading(shape, lengths.question, lengths.prefix) + work.naming(shape)
    explained = work.reading(shape, lengths.explained, lengths.prefix)
    behind = lengths.prefix + lengths.explained
    return (
        Phase("look at the picture and a masked one", looks * work.looking(shape, lengths.picture)),
        Phase("read both, with the instruction", looks * work.reading(shape, lengths.prefix)),
        Phase("read and answer the questions", asked * one),
        Phase("read what asks for reasonings", mix.reasonings * explained),
        Phase(
            "write the reasonings",
            mix.reasonings * work.writing(shape, mix.words, behind),
            _written_bytes(shape, mix, behind, texts),
        ),
    )


def _written_bytes(shape: Shape, mix: Mix, behind: float, texts: int) -> float:
    """Bytes read for one picture's reasonings: a share of the weights, and their own caches."""
    weights = shape.layers * shape.layer_weights + shape.width * shape.vocabulary
    cached = shape.cache_values * (behind + mix.words / 2)
    return _BYTES * mix.words * mix.reasonings * (weights / texts + cached)


def least_seconds(parts: tuple[Phase, ...], gpu: Gpu) -> float:
    """The roofline: seconds a picture at least."""
    return sum(part.seconds(gpu) for part in parts)


def arithmetic(parts: tuple[Phase, ...], gpus: Mapping[str, Gpu]) -> Iterator[str]:
    """The phases in Markdown, and what they come to on some GPUs."""
    yield line("phase", "TFLOP", "GB", *(f"{name}, ms" for name in gpus))
    yield line(*["---"] * (3 + len(gpus)))
    for part in parts:
        times = [f"{1000 * part.seconds(gpu):.2f}" for gpu in gpus.values()]
        yield line(part.name, f"{part.flops / 1e12:.2f}", f"{part.bytes / 1e9:.1f}", *times)
    least = [least_seconds(parts, gpu) for gpu in gpus.values()]
    whole = f"{sum(part.flops for part in parts) / 1e12:.2f}"
    yield line("all", whole, "", *(f"{1000 * seconds:.2f}" for seconds in least))
    wanted = [seconds / TARGET for seconds in least]
    yield line(f"at {TARGET:.0%} of the roofline", "", "", *(f"{1000 * s:.1f}" for s in wanted))
    yield line("images a second, so", "", "", *(f"{1 / seconds:.1f}" for seconds in wanted))
    faster = [f"{PAPER_SECONDS / seconds:.0f}" for seconds in wanted]
    yield line("times as fast as the paper", "", "", *faster)


def line(*cells: str) -> str:
    """A row of a table in Markdown."""
    return f"| {' | '.join(cells)} |"
