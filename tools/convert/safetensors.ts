/**
 * Reads the header of a safetensors file: its tensors and their offsets. Every number is checked against the file's real size
 * before it decides a read or an allocation. It reads no values.
 * Source: the format description of safetensors.
 */
import type { FileHandle } from "node:fs/promises";
import { describeIssues, PackageError } from "@palimpsest/gpu-worker/errors";
import { z } from "zod";

/** The stored types that can be converted, with their bytes per value. */
export const DTYPE_BYTES = { F32: 4, F16: 2, BF16: 2 } as const;

export type Dtype = keyof typeof DTYPE_BYTES;

/** Largest header in bytes: a limit of the format, which bounds the allocation. */
export const HEADER_LIMIT_BYTES = 100_000_000;

export interface StoredTensor {
  readonly name: string;
  /** Path of the tensor's file. */
  readonly file: string;
  readonly dtype: Dtype;
  readonly dims: readonly number[];
  /** Offset of its first byte in the file. */
  readonly offset: number;
}

/**
 * Reads and checks a header.
 * @param file the path behind `handle`, for messages
 * @throws PackageError naming the file and, if one is at fault, the tensor
 */
export async function readHeader(handle: FileHandle, file: string): Promise<StoredTensor[]> {
  const { size } = await handle.stat();
  if (size < LENGTH_BYTES) throw new PackageError(`${file}: ${size} bytes is too short for a safetensors file`);
  const prefix = new Uint8Array(LENGTH_BYTES);
  await readFully(handle, prefix, 0, file);
  const length = new DataView(prefix.buffer).getBigUint64(0, true);
  if (length > BigInt(HEADER_LIMIT_BYTES)) {
    throw new PackageError(
      `${file}: header says it is ${length} bytes long, the format allows ${HEADER_LIMIT_BYTES}; not a safetensors file`,
    );
  }
  const dataStart = LENGTH_BYTES + Number(length);
  if (dataStart > size) {
    throw new PackageError(`${file}: header ends at byte ${dataStart}, the file at ${size}; fetch it again`);
  }
  const header = new Uint8Array(Number(length));
  await readFully(handle, header, LENGTH_BYTES, file);
  const tensors = parseHeader(header, file).map(([name, json]) => parseTensor(name, json, dataStart, file));
  checkExtents(tensors, dataStart, size, file);
  return tensors;
}

/** Fills `bytes` from `position` on. @throws PackageError when the file ends first */
export async function readFully(handle: FileHandle, bytes: Uint8Array, position: number, file: string): Promise<void> {
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, position + filled);
    if (bytesRead === 0) throw new PackageError(`${file}: ends at byte ${position + filled} while it is being read`);
    filled += bytesRead;
  }
}

/** Number of values of a tensor. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** The header's length precedes it as a little-endian u64. */
const LENGTH_BYTES = 8;

const entries = z.record(z.string(), z.unknown());

const count = z.int().nonnegative();

const entry = z.object({ dtype: z.string(), shape: z.array(count), data_offsets: z.tuple([count, count]) });

function parseHeader(bytes: Uint8Array, file: string): [name: string, json: unknown][] {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new PackageError(`${file}: header is not JSON (${(cause as Error).message})`, { cause });
  }
  const parsed = entries.safeParse(json);
  if (!parsed.success) throw new PackageError(`${file}: header is not a JSON object`);
  return Object.entries(parsed.data).filter(([name]) => name !== "__metadata__");
}

function parseTensor(name: string, json: unknown, dataStart: number, file: string): StoredTensor {
  const fault = (text: string): PackageError => new PackageError(`${file}: tensor ${name}: ${text}`);
  const parsed = entry.safeParse(json);
  if (!parsed.success) throw fault(describeIssues(parsed.error, "entry"));
  const { dtype, shape, data_offsets: offsets } = parsed.data;
  const [begin, end] = offsets;
  if (!isDtype(dtype)) {
    throw fault(`dtype ${JSON.stringify(dtype)}; only ${Object.keys(DTYPE_BYTES).join(", ")} can be converted`);
  }
  if (begin > end) throw fault(`data_offsets ${begin} to ${end} run backwards`);
  const needed = elementCount(shape) * DTYPE_BYTES[dtype];
  if (!Number.isSafeInteger(needed)) throw fault(`shape [${shape}] overflows`);
  if (end - begin !== needed) {
    throw fault(`data_offsets span ${end - begin} bytes, ${dtype} of shape [${shape}] takes ${needed}`);
  }
  return { name, file, dtype, dims: shape, offset: dataStart + begin };
}

/** The format requires that tensors fill the file without overlap, gap or remainder. */
function checkExtents(tensors: readonly StoredTensor[], dataStart: number, size: number, file: string): void {
  const where = (tensor: StoredTensor): string =>
    `${file}: tensor ${tensor.name}: bytes ${tensor.offset} to ${endOf(tensor)}`;
  const outside = tensors.find((tensor) => endOf(tensor) > size);
  if (outside) throw new PackageError(`${where(outside)} reach past the file's ${size}; fetch it again`);
  let covered = dataStart;
  for (const tensor of tensors.toSorted((a, b) => a.offset - b.offset || endOf(a) - endOf(b))) {
    if (tensor.offset < covered) throw new PackageError(`${where(tensor)} overlap a tensor that ends at ${covered}`);
    if (tensor.offset > covered) throw new PackageError(`${where(tensor)} leave a gap after byte ${covered}`);
    covered = endOf(tensor);
  }
  if (covered < size) throw new PackageError(`${file}: ${size - covered} bytes after the last tensor belong to none`);
}

function endOf({ offset, dims, dtype }: StoredTensor): number {
  return offset + elementCount(dims) * DTYPE_BYTES[dtype];
}

function isDtype(name: string): name is Dtype {
  return Object.hasOwn(DTYPE_BYTES, name);
}
