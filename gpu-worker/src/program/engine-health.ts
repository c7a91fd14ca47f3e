/**
 * Watches a replica's engine. While a rank is unreachable, every sequence fails. If a forward hangs, or every forward fails, the
 * engine is probed; it is broken if no probe succeeds in time.
 */
import { type Clock, every } from "../clock.ts";
import type { Engine, EngineStats } from "../engine/engine.ts";

/** Short enough that edges avoid a worker within a second of its first failed sequence. */
const POLL_MS = 250;
/** The process was suspended or starved between two polls that are further apart: times across the gap prove nothing. */
const GAP_MS = 5_000;

export type EngineState =
  | { readonly kind: "working" }
  | { readonly kind: "ranks-lost"; readonly ranks: readonly number[] }
  /** A forward takes longer than any should, and its sequences wait with it. */
  | { readonly kind: "hanging"; readonly reason: string }
  /** Every forward fails. */
  | { readonly kind: "failing"; readonly reason: string }
  /** It does not recover in this process. */
  | { readonly kind: "broken"; readonly reason: string; readonly isHanging: boolean };

type Sickness = Extract<EngineState, { kind: "hanging" | "failing" }>;

/** Polls until it is disposed. @param onChange called with the state whenever it changes; `working` at first */
export function watchEngine(
  engine: Pick<Engine, "stats" | "probe">,
  clock: Clock,
  onChange: (state: EngineState) => void,
): Disposable {
  const watch = new Watch(engine, clock);
  let before = describe({ kind: "working" });
  let ended = false;
  const poll = async () => {
    const state = await watch.poll();
    if (ended) return;
    const now = describe(state);
    if (now !== before) onChange(state);
    before = now;
  };
  const polling = every(clock, POLL_MS, poll, (error) => {
    throw error;
  });
  return {
    [Symbol.dispose]() {
      ended = true;
      polling[Symbol.dispose]();
    },
  };
}

/** Equal for states between which nobody needs to act. */
function describe(state: EngineState): string {
  return state.kind === "ranks-lost" ? `${state.kind} ${state.ranks}` : state.kind;
}

class Watch {
  readonly #engine: Pick<Engine, "stats" | "probe">;
  readonly #clock: Clock;
  #polledMs: number;
  /** Since then, no two polls were far apart. */
  #awakeMs: number;
  /** Until a probe succeeds. */
  #sickness: Sickness | undefined;
  #sickMs = 0;
  #isProbing = false;

  constructor(engine: Pick<Engine, "stats" | "probe">, clock: Clock) {
    this.#engine = engine;
    this.#clock = clock;
    this.#polledMs = clock.now();
    this.#awakeMs = this.#polledMs;
  }

  async poll(): Promise<EngineState> {
    const stats = await this.#engine.stats();
    const now = this.#clock.now();
    if (now - this.#polledMs > GAP_MS) this.#awakeMs = now;
    this.#polledMs = now;
    if (stats.deviceFailure !== undefined) {
      // Its K/V are gone, and onnxruntime keeps one device for as long as the process lives.
      return { kind: "broken", reason: stats.deviceFailure, isHanging: false };
    }
    const found = this.#examine(stats, now);
    if (found !== undefined) {
      if (this.#sickness === undefined) this.#sickMs = now;
      this.#sickness = found;
    }
    if (this.#sickness !== undefined) {
      this.#probe();
      const { kind, reason } = this.#sickness;
      const isOver = now - Math.max(this.#sickMs, this.#awakeMs) > stats.forwardLimitMs;
      return isOver ? { kind: "broken", reason, isHanging: kind === "hanging" } : this.#sickness;
    }
    return stats.lostRanks.length > 0 ? { kind: "ranks-lost", ranks: stats.lostRanks } : { kind: "working" };
  }

  #examine(stats: EngineStats, now: number): Sickness | undefined {
    const { forwardMs, silentMs, forwardLimitMs, forwardFailure } = stats;
    const waitedMs = Math.min(Math.max(forwardMs, silentMs), now - this.#awakeMs);
    if (waitedMs > forwardLimitMs) {
      return { kind: "hanging", reason: `a forward takes longer than ${(forwardLimitMs / 1000).toFixed(1)} s` };
    }
    return forwardFailure === undefined ? undefined : { kind: "failing", reason: forwardFailure };
  }

  /** A hanging engine answers when its forward has ended. */
  #probe(): void {
    if (this.#isProbing) return;
    this.#isProbing = true;
    void this.#engine.probe().then((failure) => {
      this.#isProbing = false;
      if (failure === undefined) this.#sickness = undefined;
    });
  }
}
