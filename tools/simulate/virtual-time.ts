/** Time that passes from one event to the next. Events of the same moment happen in the order in which they were planned. */

interface Planned {
  readonly atMs: number;
  readonly order: number;
  readonly act: () => void;
}

export class VirtualTime {
  #nowMs = 0;
  #order = 0;
  /** A binary heap, the next event first. */
  readonly #planned: Planned[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, act: () => void): void {
    const heap = this.#planned;
    const event = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, act };
    let at = heap.push(event) - 1;
    for (let above = (at - 1) >> 1; at > 0 && precedes(event, heap[above]!); above = (at - 1) >> 1) {
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = event;
  }

  every(ms: number, act: () => void): void {
    const ring = () => {
      this.after(ms, ring);
      act();
    };
    this.after(ms, ring);
  }

  /** Lets all events happen that are planned until then, also those that others plan. */
  run(untilMs: number): void {
    for (let next = this.#planned[0]; next && next.atMs <= untilMs; next = this.#planned[0]) {
      this.#removeFirst();
      this.#nowMs = next.atMs;
      next.act();
    }
    this.#nowMs = untilMs;
  }

  #removeFirst(): void {
    const heap = this.#planned;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (let below = 1; below < heap.length; below = 2 * at + 1) {
      if (below + 1 < heap.length && precedes(heap[below + 1]!, heap[below]!)) below++;
      if (precedes(last, heap[below]!)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
  }
}

function precedes(one: Planned, other: Planned): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
