/** Reports of the engine about its sequences, for metrics and traces. */
import type { CountedOp } from "@palimpsest/proto";
import type { SequenceStep } from "./sequence.ts";

/** A rank, and how long forwards have waited for its answers. */
export interface RankWait {
  readonly rank: number;
  readonly ms: number;
}

/** The choice of an attempt at a response. */
export interface ReportPlace {
  readonly responseId: string;
  readonly attempt: number;
  readonly choice: number;
}

/** The prompt's full blocks are in the K/V cache. Times are Unix milliseconds. */
export interface PrefillReport extends ReportPlace {
  readonly kind: "prefill";
  /** Time of the sequence's admission. */
  readonly startMs: number;
  readonly endMs: number;
  /** Prompt tokens that were found in the prefix cache. */
  readonly cachedTokens: number;
}

/** A block was committed. Times are Unix milliseconds. */
export interface BlockReport extends ReportPlace {
  readonly kind: "block";
  readonly block: number;
  /** Time from which the forward of its first denoise step could begin. */
  readonly startMs: number;
  /** End of its first denoise step. */
  readonly draftMs: number;
  readonly endMs: number;
  /** Denoise steps, each a forward. */
  readonly steps: number;
  readonly tokens: number;
  readonly edits: Readonly<Record<CountedOp, number>>;
  /** Meanwhile, for each other rank. */
  readonly waits: readonly RankWait[];
}

export type SequenceReport = PrefillReport | BlockReport;
export type SequenceObserver = (report: SequenceReport) => void;

export interface SequenceReportsOptions {
  readonly observe: SequenceObserver;
  /** Counts of the model since it was opened. */
  readonly waits: readonly RankWait[];
}

interface OpenBlock {
  readonly startMs: number;
  readonly draftMs: number;
  readonly waits: readonly number[];
  readonly edits: Record<CountedOp, number>;
  steps: number;
}

/** Watches the steps of a sequence, and reports its prefill and its blocks. */
export class SequenceReports {
  readonly #place: ReportPlace;
  readonly #options: SequenceReportsOptions;
  readonly #open = new Map<number, OpenBlock>();
  /** End of the last step. */
  #lastMs = unixMs();

  constructor(place: ReportPlace, options: SequenceReportsOptions) {
    this.#place = place;
    this.#options = options;
  }

  /** Call when the prompt is prefilled. */
  prefilled(cachedTokens: number): void {
    const endMs = unixMs();
    this.#options.observe({ kind: "prefill", ...this.#place, startMs: this.#lastMs, endMs, cachedTokens });
    this.#lastMs = endMs;
  }

  /** The same steps. */
  async *follow(steps: AsyncIterable<SequenceStep>): AsyncGenerator<SequenceStep, void, void> {
    for await (const step of steps) {
      const nowMs = unixMs();
      if (step.kind === "denoise") {
        const block = this.#block(step.block, nowMs);
        block.steps++;
        for (const { op } of step.edits) if (op !== "remask") block.edits[op]++;
      } else if (step.kind === "commit") {
        const { waits, ...block } = this.#block(step.block, nowMs);
        this.#open.delete(step.block);
        const waited = this.#options.waits.map(({ rank, ms }, i) => ({ rank, ms: ms - (waits[i] ?? 0) }));
        const committed = { block: step.block, tokens: step.cells.length, endMs: nowMs, waits: waited };
        this.#options.observe({ kind: "block", ...this.#place, ...block, ...committed });
      }
      this.#lastMs = nowMs;
      yield step;
    }
  }

  #block(block: number, nowMs: number): OpenBlock {
    let open = this.#open.get(block);
    if (open === undefined) {
      const edits = { unmask: 0, substitute: 0, delete: 0, insert: 0 };
      const waits = this.#options.waits.map(({ ms }) => ms);
      open = { startMs: this.#lastMs, draftMs: nowMs, waits, edits, steps: 0 };
      this.#open.set(block, open);
    }
    return open;
  }
}

/** Sums over all blocks. */
export class BlockSums {
  blocks = 0;
  draftToCommitMs = 0;

  add(report: SequenceReport): void {
    if (report.kind !== "block") return;
    this.blocks++;
    this.draftToCommitMs += report.endMs - report.draftMs;
  }
}

/** Comparable between threads, and finer than Date.now(). */
function unixMs(): number {
  return performance.timeOrigin + performance.now();
}
