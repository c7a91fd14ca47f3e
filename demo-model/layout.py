"""Layouts of training sequences: the positions that each position sees, as masks and as spans of keys.

A span row describes one block of 32 queries: (first, last) of two ranges of keys, and 1 if the second range is causal
(then row r of the block sees its first r + 1 keys). A mask in this form costs nothing to store and tells the attention
kernel what it need not compute.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

#: The block of the model, and of the attention kernel.
BLOCK = 32


@dataclass(frozen=True)
class Layout:
    """positions [length], and spans [length / BLOCK, 5] int64."""

    positions: Tensor
    spans: Tensor


@lru_cache(maxsize=4096)
def diffusion_layout(length: int, start: int, copies: int) -> Layout:
    """[clean 0..length | copies of noisy start..length].

    Clean sees clean up to and with its own block; a noisy block sees the clean blocks before it and itself.
    """
    clean = [(0, at, at, at + BLOCK, 0) for at in range(0, length, BLOCK)]
    noisy = []
    for copy in range(copies):
        own = length + copy * (length - start)
        noisy += [(0, at, own + at - start, own + at - start + BLOCK, 0) for at in range(start, length, BLOCK)]
    positions = torch.cat([torch.arange(length), torch.arange(start, length).repeat(copies)])
    return Layout(positions, torch.tensor(clean + noisy, dtype=torch.int64))


@lru_cache(maxsize=1024)
def causal_layout(length: int) -> Layout:
    """A sequence in which every position sees itself and the positions before it."""
    spans = [(0, at, at, at + BLOCK, 1) for at in range(0, length, BLOCK)]
    return Layout(torch.arange(length), torch.tensor(spans, dtype=torch.int64))


def span_mask(spans: Tensor, keys: int) -> Tensor:
    """The spans as a bool mask [queries, keys]: the slow form, for plain code and tests."""
    mask = torch.zeros(len(spans) * BLOCK, keys, dtype=torch.bool)
    for number, (first, last, second, end, causal) in enumerate(spans.tolist()):
        rows = mask[number * BLOCK : (number + 1) * BLOCK]
        rows[:, first:last] = True
        rows[:, second:end] = torch.ones(BLOCK, end - second, dtype=torch.bool).tril() if causal else True
    return mask
