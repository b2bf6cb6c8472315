"""Writing on from cached prefixes, the likeliest token at each step, many texts side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import torch
from torch import Tensor

from cluejudge.mllm.backbone import Backbone
from cluejudge.mllm.inference.caches import joined
from cluejudge.mllm.inference.forward import Tokens, padded, read_on
from cluejudge.mllm.inference.prefix import Prefix


@dataclass(frozen=True, slots=True)
class Task:
    """A text to write: behind which prefix, the tokens that ask for it, and its limit."""

    prefix: Prefix
    ids: tuple[int, ...]
    limit: int


@dataclass(frozen=True, slots=True)
class Text:
    """What was written: its tokens, without the one that ended it; whether it ended by itself.

    `next` is the logits [vocabulary] of the token behind it.
    """

    ids: tuple[int, ...]
    ended: bool
    next: Tensor


Stop = Callable[[Sequence[int]], bool]
"""Whether a text is written as far as it is wanted."""


@dataclass(frozen=True, slots=True)
class _State:
    """Texts being written, as rows: their cache, which cached tokens are their own, the next
    position of each, and the logits of its next token."""

    cache: Any
    valid: Tensor
    next: Tensor
    logits: Tensor

    def only(self, rows: list[int]) -> _State:
        """Some of the rows."""
        if len(rows) == len(self.next):
            return self
        index = torch.tensor(rows, device=self.next.device)
        self.cache.reorder_cache(index)
        return _State(self.cache, self.valid[index], self.next[index], self.logits[index])


class Generator:
    """Writes behind prefixes; all of one length are written together, whatever they show.

    `ragged` says whether rows may be padded: only full attention can look past the padding.
    """

    def __init__(self, backbone: Backbone, *, ragged: bool) -> None:
        self._backbone = backbone
        self._ends = end_tokens(backbone)
        self._ragged = ragged

    def write(self, tasks: Sequence[Task], stop: Stop, batch_tokens: int) -> list[Text]:
        """A text for each task."""
        texts: dict[int, Text] = {}
        for group in self._groups(tasks, batch_tokens):
            texts |= self._group(tasks, group, stop)
        return [texts[place] for place in range(len(tasks))]

    def _groups(self, tasks: Sequence[Task], budget: int) -> list[list[int]]:
        """Places of tasks that are written together."""
        groups: dict[tuple[int, int], list[int]] = {}
        for place, task in enumerate(tasks):
            alike = task.prefix.batch.length, 0 if self._ragged else len(task.ids)
            groups.setdefault(alike, []).append(place)
        parts = []
        for (length, _), places in groups.items():
            longest = max(len(tasks[place].ids) + tasks[place].limit for place in places)
            size = max(1, budget // (length + longest))
            parts += [places[k : k + size] for k in range(0, len(places), size)]
        return parts

    def _group(self, tasks: Sequence[Task], places: list[int], stop: Stop) -> dict[int, Text]:
        state = self._begin([tasks[place] for place in places])
        written: dict[int, list[int]] = {place: [] for place in places}
        done: dict[int, Text] = {}
        while places:
            best = state.logits.argmax(-1).tolist()
            going = []
            for row, (place, token) in enumerate(zip(places, best, strict=True)):
                ids = written[place]
                ended = token in self._ends
                if ended or stop(ids) or len(ids) >= tasks[place].limit:
                    done[place] = Text(tuple(ids), ended or stop(ids), state.logits[row])
                else:
                    ids.append(token)
                    going.append(row)
            places = [places[row] for row in going]
            if places:
                state = self._step(state.only(going), [written[place][-1] for place in places])
        return done

    def _begin(self, tasks: Sequence[Task]) -> _State:
        device = self._backbone.device
        length = tasks[0].prefix.batch.length
        ids = padded([task.ids for task in tasks]).to(device)
        lengths = torch.tensor([len(task.ids) for task in tasks], device=device)
        order = torch.arange(ids.shape[1], device=device)
        own = order < lengths[:, None]
        read = torch.ones(len(tasks), length, dtype=torch.bool, device=device)
        valid = torch.cat([read, own], dim=1)
        cache, starts = _behind([task.prefix for task in tasks])
        ends = lengths[:, None] - 1
        tokens = Tokens(ids, starts[:, None] + order, ends, self._mask(valid))
        logits = read_on(self._backbone, cache, tokens)
        return _State(cache, valid, starts + lengths, logits[:, 0])

    def _step(self, state: _State, tokens: list[int]) -> _State:
        ids = torch.tensor(tokens, device=state.next.device)[:, None]
        valid = torch.nn.functional.pad(state.valid, (0, 1), value=True)
        read = Tokens(ids, state.next[:, None], torch.zeros_like(ids), self._mask(valid))
        logits = read_on(self._backbone, state.cache, read)
        return replace(state, valid=valid, next=state.next + 1, logits=logits[:, 0])

    def _mask(self, valid: Tensor) -> Tensor | None:
        """None where nothing is padded, so that a model with states is not given a mask."""
        return valid.long() if self._ragged and not bool(valid.all()) else None


def _behind(prefixes: Sequence[Prefix]) -> tuple[Any, Tensor]:
    """A cache with a row for each prefix, and the positions [rows] of what comes next."""
    parts: list[tuple[Any, list[int]]] = []
    for _, run in groupby(prefixes, key=lambda prefix: id(prefix.batch)):
        some = list(run)
        parts.append((some[0].batch.cache, [prefix.row for prefix in some]))
    starts = torch.stack([prefix.batch.starts[prefix.row] for prefix in prefixes])
    return joined(parts), starts


def end_tokens(backbone: Backbone) -> frozenset[int]:
    """The tokens that end what a model writes, by its generation configuration and tokenizer."""
    told = getattr(backbone.model.generation_config, "eos_token_id", None)
    listed = told if isinstance(told, list) else [told]
    return frozenset(
        int(token) for token in (*listed, backbone.tokenizer.eos_token_id) if token is not None
    )
