"""The models of a judge over one MLLM: it scores and reasons, beside it an encoder and a detector."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers.utils import cached_file

from cluejudge.mllm.attention import attention_of
from cluejudge.mllm.backbone import Backbone
from cluejudge.mllm.detector import load_detector
from cluejudge.mllm.encoder import load_encoder
from cluejudge.mllm.generation import Generator
from cluejudge.mllm.labels import find_labels
from cluejudge.mllm.loading import load_backbone
from cluejudge.mllm.options import NONE, MllmOptions
from cluejudge.mllm.prefix import Prefixes
from cluejudge.mllm.priors import KeptPriors
from cluejudge.mllm.reasoner import MllmReasoner
from cluejudge.mllm.scorer import MllmScorer
from cluejudge.mllm.selfcheck import Choice, choose
from cluejudge.mllm.strategies import STRATEGIES, Kit
from cluejudge.mllm.template import WORDS_FILE, Words, default_words, parse_words
from cluejudge.mllm.tokens import Prompts
from cluejudge.mllm.writer import MllmWriter
from cluejudge.models.cascade import CascadedReasoner
from cluejudge.models.protocols import Detector, Encoder, Models, Reasoner, Scorer
from cluejudge.models.spellings import RULE


def load(spec: str, options: MllmOptions = MllmOptions()) -> Models:
    """The models around the MLLM that `spec` names: a hub's model id or a folder.

    Raises `ModelError` for what cannot be loaded or cannot be asked, before any image is seen.
    """
    backbone = load_backbone(spec, options)
    kit = make_kit(backbone, options)
    choice = choose(kit, options.strategy)
    place = {"device": str(backbone.device), "dtype": str(backbone.model.dtype).split(".")[-1]}
    reasoner = _reasoner(kit, options)
    return Models(
        name=spec,
        scorer=_scorer(kit, choice, options),
        reasoner=reasoner,
        encoder=_encoder(options, backbone),
        detector=_detector(options, backbone),
        card=(
            ("model", backbone.name),
            ("revision", backbone.revision),
            *place.items(),
            ("strategy", f"{choice.strategy}: {choice.reason}"),
            ("labels", str(kit.labels)),
            ("template", kit.prompts.template.digest),
            ("encoder", options.encoder),
            ("detector", options.detector),
            *(reasoner.card if isinstance(reasoner, CascadedReasoner) else ()),
        ),
        vet=kit.prompts.vet,
    )


def make_kit(backbone: Backbone, options: MllmOptions) -> Kit:
    """A loaded model made ready to be asked. Raises `ModelError` if it cannot be."""
    words = find_words(backbone.name, options)
    prompts = Prompts(backbone.processor, backbone.tokenizer, backbone.name, words)
    labels = find_labels(prompts.encode, prompts.template.tail, backbone.name)
    prefixes = Prefixes(backbone, prompts, kept=2 * options.max_batch_tokens)
    return Kit(backbone, prompts, labels, prefixes, options.max_batch_tokens)


def find_words(spec: str, options: MllmOptions) -> Words:
    """The words that a model brings along, or the usual ones."""
    told: Any = cached_file(
        spec,
        WORDS_FILE,
        revision=options.revision,
        _raise_exceptions_for_gated_repo=False,
        _raise_exceptions_for_missing_entries=False,
        _raise_exceptions_for_connection_errors=False,
    )
    if told is None:
        return default_words()
    return parse_words(Path(told).read_text("utf-8"), f"{spec}/{WORDS_FILE}")


def _scorer(kit: Kit, choice: Choice, options: MllmOptions) -> Scorer:
    scorer = MllmScorer(kit, STRATEGIES[choice.strategy])
    if options.cache is None:
        return scorer
    backbone = kit.backbone
    identity = [
        backbone.name,
        backbone.revision,
        str(backbone.model.dtype),
        str(options.quantization),
        kit.prompts.template.digest,
        RULE,
    ]
    return KeptPriors(scorer, options.cache, identity)


def _reasoner(kit: Kit, options: MllmOptions) -> Reasoner | None:
    if options.reasoning == NONE:
        return None
    ragged = attention_of(kit.backbone.model.config).full
    generator = Generator(kit.backbone, ragged=ragged)
    if options.reasoning == "forced":
        return MllmReasoner(kit, generator)
    return CascadedReasoner(
        MllmWriter(kit, generator), count_tokens=lambda text: len(kit.prompts.encode(text))
    )


def _encoder(options: MllmOptions, backbone: Backbone) -> Encoder | None:
    if options.encoder == NONE:
        return None
    return load_encoder(options.encoder, device=backbone.device, dtype=backbone.model.dtype)


def _detector(options: MllmOptions, backbone: Backbone) -> Detector | None:
    if options.detector == NONE:
        return None
    return load_detector(options.detector, device=backbone.device, dtype=backbone.model.dtype)
