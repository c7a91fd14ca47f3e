/** Keeps a constant number of clients during faults, and records the result of each and the duration of takeovers. */
import type { EditEvent } from "@palimpsest/proto";
import type { Random } from "../../tools/simulate/random.ts";
import { follow, newStream, type Result, type Sample, type Stream } from "./load.ts";

/** The effect of one fault. */
export interface FaultEffect {
  readonly name: string;
  /**
   * Milliseconds from the last sign of life of a response's worker to another worker's claim, for each response taken over. The
   * last sign is the fault, or a later event of the worker.
   */
  readonly claims: number[];
  /** Milliseconds from the client's last event before another worker's to the first of that worker's. */
  readonly takeovers: number[];
  /** Affected streams that showed an uncommitted block. */
  midBlock: number;
}

interface Watched {
  readonly stream: Stream;
  /** The fault that affected the stream, with its attempt and state then, until the client sees it continue. */
  hit?: Hit;
  /** True if its worker was killed and no block was committed since. */
  bereaved?: boolean;
}

interface Hit {
  readonly effect: FaultEffect;
  readonly atMs: number;
  readonly attempt: number;
  readonly midBlock: boolean;
  /** True if the worker ended, false if it was only disconnected. */
  readonly deadly: boolean;
  claimed: boolean;
}

export class Crowd {
  readonly results: Result[] = [];
  readonly effects: FaultEffect[] = [];
  readonly #urls: () => readonly string[];
  readonly #samples: readonly Sample[];
  readonly #random: Random;
  readonly #running = new Set<Watched>();
  /** The worker of each response, by its latest claim. */
  readonly #holders = new Map<string, { attempt: number; replicaId: string }>();
  #size = 0;
  #idle = Promise.withResolvers<void>();

  constructor(urls: () => readonly string[], samples: readonly Sample[], random: Random) {
    this.#urls = urls;
    this.#samples = samples;
    this.#random = random;
  }

  get streams(): readonly Stream[] {
    return [...this.#running].map(({ stream }) => stream);
  }

  /** Affected responses without a new claim. */
  get waiting(): string[] {
    const waiting = [...this.#running].filter(({ hit }) => hit?.claimed === false);
    return waiting.map(({ stream }) => stream.document.open?.response_id ?? "");
  }

  /** Stops waiting for affected responses. */
  forgetWaiting(): void {
    for (const watched of this.#running) if (watched.hit?.claimed === false) delete watched.hit;
  }

  /**
   * Counts the replica's streams: those that show an open block, and those whose previous worker was killed during this
   * block.
   */
  writtenBy(replicaId: string): { midBlock: number; bereaved: number } {
    const written = [...this.#running].filter(({ stream }) => this.#holder(stream)?.replicaId === replicaId);
    return {
      midBlock: written.filter(({ stream }) => stream.midBlock).length,
      bereaved: written.filter(({ bereaved }) => bereaved === true).length,
    };
  }

  /** Records a claim: a takeover if the response was in progress when the fault occurred. */
  claimed(responseId: string, attempt: number, replicaId: string): void {
    if (attempt <= (this.#holders.get(responseId)?.attempt ?? 0)) return;
    this.#holders.set(responseId, { attempt, replicaId });
    for (const watched of this.#running) {
      const { stream, hit } = watched;
      if (stream.document.open?.response_id !== responseId || hit === undefined || attempt <= hit.attempt) continue;
      if (hit.deadly) watched.bereaved = true;
      hit.claimed = true;
      hit.effect.claims.push(performance.now() - Math.max(hit.atMs, stream.lastEventMs));
      if (hit.midBlock) hit.effect.midBlock++;
    }
  }

  /** Sets the number of streams in flight, which stays constant until the end. */
  grow(size: number): void {
    this.#size = size;
    while (this.#running.size < size) this.#add();
  }

  /**
   * Begins a fault: from now on a stream that changes its worker counts as affected, either any stream or only the
   * replica's.
   */
  fault(name: string, replicaId?: string, deadly = false): FaultEffect {
    const effect: FaultEffect = { name, claims: [], takeovers: [], midBlock: 0 };
    this.effects.push(effect);
    const atMs = performance.now();
    for (const watched of this.#running) {
      const { document, midBlock } = watched.stream;
      const holder = this.#holder(watched.stream);
      if (replicaId !== undefined && holder?.replicaId !== replicaId) continue;
      watched.hit = { effect, atMs, attempt: holder?.attempt ?? document.attempt, midBlock, deadly, claimed: false };
    }
    return effect;
  }

  /** Starts no more streams; resolves when all have ended. */
  async end(): Promise<void> {
    this.#size = 0;
    if (this.#running.size > 0) await this.#idle.promise;
  }

  #holder({ document }: Stream): { attempt: number; replicaId: string } | undefined {
    return this.#holders.get(document.open?.response_id ?? "");
  }

  #add(): void {
    const watched: Watched = { stream: newStream() };
    this.#running.add(watched);
    const onEvent = (_: Stream, event: EditEvent) => this.#seen(watched, event);
    void follow(this.#urls, this.#random.pick(this.#samples), watched.stream, { onEvent }).then((result) => {
      this.results.push(result);
      this.#running.delete(watched);
      if (this.#running.size < this.#size) this.#add();
      else if (this.#running.size === 0) this.#idle.resolve();
    });
  }

  #seen(watched: Watched, { attempt, type }: EditEvent): void {
    const { hit, stream } = watched;
    if (type === "commit") watched.bereaved = false;
    if (hit === undefined || hit.attempt === 0 || attempt <= hit.attempt) return;
    delete watched.hit;
    hit.effect.takeovers.push(performance.now() - stream.lastEventMs);
    // Used if claims are not followed.
    if (hit.midBlock && !hit.claimed) hit.effect.midBlock++;
  }
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
