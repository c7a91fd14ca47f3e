/**
 * A rank's experts on a device: the weights of every layer in its memory, and kernels that run a layer's rows over them. All
 * buffers are made when it is opened. A layer is one upload, one command buffer and one read.
 */
import { setImmediate } from "node:timers/promises";
import {
  COMBINE_VALUES,
  combineKernel,
  downKernel,
  type ExpertShape,
  gateUpKernel,
  groupKernel,
  TILE_COLUMNS,
} from "../model/expert-kernels.ts";
import type { RoutedRows } from "../parallel/exchange.ts";
import type { DawnDevice } from "./dawn.ts";
import { type ExpertBuffer, type ExpertWeights, expertBytes } from "./expert-weights.ts";

/** Rows of a command buffer; more are run in turn. It bounds the memory for assignments. */
const MAX_ROWS = 256;

/** Bytes that may wait for their upload, in Dawn's memory on the host. */
const UPLOAD_BYTES = 1 << 26;

/** WebGPU's flags, which Node has no globals for. */
const [MAP_READ, COPY_SRC, COPY_DST, UNIFORM, STORAGE] = [0x01, 0x04, 0x08, 0x40, 0x80];

/** Between two looks at a pending read, where cores are short. */
const NAP_MS = 0.2;

export interface DeviceExpertsOptions {
  readonly shape: ExpertShape;
  /**
   * Whether the thread sleeps a little while the device works. Dawn polls for a pending read, which takes a core; that is only
   * bad where threads outnumber cores.
   */
  readonly naps: boolean;
  /** Largest buffer; the device's limit by default. */
  readonly maxBufferBytes?: number;
}

/** Device memory: the weights, and what a batch of rows needs beside them. */
export function deviceExpertBytes(shape: ExpertShape, experts: number): { weights: number; working: number } {
  const work = workBytes(shape, MAX_ROWS);
  const working = Object.values(work).reduce((sum, bytes) => sum + bytes, work.sums);
  const each = Object.values(expertBytes(shape)).reduce((sum, bytes) => sum + bytes, 0);
  return { weights: experts * each, working };
}

type Kernel = "group" | "gateUp" | "down" | "combine";

/** The kernels' bind groups for a layer. */
interface DeviceLayer {
  readonly group: GPUBindGroup;
  /** Experts whose weights are in the same buffers. */
  readonly parts: readonly { readonly experts: number; readonly gateUp: GPUBindGroup; readonly down: GPUBindGroup }[];
}

export class DeviceExperts implements Disposable {
  /** Resolves when the device is lost, or failed. */
  readonly lost: Promise<Error>;
  readonly name: string;
  /** Of all buffers. */
  sizeBytes = 0;
  readonly #opened: DawnDevice;
  readonly #shape: ExpertShape;
  readonly #options: DeviceExpertsOptions;
  readonly #maxRows: number;
  readonly #pipelines: Readonly<Record<Kernel, GPUComputePipeline>>;
  readonly #work: Readonly<Record<keyof ReturnType<typeof workBytes>, GPUBuffer>>;
  readonly #combine: GPUBindGroup;
  readonly #read: GPUBuffer;
  readonly #layers: DeviceLayer[] = [];
  readonly #ended = Promise.withResolvers<Error>();
  readonly #napCell = new Int32Array(new SharedArrayBuffer(4));
  #failure: Error | undefined;

