"""Saves and loads the full state of a run, so that it resumes exactly. Safe to kill at any moment."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Dict, List

import torch

from data import Position
from model import Model
from optimizer import Optimizer


def save(path: Path, model: Model, average: List[torch.Tensor], optimizer: Optimizer, position: Position, progress: Dict) -> None:
    """Writes to a file beside `path`, flushes it to the disk, then renames: `path` is always a whole checkpoint.

    average: the running mean of model.parameters(), in their order. progress: counters such as step and tokens.
    """
    state = {
        "model": model.state_dict(),
        "average": average,
        "optimizer": optimizer.state_dict(),
        "position": asdict(position),
        "progress": progress,
        "config": asdict(model.config),
    }
    part = path.with_suffix(".part")
    with open(part, "wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def load(path: Path) -> Dict:
    """The dictionary that `save` wrote, tensors on the CPU."""
    return torch.load(path, map_location="cpu")
