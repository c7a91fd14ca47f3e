"""The same building blocks as plain.py over the loops of kernels.c, for float and bf16 on a CPU. Compiles them on first use."""

from __future__ import annotations

import ctypes
import hashlib
import os
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any, List, Tuple

import torch
from torch import Tensor

_SOURCES = [Path(__file__).with_name(name) for name in ("kernels.c", "attention.c")]
_FLAGS = ["-O3", "-march=native", "-ffast-math", "-fopenmp", "-shared", "-fPIC"]


@lru_cache(maxsize=None)
def _load(dtype: torch.dtype) -> ctypes.CDLL:
    """Builds kernels.c for a float type into an ignored folder, once per version of the source, and loads it."""
    flags = [*_FLAGS, *{torch.float32: [], torch.bfloat16: ["-DBF16"]}[dtype]]
    folder = Path(os.environ.get("PALIMPSEST_BUILD", Path(__file__).resolve().parents[1] / ".palimpsest" / "train" / "build"))
    version = hashlib.sha256(b"".join(p.read_bytes() for p in _SOURCES) + " ".join(flags).encode()).hexdigest()[:12]
    library = folder / f"kernels-{version}.so"
    if not library.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = library.with_suffix(f".{os.getpid()}")
        subprocess.run(["gcc", *flags, str(_SOURCES[0]), "-o", str(part), "-lm"], check=True)
        part.rename(library)
    return ctypes.CDLL(str(library))


def _call(name: str, first: Tensor, *values: Any) -> None:
    """Calls a kernel, in the version for the type of its first argument.

    Tensors go as pointers to contiguous memory, whole numbers as long, the rest as float.
    """
    passed: List[Any] = []
    for value in (first, *values):
        if isinstance(value, Tensor):
            passed.append(ctypes.c_void_p(value.data_ptr()))
        elif isinstance(value, int):
            passed.append(ctypes.c_long(value))
        else:
            passed.append(ctypes.c_float(value))
    getattr(_load(first.dtype), name)(*passed)


class _RmsNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, eps: float) -> Tensor:
        x = x.contiguous()
        width = x.shape[-1]
        rows = x.numel() // width
        y, scale = torch.empty_like(x), torch.empty(rows)
        _call("rms_forward", x, weight, y, scale, rows, width, 1, width, eps)
        ctx.save_for_backward(x, weight, scale)
        return y

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tuple:
        x, weight, scale = ctx.saved_tensors
        grad_x, grad_weight = _rms_backward(x, weight, scale, grad.contiguous(), 1, x.shape[-1])
        return grad_x.view_as(x), grad_weight, None


def _rms_backward(x: Tensor, weight: Tensor, scale: Tensor, grad: Tensor, heads: int, stride: int) -> Tuple[Tensor, Tensor]:
    threads = torch.get_num_threads()
    width = weight.numel()
    grad_x, grad_weight = torch.empty_like(grad), torch.zeros(threads, width)
    _call("rms_backward", x, weight, scale, grad, grad_x, grad_weight, scale.numel(), width, heads, stride, threads)
    return grad_x, grad_weight.sum(0)


class _SplitHeads(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, qkv: Tensor, q_weight: Tensor, k_weight: Tensor, cosine: Tensor, sine: Tensor, query_heads: int, key_heads: int, eps: float
    ) -> Tuple[Tensor, Tensor, Tensor]:
        batch, length, stride = qkv.shape
        width = q_weight.numel()
        parts, scales = [], []
        for first, heads, weight in ((0, query_heads, q_weight), (query_heads, key_heads, k_weight)):
            out = torch.empty(batch, length, heads, width, dtype=qkv.dtype)
            scale = torch.empty(batch * length * heads)
            view = qkv.view(-1)[first * width :]
            _call("rms_forward", view, weight, out, scale, scale.numel(), width, heads, stride, eps)
            _call("rotate", out, cosine, sine, batch, length, heads, width, cosine.shape[-1], 1.0)
            parts.append(out)
            scales.append(scale)
        ctx.save_for_backward(qkv, q_weight, k_weight, cosine, sine, *scales)
        values = qkv[:, :, (query_heads + key_heads) * width :].reshape(batch, length, key_heads, width).clone()
        return parts[0], parts[1], values

    @staticmethod
    def backward(ctx: Any, grad_q: Tensor, grad_k: Tensor, grad_v: Tensor) -> Tuple:
        qkv, q_weight, k_weight, cosine, sine, q_scale, k_scale = ctx.saved_tensors
        batch, length, stride = qkv.shape
        width = q_weight.numel()
        grad, weights, first = torch.empty_like(qkv), [], 0
        for part, weight, scale in ((grad_q, q_weight, q_scale), (grad_k, k_weight, k_scale)):
            heads = part.shape[2]
            part = part.clone(memory_format=torch.contiguous_format)
            _call("rotate", part, cosine, sine, batch, length, heads, width, cosine.shape[-1], -1.0)
            grad_x, grad_weight = _rms_backward(qkv.view(-1)[first * width :], weight, scale, part, heads, stride)
            grad[:, :, first * width : (first + heads) * width] = grad_x.view(batch, length, heads * width)
            weights.append(grad_weight)
            first += heads
        grad[:, :, first * width :] = grad_v.reshape(batch, length, -1)
        return grad, weights[0], weights[1], None, None, None, None, None


