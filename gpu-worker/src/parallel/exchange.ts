/**
 * The exchange of a layer's rows between ranks. Dispatch sends each rank the rows that its experts take part in; combine
 * brings its partial sums back. The next layer adds them in rank order, so the result does not depend on the order of answers.
 */

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
}

/** A rank's answer to a dispatch. */
export interface RankAnswer {
  /** [T, H]: for each row, the weighted sum over those of its experts that the rank holds. */
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
   * Runs the rank's experts. May take `routed`'s memory.
   * @throws WorkerError `unavailable` when the rank is unreachable
   */
  run(routed: RoutedRows): Promise<RankAnswer>;
}

export interface ExchangeSizes {
  readonly hiddenSize: number;
  readonly topK: number;
}

export interface ExchangeOptions extends ExchangeSizes {
  /** Whether every layer is dispatched to every rank, also without rows: in lockstep, ranks wait for each other's. */
  readonly inStep?: boolean;
}

/** The rows sent to one rank. */
interface Sent {
  readonly rank: number;
  /** Indices of the rows in the layer, in order. */
  readonly rows: readonly number[];
  readonly answer: Promise<RankAnswer>;
}

export class ExpertExchange {
  readonly #own: number;
  readonly #links: readonly RankLink[];
  readonly #holders: (layer: number) => readonly (readonly number[])[];
  readonly #options: ExchangeOptions;

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
    this.#holders = holders;
    this.#options = options;
  }

  /** Sends each rank the rows that it needs. A rank that needs none gets no dispatch, unless in lockstep. */
  dispatch(routed: RoutedRows): PendingPartials {
    const { topK, hiddenSize, inStep = false } = this.#options;
    const ranks = assignChoices(routed.experts, topK, this.#holders(routed.layer));
    const sent = this.#links.flatMap((link): Sent[] => {
      const rows = rowsFor(ranks, topK, link.rank);
      if (rows.length === 0 && !inStep) return [];
      const weights = weightsFor(routed.weights, ranks, link.rank);
      return [{ rank: link.rank, rows, answer: link.run(this.#select({ ...routed, weights }, rows)) }];
    });
    const own = { rank: this.#own, weights: weightsFor(routed.weights, ranks, this.#own) };
    return new PendingPartials(sent, own, this.#links.length + 1, hiddenSize);
  }

  #select({ layer, hidden, experts, weights }: RoutedRows, rows: readonly number[]): RoutedRows {
    const { hiddenSize, topK } = this.#options;
    return {
      layer,
      hidden: takeRows(hidden, rows, hiddenSize),
      experts: takeRows(experts, rows, topK),
      weights: takeRows(weights, rows, topK),
    };
  }
}

/** Partial sums that other ranks are computing. */
export class PendingPartials {
  /** [T, K]: the weights of the choices that are the rank's own, 0 for the others. */
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

  /**
   * Waits for all ranks.
   * @param own the rank's own partial sums [T, H]
   * @returns all ranks' [R, T, H], zeros where a rank had no part in a row
   * @throws WorkerError `unavailable` when a rank is unreachable
   */
  async combine<T extends Rows>(own: T): Promise<T> {
    if (this.#ranks === 1) return own;
    const partials = new (own.constructor as new (length: number) => T)(this.#ranks * own.length);
    partials.set(own, this.#own * own.length);
    const arrived = await this.#arrived;
    for (const [i, { rank, rows }] of this.#sent.entries()) {
      putRows((arrived[i] as RankAnswer).partial, rows, this.#hiddenSize, partials.subarray(rank * own.length));
    }
    return partials;
  }
}

/**
 * The rank that computes each choice [T, K]. If several ranks hold an expert, the row's experts decide between them: rows
 * spread over the ranks, and a row is summed in the same order in every batch.
 */
function assignChoices(experts: BigInt64Array, topK: number, holders: readonly (readonly number[])[]): Int32Array {
  const ranks = new Int32Array(experts.length);
  for (let row = 0; row < experts.length; row += topK) {
    let spread = 0;
    for (let k = 0; k < topK; k++) spread += Number(experts[row + k]);
    for (let choice = row; choice < row + topK; choice++) {
      const holding = holders[Number(experts[choice])] as readonly number[];
      ranks[choice] = holding[spread % holding.length] as number;
    }
  }
  return ranks;
}

function rowsFor(ranks: Int32Array, topK: number, rank: number): number[] {
  const rows: number[] = [];
  for (const [choice, at] of ranks.entries()) {
    const row = Math.trunc(choice / topK);
    if (at === rank && rows.at(-1) !== row) rows.push(row);
  }
  return rows;
}

/** The weights with 0 for the choices of other ranks, since a choice of weight 0 adds nothing. */
function weightsFor(weights: Float32Array, ranks: Int32Array, rank: number): Float32Array {
  return weights.map((weight, choice) => (ranks[choice] === rank ? weight : 0));
}

/** Copies the rows out, one memory copy per row. */
function takeRows<T extends Rows | BigInt64Array>(from: T, rows: readonly number[], width: number): T {
  const taken = new (from.constructor as new (length: number) => T)(rows.length * width);
  for (const [i, row] of rows.entries()) {
    taken.set(from.subarray(row * width, (row + 1) * width) as never, i * width);
  }
  return taken;
}

/** Copies the rows back, one memory copy per row. */
function putRows(from: Rows, rows: readonly number[], width: number, to: Rows): void {
  for (const [i, row] of rows.entries()) to.set(from.subarray(i * width, (i + 1) * width), row * width);
}
