"""Muon for the matrices inside the layers, Adam for everything else, in one object with one state.

Muon (Keller Jordan, 2024): momentum, then the update is made nearly orthogonal by a Newton-Schulz iteration.
"""

from __future__ import annotations

from typing import Dict, List, Tuple

import torch
from torch import Tensor, nn

from model import Model

MUON_RATE = 0.012
MUON_MOMENTUM = 0.95
MUON_DECAY = 0.0004
ADAM_RATE = 0.003
ADAM_BETAS = (0.9, 0.98)
#: Largest norm of the gradient of all Adam parameters together.
ADAM_CLIP = 1.0


class Optimizer:
    """Steps a model's parameters; `scale` multiplies all rates (the schedule's value in [0, 1])."""

    def __init__(self, model: Model) -> None:
        self._matrices: List[Tuple[nn.Parameter, List[int]]] = model.matrices()
        inside = {id(p) for p, _ in self._matrices}
        self._rest = [p for p in model.parameters() if id(p) not in inside]
        self._momentum = [torch.zeros_like(p) for p, _ in self._matrices]
        self._dtype = model.dtype
        self._adam = torch.optim.AdamW(self._rest, lr=ADAM_RATE, betas=ADAM_BETAS, weight_decay=0.0, foreach=True)

    def step(self, scale: float) -> float:
        """Applies the gradients and clears them; returns the norm of the Adam parameters' gradient before clipping."""
        norm = nn.utils.clip_grad_norm_(self._rest, ADAM_CLIP)
        for group in self._adam.param_groups:
            group["lr"] = ADAM_RATE * scale
        self._adam.step()
        with torch.no_grad():
            for (matrix, parts), momentum in zip(self._matrices, self._momentum):
                if matrix.grad is None:
                    continue
                momentum.mul_(MUON_MOMENTUM).add_(matrix.grad)
                ahead = matrix.grad.add(momentum, alpha=MUON_MOMENTUM)
                update = torch.cat([orthogonalize(part) for part in ahead.to(self._dtype).split(parts, -2)], -2)
                matrix.mul_(1 - MUON_DECAY * scale).add_(update, alpha=-MUON_RATE * scale)
        for parameter in [*self._rest, *(m for m, _ in self._matrices)]:
            parameter.grad = None
        return float(norm)

    def state_dict(self) -> Dict:
        """The state that a resumed run needs to continue exactly."""
        return {"momentum": self._momentum, "adam": self._adam.state_dict()}

    def load_state_dict(self, state: Dict) -> None:
        """Takes a state of the same model shape."""
        for own, saved in zip(self._momentum, state["momentum"]):
            own.copy_(saved)
        self._adam.load_state_dict(state["adam"])


def orthogonalize(update: Tensor, steps: int = 5) -> Tensor:
    """update [..., rows, columns] -> the same shape with singular values near 1."""
    x = update
    wide = x.shape[-2] <= x.shape[-1]
    x = x if wide else x.transpose(-1, -2)
    x = x.contiguous() / (x.flatten(-2).norm(dim=-1)[..., None, None] + 1e-7)
    for _ in range(steps):
        square = x @ x.transpose(-1, -2)
        x = (square @ square).mul_(2.0315).sub_(square, alpha=4.7750) @ x + 3.4445 * x
    return x if wide else x.transpose(-1, -2)


def schedule(step: int, warmup: int, decay: Tuple[int, int]) -> float:
    """Warm-up, constant, decay (WSD). `decay` is (first step, steps); no steps means never. Ends at 2% of the rate."""
    first, steps = decay
    rise = min(1.0, (step + 1) / warmup)
    fall = 1.0 if steps == 0 or step < first else max(0.02, 1 - (step - first) / steps)
    return rise * fall
