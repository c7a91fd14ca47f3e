"""Draws the losses of one or more log.jsonl files as an SVG: plot.py OUT.svg LOG.jsonl [LOG.jsonl ...]

Lines are the training means, dots the validation split. The loss axis is logarithmic.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Dict, List, Tuple

WIDTH, HEIGHT, MARGIN = 900, 480, 60
COLORS = ["#1f5fa8", "#c2452d", "#2c8a4b", "#7a4aa0", "#b8860b", "#444444"]

Curve = List[Tuple[float, float]]


def read_curves(path: Path) -> Tuple[Dict[str, Curve], Dict[str, Curve]]:
    """The curves of a log by name: training, and validation (of the running mean of the weights)."""
    training: Dict[str, Curve] = {}
    validation: Dict[str, Curve] = {}
    for line in path.read_text().splitlines():
        record = json.loads(line)
        found = record.get("validation", {}).get("average")
        for name in ("m2t", "t2t", "next"):
            if found and name in found:
                validation.setdefault(name, []).append((record["million_tokens"], found[name]))
            elif not found and name in record:
                training.setdefault(name, []).append((record["million_tokens"], record[name]))
    return training, validation


def draw(logs: List[Path]) -> str:
    """One SVG with the curves of all logs over millions of tokens."""
    read = [(path, *read_curves(path)) for path in logs]
    points = [p for _, *both in read for curves in both for curve in curves.values() for p in curve]
    right = max(x for x, _ in points)
    low, high = math.log10(min(y for _, y in points)), math.log10(max(y for _, y in points))

    def place(x: float, y: float) -> Tuple[float, float]:
        across = MARGIN + (WIDTH - 2 * MARGIN) * x / right
        down = MARGIN + (HEIGHT - 2 * MARGIN) * (high - math.log10(y)) / max(high - low, 1e-9)
        return round(across, 1), round(down, 1)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">']
    out.append(f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>')
    ticks = [y for power in range(-3, 2) for y in (10.0**power, 2 * 10.0**power, 5 * 10.0**power) if low <= math.log10(y) <= high]
    for y in ticks:
        _, at = place(0, y)
        out.append(f'<path d="M{MARGIN} {at}H{WIDTH - MARGIN}" stroke="#ddd"/><text x="{MARGIN - 40}" y="{at + 4}">{y:g}</text>')
    for part in range(5):
        x = right * part / 4
        at, _ = place(x, 10**low)
        out.append(f'<text x="{at - 10}" y="{HEIGHT - MARGIN + 22}">{x:.1f}</text>')
    out.append(f'<text x="{WIDTH / 2 - 60}" y="{HEIGHT - 12}">million tokens of data</text>')
    color = 0
    for path, training, validation in read:
        for name in sorted({*training, *validation}):
            stroke = COLORS[color % len(COLORS)]
            line = " ".join(f"{x},{y}" for x, y in (place(*p) for p in training.get(name, [])))
            out.append(f'<polyline points="{line}" fill="none" stroke="{stroke}" stroke-width="1.5"/>')
            out += [f'<circle cx="{x}" cy="{y}" r="3" fill="{stroke}"/>' for x, y in (place(*p) for p in validation.get(name, []))]
            label = f"{path.parent.name} {name}" if len(read) > 1 else name
            out.append(f'<text x="{WIDTH - MARGIN - 130}" y="{MARGIN + 18 * color}" fill="{stroke}">{label}</text>')
            color += 1
    return "\n".join([*out, "</svg>"]) + "\n"


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    Path(sys.argv[1]).write_text(draw([Path(name) for name in sys.argv[2:]]))
