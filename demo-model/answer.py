"""Answers prompts with a checkpoint, in PyTorch, with cached keys and values.

    answer.py CHECKPOINT PROMPTS OUT --tokenizer FOLDER --causal
    answer.py CHECKPOINT PROMPTS OUT --tokenizer FOLDER --threshold 0.7 --editing-threshold 0.5

The autoregressive twin writes one token a forward, the block-diffusion model by LLaDA2.1's rule; both greedily, on the same
layers in float32, so that their answers and their speeds compare. The server is another program with other kernels: compare
nothing here with it. PROMPTS is written by data/make.ts prompts, OUT is read by `palimpsest eval --answers`.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor

import plain
from config import END_OF_TEXT, END_OF_TURN, MASK
from export import load_model
from layout import BLOCK
from model import Model, rope_angles

ENDS = (END_OF_TEXT, END_OF_TURN)
#: The released presets' bound on steps after a block's last mask.
POST_STEPS = 16


def main() -> None:
    """Reads the command line and answers every prompt."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("prompts", type=Path, help="JSONL of data/make.ts prompts")
    parser.add_argument("out", type=Path)
    parser.add_argument("--tokenizer", type=Path, required=True, help="folder with tokenizer.json")
    parser.add_argument("--weights", choices=["average", "last"], default="average")
    parser.add_argument("--causal", action="store_true", help="the checkpoint is the autoregressive twin's")
    parser.add_argument("--threshold", type=float, default=0.7)
    parser.add_argument("--editing-threshold", type=float, default=0.5, help="1 is no editing, and no step to confirm")
    parser.add_argument("--max-tokens", type=int, default=512)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model = load_model(args.checkpoint, args.weights)
    model.eval()
    spelled = spellings(args.tokenizer / "tokenizer.json")
    with open(args.out, "w") as out:
        for line in args.prompts.read_text().splitlines():
            question = json.loads(line)
            began = time.perf_counter()
            if args.causal:
                answer = write_on(model, question["prompt"], args.max_tokens)
            else:
                answer = denoise(model, question["prompt"], args.max_tokens, args.threshold, args.editing_threshold)
            seconds = time.perf_counter() - began
            text = b"".join(spelled[token] for token in answer.tokens if token not in ENDS).decode("utf-8", "replace")
            record = {"id": question["id"], "text": text, "tokens": len(answer.tokens), "forwards": answer.forwards}
            out.write(json.dumps({**record, "seconds": round(seconds, 4)}) + "\n")


@dataclass
class Answer:
    """An answer: its tokens, the end token included, and the forwards that used the head."""

    tokens: List[int]
    forwards: int


def write_on(model: Model, prompt: List[int], limit: int) -> Answer:
    """Autoregressive: the state at each token predicts the next."""
    sequence = Sequence(model)
    states = sequence.run(prompt, causal=True)
    sequence.keep()
    tokens: List[int] = []
    while True:
        tokens.append(int(best(model, states[-1:])[0]))
        if tokens[-1] in ENDS or len(tokens) == limit:
            return Answer(tokens, len(tokens))
        states = sequence.run(tokens[-1:], causal=True)
        sequence.keep()


