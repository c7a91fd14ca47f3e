"""The model's building blocks in plain tensor code, any float type: the slow, obvious twin of fused.py."""

from __future__ import annotations

from typing import Tuple

import torch
import torch.nn.functional as F
from torch import Tensor

from layout import span_mask


def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    """x / rms(x) * weight over the last dimension, computed in float."""
    wide = x.float()
    return (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + eps) * weight).to(x.dtype)


def rotate(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Turns the first 2 * half dimensions of every head; x [batch, length, heads, dim], angles [length, half]."""
    half = cosine.shape[-1]
    a, b, rest = x[..., :half], x[..., half : 2 * half], x[..., 2 * half :]
    c, s = cosine[None, :, None].to(x.dtype), sine[None, :, None].to(x.dtype)
    return torch.cat([a * c - b * s, b * c + a * s, rest], -1)


def split_heads(
    qkv: Tensor, q_weight: Tensor, k_weight: Tensor, cosine: Tensor, sine: Tensor, query_heads: int, key_heads: int, eps: float
) -> Tuple[Tensor, Tensor, Tensor]:
    """qkv [batch, length, (query_heads + 2 key_heads) * dim] -> normed and rotated q and k, and v, each [batch, length, heads, dim]."""
    heads = qkv.view(*qkv.shape[:2], query_heads + 2 * key_heads, -1)
    q = rotate(rms_norm(heads[:, :, :query_heads], q_weight, eps), cosine, sine)
    k = rotate(rms_norm(heads[:, :, query_heads : query_heads + key_heads], k_weight, eps), cosine, sine)
    return q, k, heads[:, :, query_heads + key_heads :]


def attention(q: Tensor, k: Tensor, v: Tensor, spans: Tensor) -> Tensor:
    """q [batch, queries, heads, dim], k and v [batch, keys, key_heads, dim], spans as in layout.py -> [batch, queries, heads * dim]."""
    return masked_attention(q, k, v, span_mask(spans, k.shape[1]))


def masked_attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    """The same with a mask [queries, keys] of what each query sees."""
    share = q.shape[2] // k.shape[2]
    k, v = k.repeat_interleave(share, 2), v.repeat_interleave(share, 2)
    scores = torch.einsum("bqhd,bkhd->bhqk", q, k).float() * q.shape[-1] ** -0.5
    weights = scores.masked_fill(~mask, float("-inf")).softmax(-1).to(v.dtype)
    return torch.einsum("bhqk,bkhd->bqhd", weights, v).flatten(2)


def swiglu(x: Tensor) -> Tensor:
    """x [..., 2 * width] = gate | up -> silu(gate) * up."""
    gate, up = x.chunk(2, -1)
    return F.silu(gate) * up


def gather(x: Tensor, source: Tensor, place: Tensor) -> Tensor:
    """Copies row source[i] of x [rows, width] to row i; `place` [rows, k] is the way back and not needed here."""
    del place
    return x.index_select(0, source)


def combine(y: Tensor, place: Tensor, weight: Tensor) -> Tensor:
    """y [rows * k, width], place and weight [rows, k] -> sum over k of weight * y[place]."""
    return (y[place] * weight[:, :, None].to(y.dtype)).sum(1)


def cross_entropy(logits: Tensor, labels: Tensor, weight: Tensor) -> Tuple[Tensor, Tensor]:
    """logits [rows, vocabulary] -> the weighted sum of the losses, and each row's loss (without a gradient)."""
    each = F.cross_entropy(logits.float(), labels, reduction="none")
    return (each * weight).sum(), each.detach()