  private constructor(opened: DawnDevice, options: DeviceExpertsOptions) {
    const { device } = opened;
    const { shape } = options;
    this.name = opened.name;
    this.#opened = opened;
    this.#shape = shape;
    this.#options = options;
    this.lost = this.#ended.promise;
    void device.lost.then(({ message }) => this.#fail(`the device was lost: ${message}`));
    device.addEventListener("uncapturederror", (event) => this.#fail((event as GPUUncapturedErrorEvent).error.message));
    this.#maxRows = Math.min(
      MAX_ROWS,
      Math.floor(this.#maxBufferBytes / Math.max(...Object.values(workBytes(shape, 1)))),
    );
    const pipeline = (code: string) =>
      device.createComputePipeline({ layout: "auto", compute: { module: device.createShaderModule({ code }) } });
    this.#pipelines = {
      group: pipeline(groupKernel(shape)),
      gateUp: pipeline(gateUpKernel(shape)),
      down: pipeline(downKernel(shape)),
      combine: pipeline(combineKernel(shape)),
    };
    const work = workBytes(shape, this.#maxRows);
    const buffers = Object.entries(work).map(([name, size]) => {
      const usage = name === "batch" ? UNIFORM | COPY_DST : STORAGE | COPY_DST | COPY_SRC;
      return [name, this.#buffer(size, usage)];
    });
    this.#work = Object.fromEntries(buffers);
    this.#read = this.#buffer(work.sums, MAP_READ | COPY_DST);
    const { batch, outputs, places, weights, sums } = this.#work;
    this.#combine = this.#bind("combine", { 0: batch, 1: outputs, 2: places, 3: weights, 4: sums });
  }

  /**
   * Uploads the weights of every layer and runs each kernel, which compiles it. Owns `opened` from then on.
   * @throws Error when the device has too little memory, or is lost
   */
  static async open(opened: DawnDevice, weights: ExpertWeights, options: DeviceExpertsOptions): Promise<DeviceExperts> {
    const { device } = opened;
    using cleanup = new DisposableStack();
    cleanup.use(opened);
    for (const filter of ["validation", "out-of-memory", "internal"] as const) device.pushErrorScope(filter);
    const experts = new DeviceExperts(opened, options);
    for (const layer of weights.layers.keys()) await experts.#load(layer, weights);
    const { topK, hiddenSize } = options.shape;
    const row = { hidden: new Float32Array(hiddenSize), weights: new Float32Array(topK).fill(1) };
    const first = BigInt(weights.layers.find((held) => held.length > 0)?.[0] ?? 0);
    const warmUp = {
      ...row,
      layer: 0,
      experts: new BigInt64Array(topK).fill(first),
      into: new Float32Array(hiddenSize),
    };
    const ran = await experts.run(warmUp).catch((error: Error) => error);
    const errors = await Promise.all([0, 1, 2].map(() => device.popErrorScope().catch(() => null)));
    const error = errors.find((error) => error !== null) ?? (ran instanceof Error ? ran : undefined);
    if (error !== undefined) throw new Error(error.message || "unknown error");
    cleanup.move();
    return experts;
  }

  /**
   * The weighted sums over this rank's experts [T, H]. One call at a time.
   * @param routed whose layer counts from the first with experts
   * @throws Error when the device fails, then and from then on
   */
  async run({ layer, hidden, experts, weights, into }: RoutedRows & { readonly into: Float32Array }): Promise<void> {
    const { hiddenSize, topK } = this.#shape;
    const rows = into.length / hiddenSize;
    for (let first = 0; first < rows; first += this.#maxRows) {
      const count = Math.min(this.#maxRows, rows - first);
      const part = <T extends Float32Array | BigInt64Array>(all: T, width: number): T =>
        all.subarray(first * width, (first + count) * width) as T;
      await this.#batch(layer, count, {
        hidden: part(hidden as Float32Array, hiddenSize),
        experts: part(experts, topK),
        weights: part(weights, topK),
        into: part(into, hiddenSize),
      });
    }
  }

  /** Why every run fails; undefined while the device works. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** A lost device's buffers are gone with it. */
  [Symbol.dispose](): void {
    this.#fail("it was closed");
    this.#opened[Symbol.dispose]();
  }

  async #batch(layer: number, rows: number, batch: Omit<RoutedRows, "layer"> & { readonly into: Float32Array }) {
    if (this.#failure !== undefined) throw this.#failure;
    const { queue } = this.#opened.device;
    const { hiddenSize, innerSize } = this.#shape;
    const write = (buffer: GPUBuffer, data: ArrayBufferView): void =>
      queue.writeBuffer(buffer, 0, data as BufferSource);
    write(this.#work.batch, Uint32Array.of(rows));
    write(this.#work.x, batch.hidden);
    write(this.#work.chosen, batch.experts);
    write(this.#work.weights, batch.weights);
    const encoder = this.#opened.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    const dispatch = (pipeline: GPUComputePipeline, group: GPUBindGroup, x: number, y = 1): void => {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(x, y);
    };
    const { group, gateUp, down, combine } = this.#pipelines;
    const { group: grouped, parts } = this.#layers[layer] as DeviceLayer;
    dispatch(group, grouped, 1);
    for (const part of parts) dispatch(gateUp, part.gateUp, Math.ceil(innerSize / TILE_COLUMNS), part.experts);
    for (const part of parts) dispatch(down, part.down, Math.ceil(hiddenSize / TILE_COLUMNS), part.experts);
    dispatch(combine, this.#combine, Math.ceil((rows * hiddenSize) / COMBINE_VALUES));
    pass.end();
    const sizeBytes = batch.into.byteLength;
    encoder.copyBufferToBuffer(this.#work.sums, 0, this.#read, 0, sizeBytes);
    queue.submit([encoder.finish()]);
    try {
      await this.#wait(this.#read.mapAsync(MAP_READ, 0, sizeBytes));
      batch.into.set(new Float32Array(this.#read.getMappedRange(0, sizeBytes)));
      this.#read.unmap();
    } catch (cause) {
      // The error of a lost device has no text.
      this.#fail((cause as Error).message || "the device was lost");
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #wait(pending: Promise<unknown>): Promise<void> {
    if (this.#options.naps) {
      let isPending = true;
      const settle = (): void => {
        isPending = false;
      };
      pending.then(settle, settle);
      while (isPending) {
        await setImmediate();
        if (isPending) Atomics.wait(this.#napCell, 0, 0, NAP_MS);
      }
    }
    await pending;
  }

  async #load(layer: number, weights: ExpertWeights): Promise<void> {
    const held = weights.layers[layer] as readonly number[];
    await using files = await weights.open(layer);
    const ids = this.#filled(Uint32Array.from(held.length === 0 ? [0] : held), STORAGE);
    const { batch, x, chosen, weights: shares, starts, rows, places, inner, outputs } = this.#work;
    const all = this.#filled(Uint32Array.of(0, held.length), UNIFORM);
    const group = { 0: batch, 1: all, 2: ids, 3: chosen, 4: shares, 5: starts, 6: rows, 7: places };
    const parts: DeviceLayer["parts"][number][] = [];
    const bytes = expertBytes(this.#shape);
    const perPart = Math.max(1, Math.floor(this.#maxBufferBytes / Math.max(...Object.values(bytes))));
    for (let first = 0; first < held.length; first += perPart) {
      const experts = Math.min(perPart, held.length - first);
      const part = this.#filled(Uint32Array.of(first, experts), UNIFORM);
      const names = Object.keys(bytes) as ExpertBuffer[];
      const made = names.map((name) => [name, this.#buffer(Math.max(4, experts * bytes[name]), STORAGE | COPY_DST)]);
      const buffers = Object.fromEntries(made) as Record<ExpertBuffer, GPUBuffer>;
      for (const name of names) await this.#upload(buffers[name], files.read(name, first, experts));
      const scaled = this.#shape.quantization !== "none";
      const { gateUp, gateUpScales, down, downScales } = buffers;
      parts.push({
        experts,
        gateUp: this.#bind("gateUp", {
          ...{ 0: part, 1: gateUp, ...(scaled && { 2: gateUpScales }) },
          ...{ 3: x, 4: starts, 5: rows, 6: inner },
        }),
        down: this.#bind("down", {
          ...{ 0: part, 1: down, ...(scaled && { 2: downScales }) },
          ...{ 3: inner, 4: starts, 6: outputs },
        }),
      });
    }
    this.#layers.push({ group: this.#bind("group", group), parts });
  }

  async #upload(buffer: GPUBuffer, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const { queue } = this.#opened.device;
    let [at, waiting] = [0, 0];
    for await (const chunk of chunks) {
      queue.writeBuffer(buffer, at, chunk as BufferSource);
      at += chunk.length;
      waiting += chunk.length;
      if (waiting < UPLOAD_BYTES) continue;
      queue.submit([]);
      await queue.onSubmittedWorkDone();
      waiting = 0;
    }
  }

  #bind(kernel: Kernel, buffers: Readonly<Record<number, GPUBuffer>>): GPUBindGroup {
    const entries = Object.entries(buffers).map(([binding, buffer]) => ({
      binding: Number(binding),
      resource: { buffer },
    }));
    const layout = this.#pipelines[kernel].getBindGroupLayout(0);
    return this.#opened.device.createBindGroup({ layout, entries });
  }

  #filled(data: Uint32Array, usage: number): GPUBuffer {
    const buffer = this.#buffer(data.byteLength, usage | COPY_DST);
    this.#opened.device.queue.writeBuffer(buffer, 0, data as BufferSource);
    return buffer;
  }

  #buffer(size: number, usage: number): GPUBuffer {
    this.sizeBytes += size;
    return this.#opened.device.createBuffer({ size, usage });
  }

  get #maxBufferBytes(): number {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#opened.device.limits;
    return Math.min(
      this.#options.maxBufferBytes ?? Number.POSITIVE_INFINITY,
      maxBufferSize,
      maxStorageBufferBindingSize,
    );
  }

  /** The first reason counts. */
  #fail(reason: string): void {
    if (this.#failure !== undefined) return;
    this.#failure = new Error(`${this.name}: ${reason}`);
    this.#ended.resolve(this.#failure);
  }
}

/** The buffers that batches share. */
function workBytes({ hiddenSize, innerSize, topK, maxExperts }: ExpertShape, maxRows: number) {
  const assignments = maxRows * topK;
  return {
    batch: 4,
    x: maxRows * hiddenSize * 4,
    chosen: assignments * 8,
    weights: assignments * 4,
    starts: (maxExperts + 1) * 4,
    rows: assignments * 4,
    places: assignments * 4,
    inner: assignments * innerSize * 4,
    outputs: assignments * hiddenSize * 4,
    sums: maxRows * hiddenSize * 4,
  };
}
