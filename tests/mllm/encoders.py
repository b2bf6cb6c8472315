"""What tests of encoders share: pictures and texts, and how an encoder is opened."""

from __future__ import annotations

from functools import partial

import pytest

from cluejudge.mllm.encoder import load_encoder
from tests.mllm.lookers import ENCODERS
from tests.models.promises import plain

TEXTS = ["a person", "a dog on fire", "two or more people"]
PICTURES = [plain(255, 0, 0, 48, 48), plain(0, 0, 255, 130, 130), plain(250, 250, 250, 33, 33)]

load = partial(load_encoder, device="cpu", dtype="float32")
each_kind = pytest.mark.parametrize("kind", ENCODERS)
cut_is_told = pytest.mark.filterwarnings("ignore:.* reads only the first")
