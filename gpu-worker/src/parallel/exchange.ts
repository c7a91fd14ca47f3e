/**
 * The exchange of a layer's rows between ranks. Dispatch sends each rank the rows that its experts take part in; combine
 * brings its partial sums back. The next layer adds them in rank order, so the result does not depend on the order of answers.
 *
 * Over shared memory, all ranks read the same rows, and a rank's weights are 0 where it has no part.
 */
import type { ExchangeMemory, LayerMemory } from "./exchange-memory.ts";
import { assignChoices, putRows, putWeights, rowsFor, takeRows } from "./row-selection.ts";

/** Hidden rows: f32, or f16 as bits. */
export type Rows = Float32Array | Uint16Array;

/** Rows of one layer after its router, T of them. */
export interface RoutedRows {
  readonly layer: number;
  /** [T, H]. */
  readonly hidden: Rows;
  /** [T, K]: the experts chosen for each row, and their weights. */
  readonly experts: BigInt64Array;
  readonly weights: Float32Array;
  /** [T, H], for the partial sums. Links that cannot write there answer with memory of their own. */
  readonly into?: Rows | undefined;
}

/** A rank's answer to a dispatch. */
export interface RankAnswer {
  /** [T, H]: for each row, the weighted sum over those of its experts that the rank holds. `into`, if that was written. */
  readonly partial: Rows;
  /** Time of the rank's own computation; the rest went into the exchange. */
  readonly computeMs: number;
}

/** Another rank, as the leader sees it. */
export interface RankLink extends AsyncDisposable {
  readonly rank: number;
  /** Whether it accepts dispatches now. */
  readonly ready: boolean;
  /** Resolves with the reason when the rank becomes unreachable, also between dispatches. Absent if it cannot. */
  readonly lost?: Promise<Error>;
  /**
   * The memory that the rank reads a layer's rows from and writes its partial sums to, the same for all links of a leader.
   * Absent: rows travel as messages.
   */
  readonly memory?: ExchangeMemory | undefined;
  /**
   * Runs the rank's experts. May take `routed`'s memory.
   * @param wanted resolves when the caller has nothing else to do: looking for the answer before would only cost time
   * @throws WorkerError `unavailable` when the rank is unreachable
   */
  run(routed: RoutedRows, wanted?: Promise<void>): Promise<RankAnswer>;
}

/** A rank, and how long forwards have waited for its answers with nothing else to do. */
export interface RankWait {
  readonly rank: number;
  ms: number;
}

export interface ExchangeSizes {
  readonly hiddenSize: number;
  readonly topK: number;
}

export interface ExchangeOptions extends ExchangeSizes {
  /** Whether every layer is dispatched to every rank, also without rows: in lockstep, ranks wait for each other's. */
  readonly inStep?: boolean;
}

/** Partial sums that other ranks are computing. Dispose it once they are combined, or are not needed. */
export interface PendingPartials extends Disposable {
  /** [T, K]: the weights of the choices that are the rank's own, 0 for the others. */
  readonly ownWeights: Float32Array;
  /** [T, H], where the rank's own partial sums belong, if there is such a place. */
  readonly ownSlot?: Rows;
  /**
   * Waits for all ranks.
   * @param own the rank's own partial sums [T, H]
   * @returns all ranks' [R, T, H], zeros where a rank had no part in a row; over shared memory, valid until the next dispatch
   * @throws WorkerError `unavailable` when a rank is unreachable
   */
  combine(own: Rows): Promise<Rows>;
}

export class ExpertExchange {
  /** For each link. */
  readonly waits: readonly RankWait[];
  readonly #own: number;
  readonly #links: readonly RankLink[];
  readonly #holders: (layer: number) => readonly (readonly number[])[];
  readonly #options: ExchangeOptions;
  readonly #memory: ExchangeMemory | undefined;
  /** The rank of each choice in the last dispatch; longer than that. */
  #choiceRanks = new Int32Array(0);
  /** Of the last dispatch over shared memory. */
  #answers: readonly Promise<RankAnswer>[] = [];
  #turn: Promise<void> = Promise.resolve();

