/**
 * Packs the weights of a graph for onnxruntime on this CPU, and writes them to a file that can be mapped.
 *
 * onnxruntime 1.30 packs a matrix again when it opens such a graph, to find the stored form by a hash of the packed bytes. So it
 * reads every original, which is as large as the packed form, and keeps nothing of it. Here an original is a hole in the file
 * with a tag, a few bytes that make its hash its own: opening reads pages of zeros, and the file is half as large.
 */
import { createHash } from "node:crypto";
import { mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type ModelProto, ModelProtoSchema, type TensorProto, TensorProto_DataType } from "@palimpsest/proto/onnx";
import { InferenceSession } from "onnxruntime-node";
import { PackageError } from "../errors.ts";

/** At least the alignment of any packed buffer, and of a mapped file. */
const ALIGNMENT_BYTES = 4096;

const COPY_BYTES = 1 << 24;

/** Names of an initializer's packed forms: `KERNEL+HASH|OFFSET;LENGTH;CHECKSUM`. */
const PACKED = "prepacked_";

/** Stands where a matrix's scales were: results are plainly wrong if it is ever read. */
const NO_SCALE = new Uint8Array(Float32Array.of(Number.NaN).buffer);

export interface Packer {
  /**
   * Writes `NAME.onnx` and `NAME.bin` with the packed weights of a graph file to a folder.
   * @param scratch a folder for files in between, up to five times the weights
   * @throws PackageError when onnxruntime would not find them again
   */
  pack(graphFile: string, folder: string, name: string, scratch?: string): Promise<void>;
}

/** Remembers the hashes of tags, which are the same for graphs of the same sizes, as a model's layers are. */
export function createPacker(): Packer {
  const known = new Map<string, readonly string[]>();
  return {
    async pack(graphFile, folder, name, scratch = folder) {
      const [optimized, unaligned] = [join(scratch, `${name}.optimized.onnx`), `${name}.unaligned`];
      await using cleanup = new AsyncDisposableStack();
      for (const file of [optimized, join(scratch, unaligned)]) cleanup.defer(() => rm(file, { force: true }));
      await optimize(graphFile, optimized, unaligned);
      const graph = fromBinary(ModelProtoSchema, await readFile(optimized));
      const identity = identityOf(graph);
      const tags = join(scratch, `${name}.tags`);
      const hashes = known.get(identity) ?? (await tagHashes(optimized, tags));
      await moveWeights(graph, { from: join(scratch, unaligned), to: join(folder, `${name}.bin`), hashes });
      await writeFile(join(folder, `${name}.onnx`), toBinary(ModelProtoSchema, graph));
      if (known.has(identity)) return;
      await requireHashes(graph, { beside: join(folder, `${name}.check.onnx`), scratch: tags, hashes });
      known.set(identity, hashes);
    },
  };
}

/** Opens a graph and lets onnxruntime write it with its packed weights, the originals beside them. */
async function optimize(graphFile: string, path: string, weights: string): Promise<void> {
  const session = await InferenceSession.create(graphFile, {
    executionProviders: ["cpu"],
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
    optimizedModelFilePath: path,
    extra: {
      session: {
        save_external_prepacked_constant_initializers: "1",
        optimized_model_external_initializers_file_name: weights,
      },
    },
  });
  await session.release();
}

/** Names of the packed forms of tags, for the matrices of a graph that `optimize` wrote. */
async function tagHashes(graphFile: string, folder: string): Promise<readonly string[]> {
  await mkdir(folder);
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(folder, { recursive: true }));
  const graph = fromBinary(ModelProtoSchema, await readFile(graphFile));
  await leaveOutWeights(graph, join(folder, "tags.bin"));
  await writeFile(join(folder, "tags.onnx"), toBinary(ModelProtoSchema, graph));
  return hashesOf(join(folder, "tags.onnx"), folder);
}

/**
 * @param graph as it will be opened
 * @param beside a file to write next to the graph's weights
 * @throws PackageError when onnxruntime computes other hashes for the graph's tags
 */
async function requireHashes(
  graph: ModelProto,
  { beside, scratch, hashes }: { beside: string; scratch: string; hashes: readonly string[] },
): Promise<void> {
  await mkdir(scratch);
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(scratch, { recursive: true }));
  cleanup.defer(() => rm(beside, { force: true }));
  for (const tensor of storedOf(graph)) withoutPacked(tensor);
  await writeFile(beside, toBinary(ModelProtoSchema, graph));
  const found = await hashesOf(beside, scratch);
  if (found.join() === hashes.join()) return;
  throw new PackageError(`${beside}: onnxruntime would not find the packed weights again`);
}

async function hashesOf(graphFile: string, folder: string): Promise<readonly string[]> {
  await optimize(graphFile, join(folder, "packed.onnx"), "packed.bin");
  const graph = fromBinary(ModelProtoSchema, await readFile(join(folder, "packed.onnx")));
  return matricesOf(graph).map((tensor) => packedEntry(tensor).value.split("|")[0] as string);
}

