"""The LLaVA as a folder that transformers loads: weights, tokenizer, image processor, template."""

from __future__ import annotations

import copy
import json
from pathlib import Path

from tokenizers import Tokenizer
from transformers import (
    GenerationConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

from cluejudge.mllm.prompting.template import WORDS_FILE
from training.tokenizer import ASSISTANT, BOS, END, EXPLAIN, IMAGE, INSTRUCTION, PAD, USER, token

TEMPLATE = f"""\
{{{{- bos_token -}}}}
{{%- for message in messages -%}}
{{%- set parts = message['content'] -%}}
{{%- if parts is string -%}}{{%- set parts = [{{'type': 'text', 'text': parts}}] -%}}{{%- endif -%}}
{{%- if message['role'] == 'user' -%}}
{{{{- '{USER}' -}}}}
{{%- for part in parts if part['type'] == 'image' -%}}{{{{- '{IMAGE}' -}}}}{{%- endfor -%}}
{{{{- '{INSTRUCTION}' -}}}}
{{%- for part in parts if part['type'] == 'text' -%}}
{{{{- ' ' + (part['text'] | trim) -}}}}
{{%- endfor -%}}
{{{{- '{END}' -}}}}
{{%- elif message['role'] == 'assistant' -%}}
{{{{- '{ASSISTANT}' -}}}}
{{%- for part in parts if part['type'] == 'text' -%}}{{{{- part['text'] -}}}}{{%- endfor -%}}
{{{{- '{END}' -}}}}
{{%- else -%}}
{{{{- raise_exception('the model knows only user and assistant') -}}}}
{{%- endif -%}}
{{%- endfor -%}}
{{%- if add_generation_prompt -%}}{{{{- '{ASSISTANT}' -}}}}{{%- endif -%}}
"""
"""Renders the prompt of training: the image, the instruction, then what the user's text names.

Without an image part it renders the same prompt without the image's tokens: the language prior.
"""


def write_checkpoint(
    llava: LlavaForConditionalGeneration, tokenizer: Tokenizer, folder: Path
) -> None:
    """Write everything that `AutoModelForImageTextToText` and `AutoProcessor` need, as float16."""
    half = copy.deepcopy(llava).half()
    half.generation_config = GenerationConfig(
        bos_token_id=token(tokenizer, BOS),
        eos_token_id=token(tokenizer, END),
        pad_token_id=token(tokenizer, PAD),
    )
    half.save_pretrained(folder)
    _processor(llava, tokenizer).save_pretrained(folder)
    _keep_pillow(folder / "processor_config.json")
    # The template has the instruction already; what any MLLM is told would be said twice.
    words = {"ask": "", "explain": EXPLAIN}
    (folder / WORDS_FILE).write_text(json.dumps(words) + "\n", "utf-8")


def _processor(llava: LlavaForConditionalGeneration, tokenizer: Tokenizer) -> LlavaProcessor:
    vision = llava.config.vision_config
    side = vision.image_size
    return LlavaProcessor(
        image_processor=ViTImageProcessorPil(
            size={"height": side, "width": side},
            image_mean=[0.5, 0.5, 0.5],
            image_std=[0.5, 0.5, 0.5],
            do_convert_rgb=True,
        ),
        tokenizer=PreTrainedTokenizerFast(
            tokenizer_object=tokenizer,
            bos_token=BOS,
            eos_token=END,
            pad_token=PAD,
            additional_special_tokens=[USER, ASSISTANT, IMAGE],
            model_max_length=llava.config.text_config.max_position_embeddings,
            clean_up_tokenization_spaces=False,
        ),
        patch_size=vision.patch_size,
        vision_feature_select_strategy="full",
        chat_template=TEMPLATE,
        image_token=IMAGE,
    )


def _keep_pillow(path: Path) -> None:
    """Name the Pillow class: the name that is saved means torchvision wherever that is installed,
    and torchvision scales pictures a little differently."""
    config = json.loads(path.read_text("utf-8"))
    config["image_processor"]["image_processor_type"] = ViTImageProcessorPil.__name__
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", "utf-8")
