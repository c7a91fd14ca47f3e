"""The training objective: to fill masks (M2T) and to replace wrong tokens (T2T), in one forward over [clean | noisy | noisy].

Published: the layout and its mask, that the prompt is never noised, that M2T and T2T are mixed and that drafts of the
model itself are fed back ("multi-turn forward"). All rates below are ours; the LLaDA2.1 report gives none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Dict, Tuple

import torch
from torch import Tensor

from config import END_OF_TEXT, END_OF_TURN, FIRST_ORDINARY, MASK
from data import Batch
from layout import BLOCK, causal_layout, diffusion_layout
from model import Model

#: Every answer comes in two noisy copies; what one masks, the other shows (LLaDA2.0's complementary masks).
COPIES = 2
#: Share of a block that the first copy masks: uniform from LEAST_MASKED to 1, and all of it in FULLY_MASKED of the blocks.
#: The second copy then has the same share of blocks without any mask: there only editing is learned.
LEAST_MASKED = 0.05
FULLY_MASKED = 0.35
#: Share of blocks in which visible tokens are replaced, and the most of a block that is.
CORRUPTED_BLOCKS = 0.6
MOST_CORRUPTED = 0.3
#: Share of blocks in which visible tokens are up to SHIFT_REACH places too early or too late, as after a draft that left a token
#: out or wrote one twice. Editing only substitutes: it has to write everything behind that place again.
SHIFTED_BLOCKS = 0.2
SHIFT_REACH = 2
#: Loss weights: a masked or replaced token counts 1.
KEPT_WEIGHT = 0.25
PADDING_FACTOR = 0.3


@dataclass
class Noisy:
    """All [batch, COPIES * noisy length], copy after copy: ids with noise, the positions of the noise, and the right ids."""

    ids: Tensor
    masked: Tensor
    replaced: Tensor
    labels: Tensor
    answer: Tensor


def corrupt(batch: Batch, vocabulary: int, generator: torch.Generator) -> Noisy:
    """Draws noise for every block independently. Only answer positions change."""
    clean, answer = (x[:, batch.start :].repeat(1, COPIES) for x in (batch.ids, batch.answer))
    rows, length = clean.shape
    blocks = length // BLOCK

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator)

    share = LEAST_MASKED + (1 - LEAST_MASKED) * uniform(rows, blocks // COPIES, 1)
    share = torch.where(uniform(rows, blocks // COPIES, 1) < FULLY_MASKED, torch.ones_like(share), share)
    first = (uniform(rows, blocks // COPIES, BLOCK) < share).flatten(1)
    masked = torch.cat([first, ~first], 1) & answer
    wrong = MOST_CORRUPTED * uniform(rows, blocks, 1)
    wrong = torch.where(uniform(rows, blocks, 1) < CORRUPTED_BLOCKS, wrong, torch.zeros_like(wrong))
    hit = (uniform(rows, blocks, BLOCK) < wrong).view(rows, length) & answer & ~masked
    # A wrong token is, a third each: any token, another token of this answer, the token of another answer at this place.
    kind = uniform(rows, length)
    anything = torch.randint(FIRST_ORDINARY, vocabulary, (rows, length), generator=generator)
    nearby = clean.gather(1, torch.randint(0, length, (rows, length), generator=generator))
    other = clean[torch.randperm(rows, generator=generator)]
    wrong_token = torch.where(kind < 1 / 3, anything, torch.where(kind < 2 / 3, nearby, other))
    shown = torch.where(hit, wrong_token, shift(clean, answer, generator))
    ids = torch.where(masked, torch.full_like(clean, MASK), shown)
    return Noisy(ids, masked, (ids != clean) & ~masked, clean, answer)


def shift(clean: Tensor, answer: Tensor, generator: torch.Generator) -> Tensor:
    """In some blocks the answer's tokens from one place on, half of the time to the end of the block, moved by a place or two."""
    rows, length = clean.shape
    blocks = length // BLOCK

    def draw(below: int) -> Tensor:
        return torch.randint(0, below, (rows, blocks, 1), generator=generator)

    distance = torch.where(draw(2) == 0, -1, 1) * torch.where(draw(4) == 0, SHIFT_REACH, 1)
    first = draw(BLOCK)
    last = torch.where(draw(2) == 0, BLOCK, first + draw(BLOCK))
    place = torch.arange(BLOCK)
    moved = (place >= first) & (place < last) & (torch.rand(rows, blocks, 1, generator=generator) < SHIFTED_BLOCKS)
    single = torch.arange(length) % (length // COPIES)
    source = single + (distance * moved).view(rows, length)
    source = source.clamp(0, length // COPIES - 1)
    return torch.where(answer, clean.gather(1, source), clean)


def redraft(model: Model, batch: Batch, noisy: Noisy, generator: torch.Generator) -> Noisy:
    """Multi-turn forward: the model itself fills a random part of the masks, right or wrong, and is then trained on that."""
    rows, length = noisy.ids.shape
    share = torch.rand(rows, length // BLOCK, 1, generator=generator).expand(-1, -1, BLOCK).reshape(rows, length)
    filled = noisy.masked & (torch.rand(rows, length, generator=generator) < share)
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = model.logits(_states(model, batch, noisy)[filled]).float()
    model.train(was_training)
    logits[:, MASK] = float("-inf")
    # Half of the rows take the best token, half draw one: the least of exponential draws over their rates.
    drawn = (torch.empty_like(logits).exponential_(generator=generator) / logits.softmax(-1)).argmin(-1)
    draws = (torch.rand(rows, 1, generator=generator) < 0.5).expand(rows, length)[filled]
    ids = noisy.ids.masked_scatter(filled, torch.where(draws, drawn, logits.argmax(-1)))
    masked = noisy.masked & ~filled
    return replace(noisy, ids=ids, masked=masked, replaced=(ids != noisy.labels) & ~masked)


def diffusion_loss(model: Model, batch: Batch, noisy: Noisy) -> Tuple[Tensor, Dict[str, Tensor]]:
    """The weighted mean cross entropy, and the plain means over masked, replaced and kept answer tokens as (sum, count)."""
    labels = noisy.labels
    weight = torch.where(noisy.masked | noisy.replaced, 1.0, KEPT_WEIGHT) * noisy.answer
    weight = torch.where(labels == END_OF_TEXT, weight * PADDING_FACTOR, weight).flatten()
    rows = weight.nonzero().flatten()
    states = _states(model, batch, noisy).flatten(0, 1).index_select(0, rows)
    total, each = model.ops.cross_entropy(model.logits(states), labels.flatten()[rows], weight[rows].contiguous())
    real = (labels != END_OF_TEXT).flatten()[rows]
    masked, replaced = noisy.masked.flatten()[rows], noisy.replaced.flatten()[rows]
    parts = {"m2t": masked & real, "t2t": replaced & real, "kept": ~masked & ~replaced & real}
    return total / weight.sum(), {name: torch.stack([each[part].sum(), part.sum().float()]) for name, part in parts.items()}


def causal_loss(model: Model, batch: Batch) -> Tuple[Tensor, Dict[str, Tensor]]:
    """The autoregressive twin: each state predicts the next token; mean cross entropy over the answer and its end of turn."""
    length = batch.ids.shape[1]
    labels = batch.ids[:, 1:]
    counted = batch.answer[:, 1:] & (labels != END_OF_TEXT)
    states = model(batch.ids, causal_layout(length), length)[:, :-1].flatten(0, 1)
    rows = counted.flatten().nonzero().flatten()
    total, each = model.ops.cross_entropy(model.logits(states.index_select(0, rows)), labels.flatten()[rows], torch.ones(len(rows)))
    ends = labels.flatten()[rows] == END_OF_TURN
    count = torch.tensor(float(len(rows)))
    return total / count, {"next": torch.stack([each.sum(), count]), "end": torch.stack([each[ends].sum(), ends.sum().float()])}


def _states(model: Model, batch: Batch, noisy: Noisy) -> Tensor:
    """[batch, COPIES * noisy length, hidden] of the noisy copies that follow the clean sequence."""
    layout = diffusion_layout(batch.ids.shape[1], batch.start, COPIES)
    return model(torch.cat([batch.ids, noisy.ids], 1), layout, noisy.ids.shape[1])
