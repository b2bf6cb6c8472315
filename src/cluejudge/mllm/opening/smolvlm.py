"""SmolVLM's processor, for pictures and text."""

from __future__ import annotations

from typing import Any

from transformers import ProcessorMixin, SmolVLMProcessor

_TOKENS = {
    "image_token": "<image>",
    "fake_image_token": "<fake_token_around_image>",
    "global_image_token": "<global-img>",
    "end_of_utterance_token": "<end_of_utterance>",
    "video_token": "<video>",
}
"""The tokens of its prompts, where a tokenizer does not name its own."""


class SmolVLMPictures(SmolVLMProcessor):
    """Makes of pictures and text what the library's own class makes of them.

    That one cannot be made without torchvision, which reads videos, and num2words, which writes
    how many frames a video has. Pictures need neither; all that reads them is inherited.
    """

    def __init__(
        self,
        image_processor: Any,
        tokenizer: Any,
        image_seq_len: int = 169,
        chat_template: str | None = None,
    ) -> None:
        for name, usual in _TOKENS.items():
            setattr(self, name, getattr(tokenizer, name, usual))
        self.image_token_id = tokenizer.convert_tokens_to_ids(self.image_token)
        self.image_seq_len = image_seq_len
        # Not the next class's: that is the one that asks for num2words.
        ProcessorMixin.__init__(self, image_processor, tokenizer, chat_template=chat_template)

    # The next class's asks how many frames of a video are read.
    apply_chat_template = ProcessorMixin.apply_chat_template
