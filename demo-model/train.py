"""Trains the demo model, or with --causal its autoregressive twin. The same command starts and resumes a run.

Every random choice follows from the seed and the step, so a run that was stopped and resumed is the run that was not.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Dict, List, Optional, Tuple

import numpy as np
import torch

import checkpoint
import fused
from config import ModelConfig
from data import Batch, Position, Shard, stream
from initial import take_weights
from model import Model, parameter_count
from objective import COPIES, causal_loss, corrupt, diffusion_loss, redraft
from optimizer import Optimizer, schedule

#: Positions per step, clean and noisy together; about 20 samples.
BUDGET = 8192
WARMUP_STEPS = 100
#: Share of steps with a multi-turn forward once the model drafts something, and the steps until then.
DRAFT_SHARE = 0.5
DRAFT_FROM = 1000
#: How fast the running mean of the weights forgets; about the last 1000 steps count.
AVERAGE_DECAY = 0.999
BALANCE_RATE = 0.001
LOG_STEPS = 50
VALIDATE_STEPS = 500
VALIDATION_BATCHES = 24
SAVE_SECONDS = 300.0
#: Share of the machine's memory at which a run restarts itself from its checkpoint: fast allocators do not return memory.
MEMORY_SHARE = 0.6
#: Interval in steps at which the weights are also kept separately from the latest checkpoint.
KEEP_STEPS = 4000


def main() -> None:
    """Reads the command line and trains until --steps or a signal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of data/make.ts pack")
    parser.add_argument("--out", type=Path, required=True, help="folder of the checkpoint and the log")
    parser.add_argument("--steps", type=int, default=10**9, help="stop after this many steps in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--causal", action="store_true", help="train the autoregressive twin")
    parser.add_argument("--begin-with", type=Path, help="released checkpoint of the same shape whose weights a new run begins with")
    parser.add_argument("--decay-from", type=Path, help="begin with this checkpoint and let the rate fall from there")
    parser.add_argument("--decay-steps", type=int, default=0, help="steps until the rate has fallen; training ends there")
    parser.add_argument("--rate", type=float, default=1.0, help="share of the full rates, for weights that have settled before")
    parser.add_argument("--budget", type=int, default=BUDGET, help="positions per step")
    parser.add_argument("--vocabulary", type=int, default=ModelConfig.vocab_size, help="tokens of the tokenizer")
    parser.add_argument("--log-steps", type=int, default=LOG_STEPS, help="steps between lines of the log")
    parser.add_argument("--bf16", action="store_true", help="compute in bf16: faster only where the CPU multiplies it fast")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--save-seconds", type=float, default=SAVE_SECONDS, help="seconds between checkpoints")
    parser.add_argument("--memory-share", type=float, default=MEMORY_SHARE, help="share of the machine's memory above which the run restarts itself")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    Run(args).train()


