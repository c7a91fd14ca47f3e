"""The LLaDA2 mixture-of-experts transformer. Knows the architecture; nothing of noise, losses or data.

Sources: the released modeling code's behaviour as written down in the project's notes: RMSNorm before attention and
before the feed-forward, per-head norms of q and k before a partial rotation, a sigmoid router whose bias only selects,
groups of experts, one shared expert that is not scaled. Logits at a position predict the token AT that position.
"""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any, Dict, List, Optional, Tuple

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from config import ModelConfig
from layout import BLOCK, Layout


class _GroupedMatmul(torch.autograd.Function):
    """x[bounds[e]:bounds[e+1]] @ weight[e].T for every expert e; weight [experts, out, in]."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bounds: List[int]) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.bounds = bounds
        out = torch.empty(x.shape[0], weight.shape[1], dtype=x.dtype)
        for e, (first, last) in enumerate(zip(bounds, bounds[1:])):
            if last > first:
                torch.mm(x[first:last], weight[e].t(), out=out[first:last])
        return out

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tuple:
        x, weight = ctx.saved_tensors
        grad = grad.contiguous()
        grad_x, grad_weight = torch.empty_like(x), torch.zeros_like(weight)
        for e, (first, last) in enumerate(zip(ctx.bounds, ctx.bounds[1:])):
            if last > first:
                torch.mm(grad[first:last], weight[e], out=grad_x[first:last])
                torch.mm(grad[first:last].t(), x[first:last], out=grad_weight[e])
        return grad_x, grad_weight, None


class Model(nn.Module):
    """Parameters in float32; activations in `dtype` (fused.py knows float32 and bfloat16).

    Gate and up projections are stored in one matrix, gate first; q, k and v likewise.
    """

    def __init__(self, config: ModelConfig, ops: ModuleType, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.config, self.ops, self.dtype = config, ops, dtype
        c = config
        qkv_rows = (c.num_attention_heads + 2 * c.num_key_value_heads) * c.head_dim
        attention_width = c.num_attention_heads * c.head_dim
        self.embedding = _matrix(c.vocab_size, c.hidden_size, std=0.02)
        self.head = _matrix(c.vocab_size, c.hidden_size, std=0.02)
        self.norm = nn.Parameter(torch.ones(c.hidden_size))
        self.layers = nn.ModuleList()
        for number in range(c.num_hidden_layers):
            layer = nn.Module()
            layer.input_norm = nn.Parameter(torch.ones(c.hidden_size))
            layer.qkv = _matrix(qkv_rows, c.hidden_size)
            layer.q_norm = nn.Parameter(torch.ones(c.head_dim))
            layer.k_norm = nn.Parameter(torch.ones(c.head_dim))
            layer.attention_out = _matrix(c.hidden_size, attention_width)
            layer.post_norm = nn.Parameter(torch.ones(c.hidden_size))
            dense = number < c.first_k_dense_replace
            inner = c.intermediate_size if dense else c.moe_intermediate_size * c.num_shared_experts
            layer.gate_up = _matrix(2 * inner, c.hidden_size)
            layer.down = _matrix(c.hidden_size, inner)
            if not dense:
                layer.router = _matrix(c.num_experts, c.hidden_size)
                layer.expert_gate_up = _matrix(c.num_experts, 2 * c.moe_intermediate_size, c.hidden_size)
                layer.expert_down = _matrix(c.num_experts, c.hidden_size, c.moe_intermediate_size)
                layer.register_buffer("expert_bias", torch.zeros(c.num_experts))
                #: Rows per expert since the last balancing; not part of a checkpoint.
                layer.register_buffer("load", torch.zeros(c.num_experts), persistent=False)
            self.layers.append(layer)

    def forward(self, ids: Tensor, layout: Layout, tail: int) -> Tensor:
        """ids [batch, length] in this layout -> normed states of the last `tail` positions, [batch, tail, hidden].

        Positions outside the tail are not computed in the last layer.
        """
        c = self.config
        cosine, sine = rope_angles(layout.positions, c)
        x = F.embedding(ids, self.embedding).to(self.dtype)
        for number, layer in enumerate(self.layers):
            qkv = self._linear(self.ops.rms_norm(x, layer.input_norm, c.rms_norm_eps), layer.qkv)
            q, k, v = self.ops.split_heads(
                qkv, layer.q_norm, layer.k_norm, cosine, sine, c.num_attention_heads, c.num_key_value_heads, c.rms_norm_eps
            )
            spans = layout.spans
            if number == c.num_hidden_layers - 1:
                q, x, spans = q[:, -tail:], x[:, -tail:], spans[-tail // BLOCK :].contiguous()
            x = x + self._linear(self.ops.attention(q, k, v, spans), layer.attention_out)
            x = x + self.feed_forward(number, self.ops.rms_norm(x, layer.post_norm, c.rms_norm_eps))
        return self.ops.rms_norm(x, self.norm, c.rms_norm_eps)

    def logits(self, states: Tensor) -> Tensor:
        """states [rows, hidden] -> [rows, vocabulary]."""
        return self._linear(states, self.head)

    def feed_forward(self, number: int, x: Tensor) -> Tensor:
        """The term that layer `number` adds to its normed input x [batch, length, hidden] after attention."""
        dense = number < self.config.first_k_dense_replace
        return self._dense(self.layers[number], x) if dense else self._experts(self.layers[number], x)

    def matrices(self) -> List[Tuple[nn.Parameter, List[int]]]:
        """The matrices inside the layers (not embedding, head, router), each with the row counts of its stacked parts."""
        c = self.config
        heads = [n * c.head_dim for n in (c.num_attention_heads, c.num_key_value_heads, c.num_key_value_heads)]
        found: List[Tuple[nn.Parameter, List[int]]] = []
        for layer in self.layers:
            found += [(layer.qkv, heads), (layer.attention_out, [c.hidden_size]), (layer.down, [c.hidden_size])]
            found.append((layer.gate_up, [layer.gate_up.shape[0] // 2] * 2))
            if hasattr(layer, "router"):
                found += [(layer.expert_gate_up, [c.moe_intermediate_size] * 2), (layer.expert_down, [c.hidden_size])]
        return found

    def balance(self, rate: float) -> float:
        """Moves every expert's bias by `rate` against its load since the last call and centres the biases.

        Returns the load of the busiest expert over the mean, averaged over layers: 1 is perfect balance.
        """
        ratios = []
        for layer in self.layers:
            if not hasattr(layer, "router"):
                continue
            mean = layer.load.mean()
            ratios.append(float(layer.load.max() / mean.clamp(min=1.0)))
            layer.expert_bias += rate * torch.sign(mean - layer.load)
            layer.expert_bias -= layer.expert_bias.mean()
            layer.load.zero_()
        return sum(ratios) / max(1, len(ratios))

    def _linear(self, x: Tensor, weight: Tensor) -> Tensor:
        return F.linear(x, weight.to(self.dtype))

    def _dense(self, layer: nn.Module, x: Tensor) -> Tensor:
        return self._linear(self.ops.swiglu(self._linear(x, layer.gate_up)), layer.down)

    def _experts(self, layer: nn.Module, x: Tensor) -> Tensor:
        c = self.config
        rows = x.reshape(-1, c.hidden_size)
        scores = torch.sigmoid(F.linear(rows.float(), layer.router))
        chosen = choose_experts(scores.detach() + layer.expert_bias, c)
        flat = chosen.flatten()
        counts = torch.bincount(flat, minlength=c.num_experts)
        if self.training:
            layer.load += counts
        order = torch.argsort(flat)
        place = torch.empty_like(order)
        place[order] = torch.arange(order.numel())
        place = place.view_as(chosen)
        bounds = [0] + torch.cumsum(counts, 0).tolist()
        weight = scores.gather(1, chosen)
        weight = weight / (weight.sum(-1, keepdim=True) + 1e-20) * c.routed_scaling_factor
        gathered = self.ops.gather(rows, torch.div(order, c.num_experts_per_tok, rounding_mode="floor"), place)
        inner = self.ops.swiglu(_GroupedMatmul.apply(gathered, layer.expert_gate_up.to(self.dtype), bounds))
        out = _GroupedMatmul.apply(inner, layer.expert_down.to(self.dtype), bounds)
        return (self.ops.combine(out, place, weight) + self._dense(layer, rows)).view_as(x)


def choose_experts(biased: Tensor, config: ModelConfig) -> Tensor:
    """biased [rows, experts] -> the ids of each row's experts: the best groups by the sum of their two best, then the best in them."""
    groups = biased.view(biased.shape[0], config.n_group, -1)
    best = groups.topk(2, -1).values.sum(-1).topk(config.topk_group, -1).indices
    admitted = torch.zeros(groups.shape[:2], dtype=torch.bool).scatter_(1, best, True)
    masked = groups.masked_fill(~admitted[:, :, None], float("-inf")).view_as(biased)
    return masked.topk(config.num_experts_per_tok, -1).indices


def rope_angles(positions: Tensor, config: ModelConfig) -> Tuple[Tensor, Tensor]:
    """positions [length] -> cosine and sine [length, rotary_dim / 2], float."""
    exponents = torch.arange(0, config.rotary_dim, 2).float() / config.rotary_dim
    angles = positions.float()[:, None] / config.rope_theta**exponents
    return angles.cos().contiguous(), angles.sin().contiguous()


def _matrix(*shape: int, std: Optional[float] = None) -> nn.Parameter:
    """Normal values; without `std`, 0.6 / sqrt(fan-in), which preserves the scale of activations."""
    return nn.Parameter(torch.randn(*shape) * (0.6 / math.sqrt(shape[-1]) if std is None else std))


def parameter_count(model: nn.Module) -> Dict[str, int]:
    """All parameters, and those that work on one token."""
    c = model.config  # type: ignore[attr-defined]
    total = sum(p.numel() for p in model.parameters())
    idle = sum(
        p.numel() * (c.num_experts - c.num_experts_per_tok) // c.num_experts for n, p in model.named_parameters() if ".expert_" in n
    )
    return {"total": total, "active": total - idle}
