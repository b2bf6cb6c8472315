"""Chat templates, one for each way of writing a chat.

A message's content is text, or a list of parts of type `image` or `text`.

Newlines stand as expressions, for transformers trims the one after a block.
"""

from __future__ import annotations

BODY = (
    "{% macro body(content) %}"
    "{% if content is string %}{{ content }}{% else %}{% for part in content %}"
    "{% if part.type == 'image' %}IMAGE{% elif part.type == 'text' %}{{ part.text }}{% endif %}"
    "{% endfor %}{% endif %}{% endmacro %}"
)
NEWLINE = "{{ '\\n' }}"


def _template(image: str, turns: str, opening: str, start: str = "") -> str:
    prompt = "{% if add_generation_prompt %}" + opening + "{% endif %}"
    loop = "{% for message in messages %}" + turns + "{% endfor %}"
    return BODY.replace("IMAGE", image) + start + loop + prompt


_CHATML_TURN = (
    "<|im_start|>{{ message.role }}" + NEWLINE + "{{ body(message.content) }}<|im_end|>" + NEWLINE
)
_CHATML_OPENING = "<|im_start|>assistant" + NEWLINE
_QWEN_IMAGE = "<|vision_start|><|image_pad|><|vision_end|>"
_THINK = (
    "<think>"
    + NEWLINE
    + "{% if enable_thinking is defined and enable_thinking is false %}"
    + NEWLINE
    + "</think>"
    + NEWLINE * 2
    + "{% endif %}"
)


def _by_role(assistant: str, other: str) -> str:
    return "{% if message.role == 'assistant' %}" + assistant + "{% else %}" + other + "{% endif %}"


QWEN = _template(_QWEN_IMAGE, _CHATML_TURN, _CHATML_OPENING)
QWEN_THINKING = _template(_QWEN_IMAGE, _CHATML_TURN, _CHATML_OPENING + _THINK)
INTERNVL = _template("<IMG_CONTEXT>" + NEWLINE, _CHATML_TURN, _CHATML_OPENING)
CHATML_TEXT = _template("", _CHATML_TURN, _CHATML_OPENING)
LLAVA = _template(
    "<image>" + NEWLINE,
    _by_role(
        "ASSISTANT: {{ body(message.content) }}</s>", "USER: {{ body(message.content) }}{{ ' ' }}"
    ),
    "ASSISTANT:",
)
LLAVA_NEXT = _template(
    "<image>" + NEWLINE,
    _by_role(
        "{{ ' ' }}{{ body(message.content) }}</s>", "[INST] {{ body(message.content) }} [/INST]"
    ),
    "",
)
IDEFICS3 = _template(
    "<image>",
    "{{ message.role | capitalize }}:{{ body(message.content) }}<end_of_utterance>" + NEWLINE,
    "Assistant:",
    start="<|begin_of_text|>",
)
SMOLVLM = _template(
    "<image>",
    "{{ message.role | capitalize }}:"
    "{% if message.content[0].type != 'image' %}{{ ' ' }}{% endif %}"
    "{{ body(message.content) }}<end_of_utterance>" + NEWLINE,
    "Assistant:",
    start="<|im_start|>",
)
GEMMA3 = _template(
    "<start_of_image>",
    "<start_of_turn>"
    + _by_role("model", "user")
    + NEWLINE
    + "{{ body(message.content) }}<end_of_turn>"
    + NEWLINE,
    "<start_of_turn>model" + NEWLINE,
    start="{{ bos_token }}",
)
