"""Begins a run with the weights of a released checkpoint of the same shape and another tokenizer.

What the layers learned is kept. A token that both vocabularies have keeps its rows; the rows of any other token are the
means over the tokens that the old vocabulary spells it with.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Dict, List, Tuple

import torch
from torch import Tensor

from export import released_tensors
from model import Model


def take_weights(model: Model, folder: Path, tokenizer: Path) -> None:
    """Copies the checkpoint in `folder` (released layout, with its tokenizer.json) into `model`, whose tokenizer.json is given."""
    saved = read_safetensors(folder / "model.safetensors")
    pieces = spellings(folder / "tokenizer.json", tokenizer)
    if len(pieces) != model.config.vocab_size:
        raise ValueError(f"{tokenizer} has {len(pieces)} tokens, the model {model.config.vocab_size}")
    for name in ("model.word_embeddings.weight", "lm_head.weight"):
        saved[name] = torch.stack([saved[name][ids].mean(0) for ids in pieces])
    own = released_tensors(model)
    if {name: t.shape for name, (t, _) in own.items()} != {name: t.shape for name, t in saved.items()}:
        raise ValueError(f"{folder} holds a model of another shape")
    for name, (tensor, _) in own.items():
        tensor.copy_(saved[name])


def read_safetensors(path: Path) -> Dict[str, Tensor]:
    """Name -> float32 tensor. Knows the two types that export.py writes."""
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    kinds = {"F32": torch.float32, "BF16": torch.bfloat16}
    found: Dict[str, Tensor] = {}
    for name, entry in json.loads(data[8 : 8 + size]).items():
        if name == "__metadata__":
            continue
        first, last = (8 + size + offset for offset in entry["data_offsets"])
        flat = torch.frombuffer(bytearray(data[first:last]), dtype=kinds[entry["dtype"]])
        found[name] = flat.float().view(entry["shape"])
    return found


def spellings(old: Path, new: Path) -> List[List[int]]:
    """For every id of the new tokenizer the ids that the old one writes the same text with."""
    vocabulary, ranks = _read(old)
    tokens, _ = _read(new)
    return [_spell(token, vocabulary, ranks) for token, _ in sorted(tokens.items(), key=lambda item: item[1])]


def _read(path: Path) -> Tuple[Dict[str, int], Dict[Tuple[str, str], int]]:
    """Token -> id, special ones included, and the rank of each merge."""
    text = json.loads(path.read_text())
    vocabulary = {**text["model"]["vocab"], **{token["content"]: token["id"] for token in text["added_tokens"]}}
    merges = [merge if isinstance(merge, list) else merge.split(" ") for merge in text["model"]["merges"]]
    return vocabulary, {(left, right): rank for rank, (left, right) in enumerate(merges)}


def _spell(token: str, vocabulary: Dict[str, int], ranks: Dict[Tuple[str, str], int]) -> List[int]:
    """Byte-level BPE of one token's text: the earliest merge first, until none applies."""
    if token in vocabulary:
        return [vocabulary[token]]
    parts = list(token)
    while True:
        known = [(ranks[pair], at) for at, pair in enumerate(zip(parts, parts[1:])) if pair in ranks]
        if not known:
            return [vocabulary[part] for part in parts]
        _, at = min(known)
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
