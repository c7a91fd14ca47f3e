/**
 * Turns a package for the CPU back into a checkpoint that training can begin with, so that shipped weights can be improved
 * without the run that made them: unpack.ts PACKAGE FOLDER. Integers become the f32 values they stand for.
 */
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readManifest } from "@palimpsest/gpu-worker/files/read-manifest";
import { externalDataOf } from "@palimpsest/gpu-worker/model/onnx-graph";
import { planPackage } from "@palimpsest/gpu-worker/model/package-plan";
import { type ExternalData, QUANTIZATION_BLOCK, type Weight } from "@palimpsest/gpu-worker/model/weights";

const [source, target] = process.argv.slice(2);
if (source === undefined || target === undefined) {
  console.error("usage: unpack.ts PACKAGE FOLDER");
  process.exit(1);
}
await unpack(source, target);

async function unpack(folder: string, checkpoint: string): Promise<void> {
  const manifest = await readManifest(folder);
  const { config, target, quantization, ranks, maskToken, shards, editTokens } = manifest;
  if (target !== "cpu")
    throw new Error(`${folder}: made for ${target}, with rounded values; unpack a package for the CPU`);
  const tensors = new Map<string, { dims: readonly number[]; values: Float32Array }>();
  for (const graph of planPackage(config, { target, quantization, ranks, shards, maskToken, editTokens })) {
    const places = externalDataOf(await readFile(join(folder, `${graph.name}.onnx`)));
    const file = await readFile(join(folder, `${graph.name}.bin`));
    const bytes = ({ name }: Weight): Buffer => {
      const { offset, length } = places.get(name) as ExternalData;
      return file.subarray(offset, offset + length);
    };
    for (const [i, weight] of graph.weights.entries()) {
      if (weight.encoding === "scales") continue;
      // A matrix's scales stand right after it.
      const values =
        weight.encoding === "f32"
          ? floats(bytes(weight))
          : widened(weight, bytes(weight), floats(bytes(graph.weights[i + 1] as Weight)));
      separate(weight, values, tensors);
    }
  }
  await mkdir(checkpoint, { recursive: true });
  await writeFile(join(checkpoint, "model.safetensors"), safetensors(tensors));
  for (const name of ["tokenizer.json", "tokenizer_config.json"])
    await copyFile(join(folder, name), join(checkpoint, name));
  console.log(`${checkpoint}: ${tensors.size} tensors`);
}

function floats(bytes: Buffer): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

/** A quantized matrix as f32, without the padding of its rows. */
function widened({ sources, bits }: Weight, bytes: Buffer, scales: Float32Array): Float32Array {
  const columns = sources[0]?.dims.at(-1) as number;
  const padded = Math.ceil(columns / QUANTIZATION_BLOCK) * QUANTIZATION_BLOCK;
  const rows = (bytes.length * 8) / bits / padded;
  const zeroPoint = 1 << (bits - 1);
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const at = Math.floor(i / columns) * padded + (i % columns);
    const integer = bits === 8 ? (bytes[at] as number) : ((bytes[at >> 1] as number) >> (4 * (at & 1))) & 15;
    return (integer - zeroPoint) * (scales[Math.floor(at / QUANTIZATION_BLOCK)] as number);
  });
}

/** Gives every checkpoint tensor of an initializer its rows. */
function separate(
  { sources, interleaved }: Weight,
  values: Float32Array,
  tensors: Map<string, { dims: readonly number[]; values: Float32Array }>,
): void {
  let start = 0;
  for (const [i, { name, dims }] of sources.entries()) {
    const length = dims.reduce((product, dim) => product * dim, 1);
    if (!interleaved) {
      tensors.set(name, { dims, values: values.subarray(start, start + length) });
      start += length;
      continue;
    }
    const columns = dims.at(-1) as number;
    const first = start + (i % 2) * columns;
    const own = Float32Array.from(
      { length },
      (_, at) => values[first + 2 * (at - (at % columns)) + (at % columns)] as number,
    );
    tensors.set(name, { dims, values: own });
    if (i % 2 === 1) start += 2 * length;
  }
}

function safetensors(tensors: ReadonlyMap<string, { dims: readonly number[]; values: Float32Array }>): Uint8Array {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [name, { dims, values }] of tensors) {
    header[name] = { dtype: "F32", shape: dims, data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
  }
  const json = JSON.stringify(header);
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([
    length,
    text,
    ...[...tensors.values()].map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
  ]);
}
