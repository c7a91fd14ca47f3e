/**
 * The memory that a leader's thread shares with its ranks' threads. It holds a layer's rows, which all ranks read, and the
 * partial sums [R, T, H], of which each rank writes its own slot; so the next layer reads them where they are.
 */
import { REAL_BYTES, type RealType } from "../model/target.ts";
import type { Rows } from "./exchange.ts";
import { RANK_LINE_BYTES, RankLine } from "./rank-line.ts";

/** Rows of a forward, at most: a thousand blocks. Address space is reserved for them, memory only for those in use. */
const MAX_ROWS = 2 ** 15;

/** Rows that a new memory has room for: a few blocks. */
const FIRST_ROWS = 128;

/** Each part begins at cache lines of its own. */
const LINE_BYTES = 128;

export interface ExchangeShape {
  readonly ranks: number;
  readonly hiddenSize: number;
  readonly topK: number;
  readonly real: RealType;
}

/** A memory as another thread gets it: a structured clone shares the buffer. */
export interface SharedExchange {
  readonly buffer: SharedArrayBuffer;
  readonly shape: ExchangeShape;
}

/** A layer of T rows in the memory. */
export interface LayerMemory {
  /** [T, H]. */
  readonly hidden: Rows;
  /** [T, K]. */
  readonly experts: BigInt64Array;
  /** Of each rank [T, K]: 0 for the choices that others compute. */
  readonly weights: readonly Float32Array[];
  /** [R, T, H], and of it each rank's [T, H]. */
  readonly partials: Rows;
  readonly slots: readonly Rows[];
}

export class ExchangeMemory {
  readonly shared: SharedExchange;
  /** The rows that all threads lay the memory out for. */
  readonly #capacity: Int32Array;
  readonly #layers = new Map<number, LayerMemory>();
  #layersCapacity = 0;

  static create(shape: ExchangeShape): ExchangeMemory {
    const buffer = new SharedArrayBuffer(sizeBytes(shape, 0), { maxByteLength: sizeBytes(shape, MAX_ROWS) });
    const memory = new ExchangeMemory({ buffer, shape });
    memory.reserve(FIRST_ROWS);
    return memory;
  }

  constructor(shared: SharedExchange) {
    this.shared = shared;
    this.#capacity = new Int32Array(shared.buffer, 0, 1);
  }

  /** The words of a rank other than the leader. */
  line(rank: number): RankLine {
    return new RankLine(this.shared.buffer, LINE_BYTES + rank * RANK_LINE_BYTES);
  }

  /** Makes room for so many rows. For the leader, while no rank computes: what is in the memory is lost. */
  reserve(rows: number): void {
    const { buffer, shape } = this.shared;
    if (rows <= Atomics.load(this.#capacity, 0)) return;
    if (rows > MAX_ROWS) {
      throw new RangeError(
        `a forward of ${rows} rows over ranks: the limit is ${MAX_ROWS}; run fewer sequences at once`,
      );
    }
    const capacity = Math.min(MAX_ROWS, 2 ** Math.ceil(Math.log2(rows)));
    buffer.grow(sizeBytes(shape, capacity));
    Atomics.store(this.#capacity, 0, capacity);
  }

  /** The same views for the same number of rows, until the memory grows. */
  layer(rows: number): LayerMemory {
    const capacity = Atomics.load(this.#capacity, 0);
    if (capacity !== this.#layersCapacity) this.#layers.clear();
    this.#layersCapacity = capacity;
    const known = this.#layers.get(rows);
    if (known !== undefined) return known;
    const layer = layerViews(this.shared, capacity, rows);
    this.#layers.set(rows, layer);
    return layer;
  }
}

/** Byte offsets of the parts, for so many rows. */
function partsOf({ ranks, hiddenSize, topK, real }: ExchangeShape, capacity: number) {
  const wholeLines = (bytes: number): number => Math.ceil(bytes / LINE_BYTES) * LINE_BYTES;
  const rowBytes = hiddenSize * REAL_BYTES[real];
  const weightBytes = wholeLines(capacity * topK * Float32Array.BYTES_PER_ELEMENT);
  const hidden = LINE_BYTES + ranks * RANK_LINE_BYTES;
  const experts = hidden + wholeLines(capacity * rowBytes);
  const weights = experts + wholeLines(capacity * topK * BigInt64Array.BYTES_PER_ELEMENT);
  const partials = weights + ranks * weightBytes;
  return { hidden, experts, weights, weightBytes, partials, end: partials + wholeLines(ranks * capacity * rowBytes) };
}

function sizeBytes(shape: ExchangeShape, capacity: number): number {
  return partsOf(shape, capacity).end;
}

function layerViews({ buffer, shape }: SharedExchange, capacity: number, rows: number): LayerMemory {
  const { ranks, hiddenSize, topK, real } = shape;
  const parts = partsOf(shape, capacity);
  const reals = (at: number, length: number): Rows =>
    real === "f32" ? new Float32Array(buffer, at, length) : new Uint16Array(buffer, at, length);
  const each = Array.from({ length: ranks }, (_, rank) => rank);
  const partials = reals(parts.partials, ranks * rows * hiddenSize);
  return {
    hidden: reals(parts.hidden, rows * hiddenSize),
    experts: new BigInt64Array(buffer, parts.experts, rows * topK),
    weights: each.map((rank) => new Float32Array(buffer, parts.weights + rank * parts.weightBytes, rows * topK)),
    partials,
    slots: each.map((rank) => partials.subarray(rank * rows * hiddenSize, (rank + 1) * rows * hiddenSize)),
  };
}
