"""Writes a training checkpoint in the released layout: config.json, model.safetensors, and the tokenizer's files.

    export.py CHECKPOINT FOLDER --tokenizer FOLDER [--weights last] [--toward CHECKPOINT --share 0.75]

Takes checkpoint.pt and weights-NNNNNN.pt alike. The running mean of the weights is exported unless --weights says `last`. With
--toward, what is exported lies that share of the way to another checkpoint of the same run: two ends of a run, merged.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import struct
from pathlib import Path
from typing import Dict, List, Tuple

import torch
from torch import Tensor

import checkpoint
import plain
from config import ModelConfig
from model import Model


def main() -> None:
    """Reads the command line and writes the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tokenizer", type=Path, required=True, help="folder with tokenizer.json and tokenizer_config.json")
    parser.add_argument("--weights", choices=["average", "last"], default="average")
    parser.add_argument("--toward", type=Path, help="a later checkpoint to merge with")
    parser.add_argument("--share", type=float, default=0.5, help="its share of the weights")
    args = parser.parse_args()
    model = load_model(args.checkpoint, args.weights)
    if args.toward:
        merge(model, load_model(args.toward, args.weights), args.share)
    args.folder.mkdir(parents=True, exist_ok=True)
    write_safetensors(args.folder / "model.safetensors", released_tensors(model))
    (args.folder / "config.json").write_text(json.dumps(model.config.to_hf(), indent=1) + "\n")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(args.tokenizer / name, args.folder / name)
    print(f"{args.folder}: {sum(p.numel() for p in model.parameters())} parameters")


def load_model(path: Path, weights: str) -> Model:
    """The model of a checkpoint, on plain operations."""
    state = checkpoint.load(path)
    model = Model(ModelConfig(**state["config"]) if "config" in state else ModelConfig(), plain)
    model.load_state_dict(state["model"])
    if weights == "average":
        with torch.no_grad():
            for parameter, mean in zip(model.parameters(), state["average"]):
                parameter.copy_(mean)
    return model


@torch.no_grad()
def merge(model: Model, other: Model, share: float) -> None:
    """Moves the model's weights a share of the way to the other's."""
    theirs = other.state_dict()
    for name, tensor in model.state_dict().items():
        tensor.lerp_(theirs[name], share)


def released_tensors(model: Model) -> Dict[str, Tuple[Tensor, str]]:
    """Name -> (tensor, safetensors type), with the names and the order of the released checkpoints."""
    c = model.config
    found: Dict[str, Tuple[Tensor, str]] = {}

    def put(name: str, tensor: Tensor, kind: str = "BF16") -> None:
        found[name] = (tensor.detach(), kind)

    def put_feed_forward(prefix: str, gate_up: Tensor, down: Tensor) -> None:
        gate, up = gate_up.chunk(2, 0)
        put(f"{prefix}.gate_proj.weight", gate)
        put(f"{prefix}.up_proj.weight", up)
        put(f"{prefix}.down_proj.weight", down)

    put("model.word_embeddings.weight", model.embedding)
    for number, layer in enumerate(model.layers):
        at = f"model.layers.{number}"
        put(f"{at}.input_layernorm.weight", layer.input_norm)
        put(f"{at}.attention.query_key_value.weight", layer.qkv)
        put(f"{at}.attention.query_layernorm.weight", layer.q_norm)
        put(f"{at}.attention.key_layernorm.weight", layer.k_norm)
        put(f"{at}.attention.dense.weight", layer.attention_out)
        put(f"{at}.post_attention_layernorm.weight", layer.post_norm)
        if number < c.first_k_dense_replace:
            put_feed_forward(f"{at}.mlp", layer.gate_up, layer.down)
            continue
        # Selection is decided by small differences: the router stays in float.
        put(f"{at}.mlp.gate.weight", layer.router, "F32")
        put(f"{at}.mlp.gate.expert_bias", layer.expert_bias, "F32")
        for expert in range(c.num_experts):
            put_feed_forward(f"{at}.mlp.experts.{expert}", layer.expert_gate_up[expert], layer.expert_down[expert])
        put_feed_forward(f"{at}.mlp.shared_experts", layer.gate_up, layer.down)
    put("model.norm.weight", model.norm)
    put("lm_head.weight", model.head)
    return found


def write_safetensors(path: Path, tensors: Dict[str, Tuple[Tensor, str]]) -> None:
    """The safetensors format: header length (8 bytes), header (JSON, padded to 8), then the tensors one after another."""
    header: Dict[str, object] = {"__metadata__": {"format": "pt"}}
    parts: List[bytes] = []
    offset = 0
    for name, (tensor, kind) in tensors.items():
        tensor = tensor.contiguous()
        data = (tensor.float() if kind == "F32" else tensor.bfloat16().view(torch.int16)).numpy().tobytes()
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [offset, offset + len(data)]}
        parts.append(data)
        offset += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    part = path.with_suffix(".part")
    part.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))
    os.replace(part, path)


if __name__ == "__main__":
    main()