class Run:
    """One training run: its model, its position in the data, and its log."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.config = ModelConfig(vocab_size=args.vocabulary)
        self.copies = 0 if args.causal else COPIES
        torch.manual_seed(args.seed)
        self.model = Model(self.config, fused, torch.bfloat16 if args.bf16 else torch.float32)
        self.model.train()
        self.optimizer = Optimizer(self.model)
        self.average = [p.detach().clone() for p in self.model.parameters()]
        self.position = Position()
        self.progress: Dict = {"step": 0, "tokens": 0, "seconds": 0.0, "decay": [0, 0]}
        self.path = args.out / "checkpoint.pt"
        self._begin()
        self.stopping = False
        for kind in (signal.SIGTERM, signal.SIGINT):
            signal.signal(kind, lambda *_: setattr(self, "stopping", True))

    def _begin(self) -> None:
        """Loads a checkpoint of this run, or the one to decay from, or starts from scratch."""
        resumed = self.path.exists()
        source: Optional[Path] = self.path if resumed else self.args.decay_from
        if source is None:
            if self.args.begin_with:
                take_weights(self.model, self.args.begin_with, self.args.data / "tokenizer.json")
                self.average = [p.detach().clone() for p in self.model.parameters()]
            print(json.dumps({"parameters": parameter_count(self.model), "seed": self.args.seed}), flush=True)
            return
        state = checkpoint.load(source)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.average = state["average"]
        self.position = Position(**state["position"])
        self.progress = state["progress"]
        if not resumed:
            self.progress["decay"] = [self.progress["step"], self.args.decay_steps]
        print(json.dumps({"from": str(source), **self.progress}), flush=True)

    def train(self) -> None:
        """Steps until the end; saves every few minutes, at the end and at a signal."""
        first, length = self.progress["decay"]
        end = min(self.args.steps, first + length) if length else self.args.steps
        log = open(self.args.out / "log.jsonl", "a")
        batches = stream(self.args.data, self.args.budget, self.copies, self.args.seed, self.position)
        window = Window()
        saved = clock = time.monotonic()
        while self.progress["step"] < end and not self.stopping:
            batch, self.position = next(batches)
            window.add(batch, *self._step(batch))
            now = time.monotonic()
            self.progress["seconds"] += now - clock
            clock = now
            step = self.progress["step"]
            if step % self.args.log_steps == 0:
                self._log(log, window.take())
            if step % VALIDATE_STEPS == 0:
                self._log(log, self.validate())
                clock = time.monotonic()
            if step % KEEP_STEPS == 0:
                torch.save({"average": self.average, "model": self.model.state_dict()}, self.args.out / f"weights-{step:06d}.pt")
            if time.monotonic() - saved > self.args.save_seconds:
                checkpoint.save(self.path, self.model, self.average, self.optimizer, self.position, self.progress)
                saved = time.monotonic()
                if memory_share() > self.args.memory_share and not self.stopping:
                    os.execv(sys.executable, [sys.executable, *sys.argv])
        checkpoint.save(self.path, self.model, self.average, self.optimizer, self.position, self.progress)

    def _step(self, batch: Batch) -> Tuple[float, Dict[str, torch.Tensor], Dict]:
        step = self.progress["step"]
        generator = torch.Generator().manual_seed(self.args.seed * 1_000_003 + step)
        scale = self.args.rate * schedule(step, WARMUP_STEPS, tuple(self.progress["decay"]))
        if self.args.causal:
            loss, parts = causal_loss(self.model, batch)
        else:
            noisy = corrupt(batch, self.config.vocab_size, generator)
            if torch.rand((), generator=generator) < DRAFT_SHARE * min(1.0, step / DRAFT_FROM):
                noisy = redraft(self.model, batch, noisy, generator)
            loss, parts = diffusion_loss(self.model, batch, noisy)
        loss.backward()
        norm = self.optimizer.step(scale)
        busiest = self.model.balance(BALANCE_RATE * scale)
        with torch.no_grad():
            torch._foreach_mul_(self.average, AVERAGE_DECAY)
            torch._foreach_add_(self.average, [p.detach() for p in self.model.parameters()], alpha=1 - AVERAGE_DECAY)
        self.progress["step"] += 1
        self.progress["tokens"] += batch.data_tokens
        return float(loss), parts, {"scale": scale, "norm": norm, "balance": busiest}

    @torch.no_grad()
    def validate(self) -> Dict:
        """Losses on the validation split with fixed noise, for the weights and for their running mean."""
        shard = Shard(self.args.data / "validation.bin")
        plan = shard.plan(self.args.budget, self.copies, np.random.default_rng(0))[:VALIDATION_BATCHES]
        report: Dict = {}
        self.model.eval()
        for name in ("weights", "average"):
            if name == "average":
                self._swap_average()
            sums: Dict[str, torch.Tensor] = {}
            for number, samples in enumerate(plan):
                batch = shard.batch(samples)
                noise = torch.Generator().manual_seed(number)
                if self.args.causal:
                    _, parts = causal_loss(self.model, batch)
                else:
                    noisy = corrupt(batch, self.config.vocab_size, noise)
                    _, parts = diffusion_loss(self.model, batch, noisy)
                for key, part in parts.items():
                    sums[key] = sums.get(key, torch.zeros(2)) + part
            report[name] = {key: round(float(total[0] / total[1].clamp(min=1)), 4) for key, total in sums.items()}
        self._swap_average()
        self.model.train()
        return {"validation": report}

    def _swap_average(self) -> None:
        for parameter, mean in zip(self.model.parameters(), self.average):
            kept = parameter.data.clone()
            parameter.data.copy_(mean)
            mean.copy_(kept)

    def _log(self, log, record: Dict) -> None:
        line = {"step": self.progress["step"], "minutes": round(self.progress["seconds"] / 60, 1), **record}
        line["million_tokens"] = round(self.progress["tokens"] / 1e6, 2)
        print(json.dumps(line), flush=True)
        log.write(json.dumps(line) + "\n")
        log.flush()
        os.fsync(log.fileno())


def memory_share() -> float:
    """The share of the machine's memory that this process uses."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages / os.sysconf("SC_PHYS_PAGES")


class Window:
    """Sums over the steps since the last line of the log."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self.losses: List[float] = []
        self.parts: Dict[str, torch.Tensor] = {}
        self.rows: Dict[str, List[float]] = {}
        self.tokens = 0
        self.since = time.monotonic()

    def add(self, batch: Batch, loss: float, parts: Dict[str, torch.Tensor], facts: Dict) -> None:
        """Adds a step."""
        self.losses.append(loss)
        self.tokens += batch.data_tokens
        for name, part in parts.items():
            self.parts[name] = self.parts.get(name, torch.zeros(2)) + part
        for name, value in facts.items():
            self.rows.setdefault(name, []).append(value)

    def take(self) -> Dict:
        """Returns the means and resets the window."""
        record = {"loss": round(sum(self.losses) / len(self.losses), 4)}
        record.update({name: round(float(p[0] / p[1].clamp(min=1)), 4) for name, p in self.parts.items()})
        record.update({name: round(sum(values) / len(values), 4) for name, values in self.rows.items()})
        record["tokens_per_second"] = round(self.tokens / (time.monotonic() - self.since))
        self._clear()
        return record


if __name__ == "__main__":
    main()