class _Attention(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, spans: Tensor) -> Tensor:
        q, k, v = q.contiguous(), k.contiguous(), v.contiguous()
        out, row_sums = torch.empty_like(q), torch.empty(q.shape[0], q.shape[2], q.shape[1])
        shape = (q.shape[0], q.shape[1], k.shape[1], q.shape[2], k.shape[2], q.shape[3])
        _call("attention_forward", q, k, v, spans, out, row_sums, *shape, q.shape[-1] ** -0.5)
        ctx.save_for_backward(q, k, v, spans, out, row_sums)
        ctx.shape = shape
        return out.flatten(2)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tuple:
        q, k, v, spans, out, row_sums = ctx.saved_tensors
        grads = torch.empty_like(q), torch.empty_like(k), torch.empty_like(v)
        _call("attention_backward", q, k, v, spans, out, row_sums, grad.contiguous(), *grads, *ctx.shape, q.shape[-1] ** -0.5)
        return (*grads, None)


class _SwiGlu(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        x = x.contiguous()
        width = x.shape[-1] // 2
        y = torch.empty(*x.shape[:-1], width, dtype=x.dtype)
        _call("swiglu_forward", x, y, y.numel() // width, width)
        ctx.save_for_backward(x)
        return y

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        grad, out = grad.contiguous(), torch.empty_like(x)
        _call("swiglu_backward", x, grad, out, grad.numel() // grad.shape[-1], grad.shape[-1])
        return out


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, source: Tensor, place: Tensor) -> Tensor:
        ctx.save_for_backward(place)
        return x.index_select(0, source)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tuple:
        (place,) = ctx.saved_tensors
        grad = grad.contiguous()
        out = torch.empty(place.shape[0], grad.shape[-1], dtype=grad.dtype)
        _call("gather_backward", grad, place, out, place.shape[0], place.shape[1], grad.shape[-1])
        return out, None, None


class _Combine(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, y: Tensor, place: Tensor, weight: Tensor) -> Tensor:
        y, weight = y.contiguous(), weight.contiguous()
        rows, k = weight.shape
        out = torch.empty(rows, y.shape[-1], dtype=y.dtype)
        _call("combine_forward", y, place, weight, out, rows, k, y.shape[-1])
        ctx.save_for_backward(y, place, weight)
        return out

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tuple:
        y, place, weight = ctx.saved_tensors
        grad_y, grad_weight = torch.empty_like(y), torch.empty_like(weight)
        _call("combine_backward", y, place, weight, grad.contiguous(), grad_y, grad_weight, *weight.shape, y.shape[-1])
        return grad_y, None, grad_weight


class _CrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, logits: Tensor, labels: Tensor, weight: Tensor) -> Tuple[Tensor, Tensor]:
        grad, each = logits.detach().clone(), torch.empty(logits.shape[0])
        _call("cross_entropy", grad, labels, weight, each, *logits.shape)
        ctx.save_for_backward(grad)
        ctx.mark_non_differentiable(each)
        return (each * weight).sum(), each

    @staticmethod
    def backward(ctx: Any, grad_sum: Tensor, _: Tensor) -> Tuple:
        (grad,) = ctx.saved_tensors
        return grad * grad_sum.to(grad.dtype), None, None


def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    """As plain.rms_norm."""
    return _RmsNorm.apply(x, weight, eps)


def split_heads(
    qkv: Tensor, q_weight: Tensor, k_weight: Tensor, cosine: Tensor, sine: Tensor, query_heads: int, key_heads: int, eps: float
) -> Tuple[Tensor, Tensor, Tensor]:
    """As plain.split_heads."""
    return _SplitHeads.apply(qkv.contiguous(), q_weight, k_weight, cosine, sine, query_heads, key_heads, eps)


def attention(q: Tensor, k: Tensor, v: Tensor, spans: Tensor) -> Tensor:
    """As plain.attention."""
    return _Attention.apply(q, k, v, spans)


def swiglu(x: Tensor) -> Tensor:
    """As plain.swiglu."""
    return _SwiGlu.apply(x)


def gather(x: Tensor, source: Tensor, place: Tensor) -> Tensor:
    """As plain.gather."""
    return _Gather.apply(x, source, place)


def combine(y: Tensor, place: Tensor, weight: Tensor) -> Tensor:
    """As plain.combine."""
    return _Combine.apply(y, place, weight)


def cross_entropy(logits: Tensor, labels: Tensor, weight: Tensor) -> Tuple[Tensor, Tensor]:
    """As plain.cross_entropy; the gradient of the logits is made on the way forward."""
    return _CrossEntropy.apply(logits.contiguous(), labels, weight)
