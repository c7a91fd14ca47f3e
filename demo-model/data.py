"""Packed samples -> batches. The order of batches depends only on the seed and the position."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, List, Tuple

import numpy as np
import torch

from config import END_OF_TEXT
from layout import BLOCK


@dataclass
class Batch:
    """Samples of similar length, padded to whole blocks.

    ids: [batch, length] int64, prompt then answer then END_OF_TEXT.
    answer: [batch, length] bool, the answer with its end of turn and the padding up to the end of that block.
    start: where the first block with an answer begins (a multiple of the block length).
    """

    ids: torch.Tensor
    answer: torch.Tensor
    start: int

    @property
    def data_tokens(self) -> int:
        """Tokens that are not padding."""
        return int((self.ids != END_OF_TEXT).sum())


@dataclass
class Position:
    """Position of training in the data: passes over all shards, shards of this pass, batches of this shard."""

    epoch: int = 0
    shard: int = 0
    batch: int = 0


class Shard:
    """One packed file of samples (see data/make.ts for its form), held in memory."""

    def __init__(self, path: Path) -> None:
        self.tokens = np.fromfile(path, dtype="<u2")
        self.index = np.fromfile(path.with_suffix(".idx"), dtype="<i4").reshape(-1, 3)

    def plan(self, budget: int, copies: int, rng: np.random.Generator) -> List[np.ndarray]:
        """Cuts the shard into batches of samples with like lengths, in random order.

        A batch holds at most `budget` positions, counting clean tokens and `copies` of the answer's blocks.
        """
        starts = self.index[:, 1] // BLOCK
        ends = -(-(self.index[:, 1] + self.index[:, 2]) // BLOCK)
        order = rng.permutation(len(self.index))
        order = order[np.lexsort((starts[order], ends[order]))]
        batches: List[np.ndarray] = []
        first = 0
        while first < len(order):
            last, low, high = first, starts[order[first]], ends[order[first]]
            while last < len(order):
                low, high = min(low, starts[order[last]]), max(high, ends[order[last]])
                if last > first and (last + 1 - first) * (high + copies * (high - low)) * BLOCK > budget:
                    break
                last += 1
            batches.append(order[first:last])
            first = last
        return [batches[i] for i in rng.permutation(len(batches))]

    def batch(self, samples: np.ndarray) -> Batch:
        """Puts the samples with these numbers into one batch."""
        rows = self.index[samples]
        length = int(-(-(rows[:, 1] + rows[:, 2]).max() // BLOCK)) * BLOCK
        ids = np.full((len(rows), length), END_OF_TEXT, dtype=np.int64)
        answer = np.zeros((len(rows), length), dtype=bool)
        for i, (offset, prompt, size) in enumerate(rows):
            ids[i, : prompt + size] = self.tokens[offset : offset + prompt + size]
            answer[i, prompt : -(-(prompt + size) // BLOCK) * BLOCK] = True
        return Batch(torch.from_numpy(ids), torch.from_numpy(answer), int(rows[:, 1].min() // BLOCK) * BLOCK)


def stream(folder: Path, budget: int, copies: int, seed: int, at: Position) -> Iterator[Tuple[Batch, Position]]:
    """Yields batches from `at` on, without end, each with the position after it."""
    paths = sorted(folder.glob("train-*.idx"))
    if not paths:
        raise FileNotFoundError(f"no train-*.idx in {folder}: run data/make.ts pack")
    epoch, shard, done = at.epoch, at.shard, at.batch
    while True:
        order = np.random.default_rng([seed, epoch]).permutation(len(paths))
        while shard < len(paths):
            loaded = Shard(paths[order[shard]].with_suffix(".bin"))
            plan = loaded.plan(budget, copies, np.random.default_rng([seed, epoch, int(order[shard])]))
            for number in range(done, len(plan)):
                yield loaded.batch(plan[number]), Position(epoch, shard, number + 1)
            shard, done = shard + 1, 0
        epoch, shard, done = epoch + 1, 0, 0