/** Copies the weights of a graph that `optimize` wrote, the originals of packed matrices excepted. */
async function moveWeights(
  graph: ModelProto,
  { from, to, hashes }: { from: string; to: string; hashes: readonly string[] },
): Promise<void> {
  await using source = await open(from);
  await using target = await open(to, "w");
  const places = new Places(target);
  const copy = (offset: string | undefined, length: string | undefined) =>
    places.copy({ file: source, path: from, offset: Number(offset) }, Number(length));
  const marks = marksOf(graph);
  const matrices = matricesOf(graph);
  for (const tensor of storedOf(graph)) {
    const { location, offset, length } = placeOf(tensor);
    location.value = basename(to);
    const mark = marks.get(tensor.name);
    offset.value = String(
      mark === undefined ? await copy(offset.value, length.value) : await places.hole(mark, Number(length.value)),
    );
    const matrix = matrices.indexOf(tensor);
    for (const entry of tensor.externalData.filter(({ key }) => key.startsWith(PACKED))) {
      const [kernel, ...buffers] = entry.value.split("|");
      const moved: string[] = [];
      for (const buffer of buffers) {
        const [at, size, ...rest] = buffer.split(";");
        moved.push([await copy(at, size), size, ...rest].join(";"));
      }
      entry.value = [matrix < 0 ? kernel : hashes[matrix], ...moved].join("|");
    }
  }
  await places.end();
}

/** Writes the marks of a graph that `optimize` wrote, and no weights: its packed matrices are marks. */
async function leaveOutWeights(graph: ModelProto, path: string): Promise<void> {
  await using target = await open(path, "w");
  const places = new Places(target);
  const marks = marksOf(graph);
  for (const tensor of storedOf(graph)) {
    const { location, offset, length } = placeOf(tensor);
    location.value = "tags.bin";
    offset.value = String(await places.hole(marks.get(tensor.name), Number(length.value)));
    withoutPacked(tensor);
  }
  await places.end();
}

/** The first bytes of each initializer that is left out: packed matrices, and their scales, which are among the packed bytes. */
function marksOf(graph: ModelProto): Map<string, Uint8Array> {
  const marks = new Map(
    matricesOf(graph).map(({ name }, i) => [name, new Uint8Array(Uint32Array.of(i + 1).buffer)] as const),
  );
  for (const { input } of graph.graph?.node ?? []) {
    const [, matrix = "", scales = ""] = input;
    if (marks.has(matrix)) marks.set(scales, NO_SCALE);
  }
  return marks;
}

/** Quantized matrices whose packed form is stored. */
function matricesOf(graph: ModelProto): TensorProto[] {
  return storedOf(graph).filter(
    ({ dataType, externalData }) =>
      dataType === TensorProto_DataType.UINT8 && externalData.filter(({ key }) => key.startsWith(PACKED)).length === 1,
  );
}

/** Initializers whose bytes are in a file: small ones are in the graph itself. */
function storedOf({ graph }: ModelProto): TensorProto[] {
  return (graph?.initializer ?? []).filter(({ externalData }) => externalData.length > 0);
}

/** Equal for graphs whose tags have the same hashes. These depend on sizes, and on scales that are in the graph itself. */
function identityOf({ graph }: ModelProto): string {
  const hash = createHash("sha256");
  for (const { dims, rawData, externalData } of graph?.initializer ?? []) {
    const isStored = externalData.length > 0;
    hash.update(JSON.stringify([dims.map(Number), isStored]));
    if (!isStored) hash.update(rawData);
  }
  return hash.digest("hex");
}

function withoutPacked(tensor: TensorProto): void {
  tensor.externalData = tensor.externalData.filter(({ key }) => !key.startsWith(PACKED));
}

function placeOf(tensor: TensorProto) {
  const [location, offset, length] = ["location", "offset", "length"].map((key) => entryOf(tensor, key));
  return { location, offset, length } as Record<"location" | "offset" | "length", { value: string }>;
}

function packedEntry(tensor: TensorProto): { value: string } {
  return entryOf(tensor, PACKED);
}

function entryOf({ name, externalData }: TensorProto, start: string): { value: string } {
  const entry = externalData.find(({ key }) => key.startsWith(start));
  if (entry === undefined) throw new Error(`${name}: onnxruntime wrote no ${start}`);
  return entry;
}

type File = Awaited<ReturnType<typeof open>>;

/**
 * Places in a file that can be mapped, one after the other. The packed form depends on the alignment of its address, but
 * onnxruntime 1.30 only aligns buffers above 1 MiB; smaller ones would be read wrong.
 */
class Places {
  readonly #target: File;
  #end = 0;

  constructor(target: File) {
    this.#target = target;
  }

  async copy({ file, path, offset }: { file: File; path: string; offset: number }, length: number): Promise<number> {
    const place = this.#next(length);
    for (let done = 0; done < length; ) {
      const buffer = new Uint8Array(Math.min(COPY_BYTES, length - done));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, offset + done);
      if (bytesRead === 0) throw new PackageError(`${path}: ends before ${offset + length} bytes`);
      await this.#target.write(buffer, 0, bytesRead, place + done);
      done += bytesRead;
    }
    return place;
  }

  /** Zeros, but for a mark at their beginning. */
  async hole(mark: Uint8Array | undefined, length: number): Promise<number> {
    const place = this.#next(length);
    if (mark !== undefined) await this.#target.write(mark, 0, mark.length, place);
    return place;
  }

  /** Extends the file over a hole at its end. */
  end(): Promise<void> {
    return this.#target.truncate(this.#end);
  }

  #next(length: number): number {
    const place = Math.ceil(this.#end / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    this.#end = place + length;
    return place;
  }
}
