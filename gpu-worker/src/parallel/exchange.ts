/**
 * The exchange of a layer's rows between ranks. Dispatch sends each rank the rows that its experts take part in, combine
 * brings its partial sums back and puts them where the next layer adds them up, in rank order: the result does not depend on
 * who answers first. It knows no transport: a RankLink hides it.
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

/** What a rank answers. */
export interface RankAnswer {
  /** [T, H]: for each row, the weighted sum over those of its experts that the rank holds. */
  readonly partial: Rows;
  /** What the rank's own computation took: the rest of the time went into the exchange. */
  readonly computeMs: number;
}

/** Another rank, as the leader sees it. */
export interface RankLink extends AsyncDisposable {
  readonly rank: number;
  /** Whether it can be asked now. */
  readonly ready: boolean;
  /** Resolves with the reason when the rank is lost, asked or not. Absent where it cannot be. */
  readonly lost?: Promise<Error>;
  /**
   * Runs the rank's experts. May take `routed`'s memory.
   * @throws WorkerError `unavailable` when the rank is lost
   */
  run(routed: RoutedRows): Promise<RankAnswer>;
}

export interface ExchangeSizes {
  readonly hiddenSize: number;
  readonly topK: number;
}

/** The rows sent to one rank. */
interface Sent {
  readonly rank: number;
  /** Which of the layer's rows they are, in order. */
  readonly rows: readonly number[];
  readonly answer: Promise<RankAnswer>;
}

export class ExpertExchange {
  readonly #links: readonly RankLink[];
  readonly #holds: (layer: number, rank: number) => ReadonlySet<bigint>;
  readonly #sizes: ExchangeSizes;

  /** @param holds the experts that a rank holds of a layer */
  constructor(
    links: readonly RankLink[],
    holds: (layer: number, rank: number) => ReadonlySet<bigint>,
    sizes: ExchangeSizes,
  ) {
    this.#links = links;
    this.#holds = holds;
    this.#sizes = sizes;
  }

  /** Sends the rows off, each rank only those it needs; a rank that needs none hears nothing. */
  dispatch(routed: RoutedRows): PendingPartials {
    const sent = this.#links.flatMap((link): Sent[] => {
      const rows = rowsFor(routed.experts, this.#sizes.topK, this.#holds(routed.layer, link.rank));
      return rows.length === 0 ? [] : [{ rank: link.rank, rows, answer: link.run(this.#select(routed, rows)) }];
    });
    return new PendingPartials(sent, this.#links.length + 1, this.#sizes.hiddenSize);
  }

  #select({ layer, hidden, experts, weights }: RoutedRows, rows: readonly number[]): RoutedRows {
    const { hiddenSize, topK } = this.#sizes;
    return {
      layer,
      hidden: takeRows(hidden, rows, hiddenSize),
      experts: takeRows(experts, rows, topK),
      weights: takeRows(weights, rows, topK),
    };
  }
}

/** Partial sums that are being computed elsewhere. */
export class PendingPartials {
  readonly #sent: readonly Sent[];
  readonly #ranks: number;
  readonly #hiddenSize: number;
  readonly #arrived: Promise<readonly RankAnswer[]>;

  constructor(sent: readonly Sent[], ranks: number, hiddenSize: number) {
    this.#sent = sent;
    this.#ranks = ranks;
    this.#hiddenSize = hiddenSize;
    this.#arrived = Promise.all(sent.map(({ answer }) => answer));
    // Who fails while the leader computes is heard in combine.
    this.#arrived.catch(() => {});
  }

  /**
   * Waits for all ranks.
   * @param own the leader's partial sums [T, H]; rank 0's
   * @returns all ranks' [R, T, H], zeros where a rank had no part in a row
   * @throws WorkerError `unavailable` when a rank is lost
   */
  async combine<T extends Rows>(own: T): Promise<T> {
    if (this.#ranks === 1) return own;
    const partials = new (own.constructor as new (length: number) => T)(this.#ranks * own.length);
    partials.set(own);
    const arrived = await this.#arrived;
    for (const [i, { rank, rows }] of this.#sent.entries()) {
      putRows((arrived[i] as RankAnswer).partial, rows, this.#hiddenSize, partials.subarray(rank * own.length));
    }
    return partials;
  }
}

function rowsFor(experts: BigInt64Array, topK: number, held: ReadonlySet<bigint>): number[] {
  const rows: number[] = [];
  for (const [choice, expert] of experts.entries()) {
    const row = Math.trunc(choice / topK);
    if (rows.at(-1) !== row && held.has(expert)) rows.push(row);
  }
  return rows;
}

/** A memory copy per row. */
function takeRows<T extends Rows | BigInt64Array>(from: T, rows: readonly number[], width: number): T {
  const taken = new (from.constructor as new (length: number) => T)(rows.length * width);
  for (const [i, row] of rows.entries()) {
    taken.set(from.subarray(row * width, (row + 1) * width) as never, i * width);
  }
  return taken;
}

/** A memory copy per row. */
function putRows(from: Rows, rows: readonly number[], width: number, to: Rows): void {
  for (const [i, row] of rows.entries()) to.set(from.subarray(i * width, (i + 1) * width), row * width);
}
