from __future__ import annotations

from pathlib import Path

import pytest

from cluejudge.errors import UsageError
from cluejudge.mllm.options import MllmOptions, parse_options


def test_nothing_given_is_all_defaults() -> None:
    assert parse_options({}) == MllmOptions()


def test_every_option_can_be_given() -> None:
    given = {
        "device": "cuda:1",
        "dtype": "bfloat16",
        "quantization": "4bit",
        "revision": "main",
        "strategy": "fork",
        "encoder": "google/siglip2-base-patch16-224",
        "detector": "none",
        "reasoning": "json",
        "image_tokens": "256",
        "max_batch_tokens": "1024",
        "cache": "here",
    }
    options = parse_options({**given, "device_map": "none"})
    assert set(given) | {"device_map"} == set(MllmOptions.model_fields)
    for name, value in given.items():
        assert str(getattr(options, name)) == value
    assert options.cache == Path("here")
    assert options.device_map is None


def test_none_leaves_open_what_may_be_open() -> None:
    names = (
        "device_map",
        "quantization",
        "revision",
        "image_tokens",
        "max_batch_tokens",
        "cache",
    )
    assert parse_options(dict.fromkeys(names, "none")) == MllmOptions()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"dtpye": "float16"}, "option dtpye: there is no such setting (did you mean dtype?)"),
        ({"trust_remote_code": "true"}, "option trust_remote_code: there is no such setting"),
        ({"dtype": "bf16"}, "option dtype=bf16: input should be 'auto', 'float32', 'bfloat16' or"),
        ({"device": "gpu"}, "option device=gpu: a device is auto, cpu, mps, cuda or cuda:0"),
        ({"device": "cuda:x"}, "option device=cuda:x: a device is"),
        ({"device_map": "cuda"}, "option device_map=cuda: input should be 'auto', 'balanced'"),
        ({"quantization": "2bit"}, "option quantization=2bit: input should be '4bit' or '8bit'"),
        ({"strategy": "fast"}, "option strategy=fast: input should be"),
        ({"reasoning": "yes"}, "option reasoning=yes: input should be 'forced', 'json' or 'none'"),
        ({"revision": " "}, "option revision= : string should have at least 1 character"),
        ({"image_tokens": "1"}, "option image_tokens=1: input should be greater than or equal"),
        ({"max_batch_tokens": "many"}, "option max_batch_tokens=many: input should be a valid int"),
        (
            {"device_map": "auto", "device": "cuda"},
            "device_map=auto and device=cuda are two places for one model (keep one of them)",
        ),
    ],
)
def test_what_is_wrong_is_said(given: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_options(given)
    assert said in str(raised.value)
