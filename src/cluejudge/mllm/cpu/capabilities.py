"""What this machine's processor is able to do, as far as models run faster by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

Able = Mapping[str, Any]


def capabilities() -> Able:
    """Instruction sets by name, true where there; nothing where torch is too old to tell."""
    tell = getattr(torch.cpu, "get_capabilities", dict)
    found: Able = tell()
    return found


def multiplies_bfloat16(able: Able | None = None) -> bool:
    """Whether products of matrices are faster in bfloat16: by AVX-512's instructions or by AMX.

    Of other processors nothing is known here. `able` is by default what this one is able to do.
    """
    able = capabilities() if able is None else able
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def products_pay(able: Able | None = None) -> bool:
    """Whether attention is worth computing by products: not with AMX, which torch's own uses.

    Asked of a processor that multiplies bfloat16; measured with AVX-512 only (`benchmarks/cpu.py`).
    """
    able = capabilities() if able is None else able
    return not able.get("amx_bf16")
