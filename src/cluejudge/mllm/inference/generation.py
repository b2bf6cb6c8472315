"""Writing on from cached prefixes, the likeliest token at each step, many texts side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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

    `ragged` says whether rows may be padded: only full attention can look past the padding. Of
    other models' rows as many tokens are read at once as the shortest has, and what the longer ones
    have left is read token by token, while the shorter ones are being written.
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

    def _groups(self, tasks: Sequence[Task], budget: int) -> Iterator[list[int]]:
        """Places of tasks that are written together."""
        alike: dict[int, list[int]] = {}
        for place, task in enumerate(tasks):
            alike.setdefault(task.prefix.batch.length, []).append(place)
        for places in alike.values():
            if not self._ragged:
                places.sort(key=lambda place: len(tasks[place].ids))
            group: list[int] = []
            for place in places:
                if group and not self._fit([tasks[one] for one in (*group, place)], budget):
                    yield group
                    group = []
                group.append(place)
            yield group

    def _fit(self, tasks: Sequence[Task], budget: int) -> bool:
        """Whether tasks in the order of their lengths have room together, and gain by it."""
        longest = max(len(task.ids) + task.limit for task in tasks)
        if len(tasks) * (tasks[0].prefix.batch.length + longest) > budget:
            return False
        # One by one, the longest may be read in the steps that another group would take.
        return self._ragged or len(tasks[-1].ids) - len(tasks[0].ids) <= tasks[-1].limit

    def _group(self, tasks: Sequence[Task], places: list[int], stop: Stop) -> dict[int, Text]:
        together = (max if self._ragged else min)(len(tasks[place].ids) for place in places)
        state = self._begin([tasks[place] for place in places], together)
        unread = {place: list(reversed(tasks[place].ids[together:])) for place in places}
        written: dict[int, list[int]] = {place: [] for place in places}
        done: dict[int, Text] = {}
        while places:
            best = state.logits.argmax(-1).tolist()
            going, tokens = [], []
            for row, (place, token) in enumerate(zip(places, best, strict=True)):
                ids = written[place]
                ended = token in self._ends
                if unread[place]:
                    tokens.append(unread[place].pop())
                elif ended or stop(ids) or len(ids) >= tasks[place].limit:
                    done[place] = Text(tuple(ids), ended or stop(ids), state.logits[row])
                    continue
                else:
                    ids.append(token)
                    tokens.append(token)
                going.append(row)
            places = [places[row] for row in going]
            if places:
                state = self._step(state.only(going), tokens)
        return done

    def _begin(self, tasks: Sequence[Task], together: int) -> _State:
        """Read that many tokens of each task."""
        device = self._backbone.device
        length = tasks[0].prefix.batch.length
        read = [task.ids[:together] for task in tasks]
        ids = padded(read).to(device)
        lengths = torch.tensor(list(map(len, read)), device=device)
        order = torch.arange(ids.shape[1], device=device)
        own = order < lengths[:, None]
        cached = torch.ones(len(tasks), length, dtype=torch.bool, device=device)
        valid = torch.cat([cached, own], dim=1)
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
