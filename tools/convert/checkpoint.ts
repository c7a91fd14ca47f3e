/**
 * Opens a checkpoint folder as one set of tensors, from a single file or from shards with an index. Values are read by range,
 * as f32. It knows no architecture.
 */
import { type FileHandle, open, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import { ifExists, readJson } from "@palimpsest/gpu-worker/files/optional-file";
import { z } from "zod";
import { DTYPE_BYTES, readFully, readHeader, type StoredTensor } from "./safetensors.ts";
import { widenBfloat16, widenFloat16 } from "./widen.ts";

export const WEIGHTS_FILE = "model.safetensors";
export const INDEX_FILE = "model.safetensors.index.json";

export interface Checkpoint extends AsyncDisposable {
  /** By tensor name. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Number of tensors of the whole checkpoint, consumed files included. */
  readonly tensorCount: number;
  /** The existing weight files, by name. */
  readonly files: ReadonlyMap<string, CheckpointFile>;
  /**
   * Fills `values` with the tensor's values from element `first` on.
   * @throws PackageError naming file and tensor when a value is NaN or infinite, or the file ends early
   */
  read(tensor: StoredTensor, first: number, values: Float32Array): Promise<void>;
  /** Deletes a file, whose tensors can then no longer be read. */
  consume(name: string): Promise<void>;
}

export interface CheckpointFile {
  readonly sizeBytes: number;
  /** Size and time of the last change. */
  readonly stamp: string;
}

/**
 * Opens every file of a checkpoint and checks its header.
 * @param consumed names of files that may be missing because an earlier conversion has consumed them
 * @throws PackageError when there are none, a file is damaged, or files and index contradict each other
 */
export async function openCheckpoint(folder: string, consumed: ReadonlySet<string> = new Set()): Promise<Checkpoint> {
  await using cleanup = new AsyncDisposableStack();
  const handles = new Map<string, FileHandle>();
  const tensors = new Map<string, StoredTensor>();
  const files = new Map<string, CheckpointFile>();
  const addFile = async (name: string): Promise<boolean> => {
    const file = join(folder, name);
    const handle = await ifExists(open(file));
    if (handle === undefined) return false;
    cleanup.use(handle);
    handles.set(file, handle);
    const { size, mtimeMs } = await handle.stat();
    files.set(name, { sizeBytes: size, stamp: `${size} bytes of ${new Date(mtimeMs).toISOString()}` });
    for (const tensor of await readHeader(handle, file)) {
      const other = tensors.get(tensor.name);
      if (other) throw new PackageError(`${file}: tensor ${tensor.name} is in ${basename(other.file)} as well`);
      tensors.set(tensor.name, tensor);
    }
    return true;
  };
  let tensorCount = 0;
  if (!(await addFile(WEIGHTS_FILE))) {
    const index = await readIndex(folder);
    for (const shard of new Set(index.values())) {
      if (!(await addFile(shard)) && !consumed.has(shard)) {
        throw new PackageError(`${join(folder, shard)}: missing, but ${INDEX_FILE} names it; fetch it`);
      }
    }
    tensorCount = index.size;
    checkIndex(new Map([...index].filter(([, shard]) => files.has(shard))), tensors, folder);
  }
  const opened = cleanup.move();
  return {
    tensors,
    files,
    tensorCount: Math.max(tensorCount, tensors.size),
    read: (tensor, first, values) => readValues(handles.get(tensor.file)!, tensor, first, values),
    async consume(name) {
      const file = join(folder, name);
      await handles.get(file)?.close(); // an open file would still take up disk space
      await rm(file);
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

const indexFile = z.object({ weight_map: z.record(z.string(), z.string()) });

/** Names of shards by tensor. */
export async function readIndex(folder: string): Promise<Map<string, string>> {
  const file = join(folder, INDEX_FILE);
  const json = await readJson(file);
  if (json === undefined) {
    throw new PackageError(`${folder}: not a checkpoint folder; it has neither ${WEIGHTS_FILE} nor ${INDEX_FILE}`);
  }
  const parsed = indexFile.safeParse(json);
  if (!parsed.success) throw new PackageError(`${file}: weight_map must map tensor names to file names`);
  const index = new Map(Object.entries(parsed.data.weight_map));
  for (const [name, shard] of index) {
    // A name with a path would make convert read files outside the folder.
    if (basename(shard) !== shard || shard === "..") {
      throw new PackageError(`${file}: tensor ${name}: ${JSON.stringify(shard)} is not a file name`);
    }
  }
  return index;
}

function checkIndex(
  index: ReadonlyMap<string, string>,
  tensors: ReadonlyMap<string, StoredTensor>,
  folder: string,
): void {
  for (const [name, shard] of index) {
    if (tensors.get(name)?.file !== join(folder, shard)) {
      throw new PackageError(
        `${join(folder, shard)}: does not contain tensor ${name}, which ${INDEX_FILE} places there`,
      );
    }
  }
}

async function readValues(
  handle: FileHandle,
  tensor: StoredTensor,
  first: number,
  values: Float32Array,
): Promise<void> {
  const width = DTYPE_BYTES[tensor.dtype];
  // Narrow values are read to the end of the buffer and widened from its start.
  const bytes = new Uint8Array(
    values.buffer as ArrayBuffer,
    values.byteOffset + values.length * (Float32Array.BYTES_PER_ELEMENT - width),
    values.length * width,
  );
  await readFully(handle, bytes, tensor.offset + first * width, tensor.file);
  if (tensor.dtype === "BF16") widenBfloat16(values);
  if (tensor.dtype === "F16") widenFloat16(values);
  checkFinite(values, tensor, first);
}

function checkFinite(values: Float32Array, tensor: StoredTensor, first: number): void {
  let sum = 0; // of zeros, unless one is NaN or infinite
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) * 0;
  if (sum === 0) return;
  const at = values.findIndex((value) => !Number.isFinite(value));
  throw new PackageError(`${tensor.file}: tensor ${tensor.name}: value ${first + at} is ${values[at]}`);
}
