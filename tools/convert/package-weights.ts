/**
 * Reads a package's weights by the checkpoint tensors that they are made of, so that they can be joined in another order. In
 * memory is a slab of rows.
 */
import { type FileHandle, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import { type Manifest, shardPlan } from "@palimpsest/gpu-worker/model/manifest";
import { externalDataOf } from "@palimpsest/gpu-worker/model/onnx-graph";
import { planPackage } from "@palimpsest/gpu-worker/model/package-plan";
import { type CheckpointTensor, type Weight, weightBytes } from "@palimpsest/gpu-worker/model/weights";

const SLAB_BYTES = 1 << 24;

/** Bytes of one checkpoint tensor in one encoding: its rows follow each other at a distance. */
interface Piece {
  readonly file: string;
  readonly offset: number;
  readonly rows: number;
  readonly rowBytes: number;
  /** Bytes from one row to the next. */
  readonly strideBytes: number;
}

export interface PackageWeights {
  /** @throws PackageError when the package lacks the bytes of one of them */
  check(weights: readonly Weight[]): void;
  /** The bytes of a weight in order. @throws PackageError when a file ends too early; the signal's reason */
  read(weight: Weight, signal?: AbortSignal): AsyncGenerator<Uint8Array>;
}

/** @throws PackageError when a graph file is missing */
export async function openPackageWeights(folder: string, manifest: Manifest): Promise<PackageWeights> {
  const pieces = await piecesOf(folder, manifest);
  const piecesFor = (weight: Weight): Piece[] =>
    weight.sources.map((source) => {
      const piece = pieces.get(pieceKey(source, weight));
      if (piece !== undefined) return piece;
      const reason =
        weight.encoding.startsWith("f16") || manifest.target !== "cpu"
          ? `it is a ${manifest.target} package without ${weight.encoding} values of ${source.name}`
          : `it has no ${weight.encoding} values of ${source.name}; an older version wrote it`;
      throw new PackageError(`${folder}: ${reason}; convert the checkpoint again`);
    });
  return {
    check: (weights) => {
      for (const weight of weights) piecesFor(weight);
    },
    read: (weight, signal) => readPieces(piecesFor(weight), weight, signal),
  };
}

/** Where each tensor's bytes are, in each encoding. Replicas of an expert have the same bytes, so any of them will do. */
async function piecesOf(folder: string, manifest: Manifest): Promise<Map<string, Piece>> {
  const { config, target, quantization, ranks, maskToken, editTokens, blockLength } = manifest;
  const form = { target, quantization, ranks, shards: shardPlan(manifest), blockLength };
  const pieces = new Map<string, Piece>();
  for (const graph of planPackage(config, { ...form, maskToken, editTokens })) {
    const path = join(folder, `${graph.name}.onnx`);
    const bytes = await readFile(path).catch((cause: Error) => {
      throw new PackageError(`${path}: ${cause.message}; the whole package is needed`, { cause });
    });
    const places = externalDataOf(bytes);
    for (const weight of graph.weights) {
      const place = places.get(weight.name);
      if (place?.length !== weightBytes(weight)) {
        throw new PackageError(
          `${folder}: has ${place?.length ?? "no"} bytes of ${weight.name}, needs ${weightBytes(weight)}; ` +
            "an older version wrote the package: convert the checkpoint again",
        );
      }
      const { sources, interleaved = 1 } = weight;
      const rows = sources.reduce((sum, source) => sum + rowsOf(source), 0);
      const rowBytes = place.length / rows;
      let before = 0; // rows of the groups before
      sources.forEach((source, i) => {
        const [member, count] = [i % interleaved, rowsOf(source)];
        pieces.set(pieceKey(source, weight), {
          file: join(folder, place.location),
          offset: place.offset + (before + member) * rowBytes,
          rows: count,
          rowBytes,
          strideBytes: rowBytes * interleaved,
        });
        if (member === interleaved - 1) before += count * interleaved;
      });
    }
  }
  return pieces;
}

/** The rows of each group of `interleaved` pieces, alternating. */
async function* readPieces(
  pieces: readonly Piece[],
  { name, interleaved = 1 }: Weight,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  await using opened = new AsyncDisposableStack();
  const files = new Map<string, FileHandle>();
  for (const { file } of pieces) if (!files.has(file)) files.set(file, opened.use(await open(file)));
  for (let first = 0; first < pieces.length; first += interleaved) {
    const group = pieces.slice(first, first + interleaved);
    const { rows, rowBytes } = group[0] as Piece;
    const slabRows = Math.max(1, Math.floor(SLAB_BYTES / (rowBytes * interleaved)));
    for (let row = 0; row < rows; row += slabRows) {
      signal?.throwIfAborted();
      const count = Math.min(slabRows, rows - row);
      const slab = new Uint8Array(count * rowBytes * interleaved);
      for (const [member, piece] of group.entries()) {
        const part = await readRows(files.get(piece.file) as FileHandle, piece, row, count);
        if (part === undefined) throw new PackageError(`${piece.file}: ends within ${name}; copy the package again`);
        for (let i = 0; i < count; i++) {
          slab.set(part.subarray(i * rowBytes, (i + 1) * rowBytes), (i * interleaved + member) * rowBytes);
        }
      }
      yield slab;
    }
  }
}

/** Rows `first` and on of a piece, one after the other; undefined if the file ends within them. */
async function readRows(
  file: FileHandle,
  { offset, rowBytes, strideBytes }: Piece,
  first: number,
  count: number,
): Promise<Uint8Array | undefined> {
  const rows = new Uint8Array(count * rowBytes);
  const reads = strideBytes === rowBytes ? 1 : count; // rows that stand together are read together
  const size = rows.length / reads;
  for (let i = 0; i < reads; i++) {
    const start = offset + (first + i) * strideBytes;
    for (let done = 0; done < size; ) {
      const { bytesRead } = await file.read(rows, i * size + done, size - done, start + done);
      if (bytesRead === 0) return undefined;
      done += bytesRead;
    }
  }
  return rows;
}

/** Rows of a tensor along its first axis; a vector is one row for each value. */
function rowsOf({ dims }: CheckpointTensor): number {
  return dims[0] as number;
}

function pieceKey(source: CheckpointTensor, { encoding, bits }: Weight): string {
  return `${source.name} ${encoding} ${bits}`;
}