  /**
   * @param own the rank whose sequences the rows belong to, which runs its own experts itself
   * @param links the other ranks
   * @param holders for each of a layer's experts, the ranks that hold it
   */
  constructor(
    own: number,
    links: readonly RankLink[],
    holders: (layer: number) => readonly (readonly number[])[],
    options: ExchangeOptions,
  ) {
    this.#own = own;
    this.#links = links;
    this.waits = links.map(({ rank }) => ({ rank, ms: 0 }));
    this.#holders = holders;
    this.#options = options;
    this.#memory = links[0]?.memory;
    if (links.some(({ memory }) => memory !== this.#memory)) throw new Error("links over memories of their own");
  }

  /**
   * Resolves when a forward may use the exchange, until it disposes the result. Over shared memory that is one forward at a
   * time, and none before every rank has ended what an earlier one that failed asked of it.
   */
  async turn(): Promise<Disposable> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#memory !== undefined) {
      const before = this.#turn;
      this.#turn = promise;
      await before;
      await Promise.allSettled(this.#answers);
    }
    return { [Symbol.dispose]: resolve };
  }

  /** [T, H], where a layer's rows belong, so that they need not be copied there; undefined if they may be anywhere. */
  rowsMemory(rows: number): Rows | undefined {
    this.#memory?.reserve(rows);
    return this.#memory?.layer(rows).hidden;
  }

  /** Sends each rank the rows that it needs. A rank that needs none gets no dispatch, unless in lockstep. */
  dispatch(routed: RoutedRows): PendingPartials {
    const { length } = routed.experts;
    if (this.#choiceRanks.length < length) this.#choiceRanks = new Int32Array(length);
    const ranks = this.#choiceRanks.subarray(0, length);
    assignChoices(routed.experts, this.#options.topK, this.#holders(routed.layer), ranks);
    return this.#memory === undefined
      ? this.#dispatchMessages(routed, ranks)
      : this.#dispatchShared(routed, ranks, this.#memory);
  }

  #dispatchMessages(routed: RoutedRows, ranks: Int32Array): PendingPartials {
    const { topK, hiddenSize, inStep = false } = this.#options;
    const weightsOf = (rank: number) => putWeights(routed.weights, ranks, rank, new Float32Array(ranks.length));
    const sent = this.#links.flatMap((link, i): Sent[] => {
      const rows = rowsFor(ranks, topK, link.rank);
      if (rows.length === 0 && !inStep) return [];
      const selected: RoutedRows = {
        layer: routed.layer,
        hidden: takeRows(routed.hidden, rows, hiddenSize),
        experts: takeRows(routed.experts, rows, topK),
        weights: takeRows(weightsOf(link.rank), rows, topK),
      };
      return [{ rank: link.rank, rows, answer: link.run(selected), wait: this.waits[i] as RankWait }];
    });
    const own = { rank: this.#own, weights: weightsOf(this.#own) };
    return new MessagePartials(sent, own, this.#links.length + 1, hiddenSize);
  }

  #dispatchShared({ layer, hidden, experts, weights }: RoutedRows, ranks: Int32Array, memory: ExchangeMemory) {
    const rows = hidden.length / this.#options.hiddenSize;
    memory.reserve(rows);
    const shared = memory.layer(rows);
    if (hidden !== shared.hidden) shared.hidden.set(hidden);
    shared.experts.set(experts);
    for (const [rank, into] of shared.weights.entries()) putWeights(weights, ranks, rank, into);
    const wanted = Promise.withResolvers<void>();
    const answers: AwaitedAnswer[] = [];
    for (const [i, link] of this.#links.entries()) {
      const [rankWeights, into] = [shared.weights[link.rank] as Float32Array, shared.slots[link.rank] as Rows];
      // A link that is being reopened fails here: its rank's last thread may still write to the slot.
      if (link.ready && !ranks.includes(link.rank)) into.fill(0);
      else {
        const routed = { layer, hidden: shared.hidden, experts: shared.experts, weights: rankWeights, into };
        answers.push({ answer: link.run(routed, wanted.promise), wait: this.waits[i] as RankWait });
      }
    }
    this.#answers = answers.map(({ answer }) => answer);
    return new SharedPartials(shared, this.#own, answers, wanted.resolve);
  }
}

class SharedPartials implements PendingPartials {
  readonly ownWeights: Float32Array;
  readonly ownSlot: Rows;
  readonly #partials: Rows;
  readonly #answers: readonly AwaitedAnswer[];
  readonly #arrived: Promise<unknown>;
  readonly #want: () => void;

  constructor(shared: LayerMemory, own: number, answers: readonly AwaitedAnswer[], want: () => void) {
    this.ownWeights = shared.weights[own] as Float32Array;
    this.ownSlot = shared.slots[own] as Rows;
    this.#partials = shared.partials;
    this.#answers = answers;
    this.#arrived = Promise.all(answers.map(({ answer }) => answer));
    this.#want = want;
    // A failure before combine() is thrown there.
    this.#arrived.catch(() => {});
  }

  async combine(own: Rows): Promise<Rows> {
    if (own !== this.ownSlot) this.ownSlot.set(own);
    this.#want();
    measure(this.#answers);
    await this.#arrived;
    return this.#partials;
  }

  /** A rank's answer is taken also when nobody combines it: else it would seem to have none. */
  [Symbol.dispose](): void {
    this.#want();
  }
}

/** An answer, and where the wait for it counts. */
interface AwaitedAnswer {
  readonly answer: Promise<RankAnswer>;
  readonly wait: RankWait;
}

/** Counts the time from now until each answer. */
function measure(answers: readonly AwaitedAnswer[]): void {
  const startMs = performance.now();
  for (const { answer, wait } of answers) {
    const arrived = () => {
      wait.ms += performance.now() - startMs;
    };
    // A failure is thrown by combine().
    answer.then(arrived, () => {});
  }
}

/** The rows sent to one rank. */
interface Sent extends AwaitedAnswer {
  readonly rank: number;
  /** Indices of the rows in the layer, in order. */
  readonly rows: readonly number[];
}

class MessagePartials implements PendingPartials {
  readonly ownWeights: Float32Array;
  readonly #own: number;
  readonly #sent: readonly Sent[];
  readonly #ranks: number;
  readonly #hiddenSize: number;
  readonly #arrived: Promise<readonly RankAnswer[]>;

  constructor(
    sent: readonly Sent[],
    own: { readonly rank: number; readonly weights: Float32Array },
    ranks: number,
    hiddenSize: number,
  ) {
    this.ownWeights = own.weights;
    this.#own = own.rank;
    this.#sent = sent;
    this.#ranks = ranks;
    this.#hiddenSize = hiddenSize;
    this.#arrived = Promise.all(sent.map(({ answer }) => answer));
    // A failure before combine() is thrown there.
    this.#arrived.catch(() => {});
  }

  async combine(own: Rows): Promise<Rows> {
    if (this.#ranks === 1) return own;
    const partials = new (own.constructor as new (length: number) => Rows)(this.#ranks * own.length);
    partials.set(own, this.#own * own.length);
    measure(this.#sent);
    const arrived = await this.#arrived;
    for (const [i, { rank, rows }] of this.#sent.entries()) {
      putRows((arrived[i] as RankAnswer).partial, rows, this.#hiddenSize, partials.subarray(rank * own.length));
    }
    return partials;
  }

  [Symbol.dispose](): void {}
}
