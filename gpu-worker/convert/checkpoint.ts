/**
 * A checkpoint folder as one set of tensors, in one file or in shards with an index. Values are read by range, as f32, and
 * never a whole file at once. It knows no architecture.
 */
import { type FileHandle, open } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { PackageError } from "../src/errors.ts";
import { ifThere, readJson } from "./optional-file.ts";
import { DTYPE_BYTES, readFully, readHeader, type StoredTensor } from "./safetensors.ts";
import { widenBfloat16, widenFloat16 } from "./widen.ts";

const WEIGHTS_FILE = "model.safetensors";
export const INDEX_FILE = "model.safetensors.index.json";

export interface Checkpoint extends AsyncDisposable {
  /** By name. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /**
   * Fills `values` with the tensor's values from element `first` on.
   * @throws PackageError naming file and tensor where a value is NaN or infinite, or the file ends early
   */
  read(tensor: StoredTensor, first: number, values: Float32Array): Promise<void>;
}

/**
 * Opens every file of a checkpoint and checks its header.
 * @throws PackageError where there is none, or one is at fault, or files and index do not fit together
 */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  await using cleanup = new AsyncDisposableStack();
  const handles = new Map<string, FileHandle>();
  const tensors = new Map<string, StoredTensor>();
  const addFile = async (file: string): Promise<boolean> => {
    const handle = await ifThere(open(file));
    if (handle === undefined) return false;
    cleanup.use(handle);
    handles.set(file, handle);
    for (const tensor of await readHeader(handle, file)) {
      const other = tensors.get(tensor.name);
      if (other) throw new PackageError(`${file}: tensor ${tensor.name} is in ${basename(other.file)} as well`);
      tensors.set(tensor.name, tensor);
    }
    return true;
  };
  if (!(await addFile(join(folder, WEIGHTS_FILE)))) {
    const index = await readIndex(folder);
    for (const shard of new Set(index.values())) {
      if (!(await addFile(join(folder, shard)))) {
        throw new PackageError(`${join(folder, shard)}: missing, but ${INDEX_FILE} names it; fetch it`);
      }
    }
    checkIndex(index, tensors, folder);
  }
  const opened = cleanup.move();
  return {
    tensors,
    read: (tensor, first, values) => readValues(handles.get(tensor.file)!, tensor, first, values),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

const indexFile = z.object({ weight_map: z.record(z.string(), z.string()) });

/** Tensor -> shard. */
async function readIndex(folder: string): Promise<Map<string, string>> {
  const file = join(folder, INDEX_FILE);
  const json = await readJson(file);
  if (json === undefined) {
    throw new PackageError(`${folder}: neither ${WEIGHTS_FILE} nor ${INDEX_FILE} is there; not a checkpoint folder`);
  }
  const parsed = indexFile.safeParse(json);
  if (!parsed.success) throw new PackageError(`${file}: weight_map must map tensor names to file names`);
  const index = new Map(Object.entries(parsed.data.weight_map));
  for (const [name, shard] of index) {
    // A name that leaves the folder would make convert read files that nobody offered it.
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
      throw new PackageError(`${join(folder, shard)}: tensor ${name} is not in it, but ${INDEX_FILE} says so`);
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
  // Narrow values go to the end of their place and are widened from its start.
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
