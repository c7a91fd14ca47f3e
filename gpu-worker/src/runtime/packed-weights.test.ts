import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterEach, beforeEach, expect, it } from "vitest";
import { matrix, project } from "../model/layers.ts";
import { OnnxGraph } from "../model/onnx-graph.ts";
import { weightBytes } from "../model/weights.ts";
import { createPacker } from "./packed-weights.ts";

const [COLUMNS, ROWS] = [1024, 512] as const;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "palimpsest-packed-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A product of an int4 matrix with weights of its own. @returns its file */
async function writeProduct(name: string, seed: number): Promise<string> {
  const g = new OnnxGraph(name, "cpu");
  const y = project(g, g.input("x", "f32", ["T", COLUMNS]), matrix("m", [["m", ROWS, COLUMNS]]), "int4");
  g.output("y", y, "f32", ["T", ROWS]);
  const places = new Map<string, { location: string; offset: number; length: number }>();
  const parts = g.weights.map((weight) => {
    const length = weightBytes(weight);
    const isScales = weight.encoding === "scales";
    return isScales
      ? new Uint8Array(new Float32Array(length / 4).fill(0.01 * seed).buffer)
      : Uint8Array.from({ length }, (_, i) => (i * i * seed) % 251);
  });
  let offset = 0;
  for (const [i, { name: weight }] of g.weights.entries()) {
    const { length } = parts[i] as Uint8Array;
    places.set(weight, { location: `${name}.bin`, offset, length });
    offset += length;
  }
  await writeFile(join(folder, `${name}.bin`), Buffer.concat(parts));
  await writeFile(join(folder, `${name}.onnx`), g.serialize(places));
  return join(folder, `${name}.onnx`);
}

async function product(file: string, threads: number): Promise<Float32Array> {
  const session = await InferenceSession.create(file, { intraOpNumThreads: threads, logSeverityLevel: 3 });
  const x = Float32Array.from({ length: 32 * COLUMNS }, (_, i) => Math.sin(i));
  const { y } = await session.run({ x: new Tensor("float32", x, [32, COLUMNS]) });
  await session.release();
  return y?.data as Float32Array;
}

it("packed graphs of equal sizes give the same bits as their originals, which take no room", async () => {
  const packer = createPacker();
  const packed = join(folder, "packed");
  await mkdir(packed);
  for (const [name, seed] of [
    ["one", 1],
    ["other", 2],
  ] as const) {
    const file = await writeProduct(name, seed);
    const expected = await product(file, 1);
    await packer.pack(file, packed, name);
    await rm(join(folder, `${name}.bin`));
    for (const threads of [1, 2]) expect(await product(join(packed, `${name}.onnx`), threads)).toEqual(expected);
    const { size, blocks } = await stat(join(packed, `${name}.bin`));
    expect(blocks * 512).toBeLessThan(0.6 * size);
  }
  expect((await readdir(packed)).toSorted()).toEqual(["one.bin", "one.onnx", "other.bin", "other.onnx"]);
});
