"""Training goes on from the weights that ship: what the package lacks is kept beside this file.

python -m training.restart keep RUN/language.pt     # writes training/heads.safetensors
python -m training.restart start RUN                # writes RUN/language.pt, for train_language
python -m training.restart start RUN --stage 1      # writes RUN/vision.pt, for train_vision

The package holds the LLaVA, folded and as float16; the heads are inside its graphs only, so they
are kept here too, as float16. `--minutes` of what goes on from them counts from nothing.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import LlavaForConditionalGeneration

import cluejudge.embedded.models
from cluejudge.embedded.card import TOKENIZER
from training.export import load_net
from training.folding import fold, round_to_half, unfolded
from training.net import Net
from training.tokenizer import IMAGE, run_tokenizer, token
from training.train_vision import save

HEADS = Path(__file__).with_name("heads.safetensors")
LLAVA = "llava."


def keep(run: Path, heads: Path = HEADS) -> None:
    """Write the weights of a checkpoint that are not the LLaVA's."""
    net = fold(load_net(run, run_tokenizer(run.parent)))
    round_to_half(net)
    rest = {k: v.half() for k, v in net.state_dict().items() if not k.startswith(LLAVA)}
    save_file(rest, heads)


def shipped_state(checkpoint: Path, heads: Path = HEADS) -> dict[str, Tensor]:
    """All weights that ship, under the names of a folded `Net`."""
    llava = LlavaForConditionalGeneration.from_pretrained(checkpoint, dtype="float32")
    named = {LLAVA + name: weight for name, weight in llava.state_dict().items()}
    return named | {name: weight.float() for name, weight in load_file(heads).items()}


def start(run: Path, checkpoint: Path, heads: Path = HEADS, *, stage: int = 2) -> None:
    """Write a checkpoint of a stage with the shipped weights and no optimiser's memory."""
    run.mkdir(parents=True, exist_ok=True)
    shutil.copy(checkpoint.parent / TOKENIZER, run / TOKENIZER)
    tokenizer = run_tokenizer(run)
    folded = Net(tokenizer.get_vocab_size(), token(tokenizer, IMAGE), folded=True)
    folded.load_state_dict(shipped_state(checkpoint, heads))
    state = {"net": unfolded(folded).state_dict(), "spent": 0.0, "step": 0}
    if stage == 1:
        save(run / "vision.pt", state | {"optimiser": None})
    else:
        save(run / "language.pt", state | {"optimisers": None})


def main() -> None:
    """Keep the heads of a run, or start a run from what ships."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["keep", "start"])
    parser.add_argument("run", type=Path)
    parser.add_argument("--stage", type=int, choices=[1, 2], default=2, help="to go on with")
    args = parser.parse_args()
    torch.manual_seed(0)
    if args.what == "keep":
        keep(args.run)
    else:
        start(args.run, cluejudge.embedded.models.DATA / "checkpoint", stage=args.stage)


if __name__ == "__main__":
    main()