def denoise(model: Model, prompt: List[int], limit: int, threshold: float, editing_threshold: float) -> Answer:
    """LLaDA2.1: blocks of masks, unmasked above `threshold` and substituted above `editing_threshold` until nothing changes."""
    sequence = Sequence(model)
    aligned = len(prompt) // BLOCK * BLOCK
    for first in range(0, aligned, BLOCK):
        sequence.run(prompt[first : first + BLOCK])
        sequence.keep()
    tail, tokens, forwards = prompt[aligned:], [], 0
    post_steps = 0 if editing_threshold >= 1 else POST_STEPS
    while True:
        cells = torch.tensor(tail + [MASK] * (BLOCK - len(tail)))
        own = torch.arange(BLOCK) >= len(tail)
        left = post_steps
        while True:
            masked = own & (cells == MASK)
            if not masked.any():
                if left == 0:
                    break
                left -= 1
            candidate, probability = best(model, sequence.run(cells.tolist()))
            forwards += 1
            unmasked = masked & (probability > threshold)
            if masked.any() and not unmasked.any():
                unmasked = torch.arange(BLOCK) == torch.where(masked, probability, torch.tensor(-1.0)).argmax()
            changed = unmasked | (own & ~masked & (candidate != cells) & (probability > editing_threshold))
            cells = torch.where(changed, candidate, cells)
            if not masked.any() and not changed.any():
                break
        found = cells[len(tail) :].tolist()[: limit - len(tokens)]
        end = next((at for at, token in enumerate(found) if token in ENDS), None)
        tokens += found if end is None else found[: end + 1]
        if end is not None or len(tokens) == limit:
            return Answer(tokens, forwards)
        sequence.run(cells.tolist())
        sequence.keep()
        tail = []


def best(model: Model, states: Tensor) -> Tuple[Tensor, Tensor]:
    """states [rows, hidden] -> the best token other than the mask, and its probability among all."""
    probabilities = model.logits(states).float().softmax(-1)
    others = probabilities.clone()
    others[:, MASK] = -1.0
    token = others.argmax(-1)
    return token, probabilities.gather(1, token[:, None])[:, 0]


class Sequence:
    """One sequence with its keys and values. `run` computes tokens after the kept ones, `keep` keeps the tokens of the last run."""

    def __init__(self, model: Model) -> None:
        self._model = model
        c = model.config
        empty = torch.zeros(1, 0, c.num_key_value_heads, c.head_dim)
        self._kept = [(empty, empty) for _ in model.layers]
        self._run = list(self._kept)

    @torch.no_grad()
    def run(self, tokens: List[int], causal: bool = False) -> Tensor:
        """States [tokens, hidden]. The tokens see the kept ones and each other, or, if causal, the tokens before them."""
        model, c = self._model, self._model.config
        before, count = self._kept[0][0].shape[1], len(tokens)
        cosine, sine = rope_angles(torch.arange(before, before + count), c)
        seen = torch.ones(count, before + count, dtype=torch.bool)
        if causal:
            seen = seen.tril(before)
        x = F.embedding(torch.tensor([tokens]), model.embedding)
        for number, layer in enumerate(model.layers):
            qkv = F.linear(plain.rms_norm(x, layer.input_norm, c.rms_norm_eps), layer.qkv)
            heads = (c.num_attention_heads, c.num_key_value_heads)
            q, k, v = plain.split_heads(qkv, layer.q_norm, layer.k_norm, cosine, sine, *heads, c.rms_norm_eps)
            k, v = (torch.cat([old, new], 1) for old, new in zip(self._kept[number], (k, v)))
            self._run[number] = (k, v)
            x = x + F.linear(plain.masked_attention(q, k, v, seen), layer.attention_out)
            x = x + model.feed_forward(number, plain.rms_norm(x, layer.post_norm, c.rms_norm_eps))
        return plain.rms_norm(x, model.norm, c.rms_norm_eps)[0]

    def keep(self) -> None:
        """Appends the tokens of the last run to the sequence."""
        self._kept = list(self._run)


def spellings(path: Path) -> Dict[int, bytes]:
    """Id -> the token's bytes, read from a byte-level tokenizer.json."""
    printable = [byte for byte in range(256) if 33 <= byte <= 126 or (byte >= 161 and byte != 173)]
    others = [byte for byte in range(256) if byte not in printable]
    letters = {chr(byte): byte for byte in printable}
    letters.update({chr(256 + place): byte for place, byte in enumerate(others)})
    vocabulary = json.loads(path.read_text())["model"]["vocab"]
    return {number: bytes(letters[letter] for letter in token) for token, number in vocabulary.items() if all(l in letters for l in token)}


if __name__ == "__main__":
    main()
