/**
 * Preloaded into a worker (`NODE_OPTIONS=--import`): while the FIFO that HANG_ENGINE names exists, every run of onnxruntime blocks its
 * thread in native code, which nothing interrupts. It returns when a program opens the FIFO for writing.
 */
import { existsSync, readFileSync } from "node:fs";
import { InferenceSession } from "onnxruntime-node";

const { prototype } = InferenceSession as unknown as { prototype: { run(...args: unknown[]): Promise<unknown> } };
const { run } = prototype;
const fifo = process.env.HANG_ENGINE ?? "";
prototype.run = function (...args) {
  if (existsSync(fifo)) readFileSync(fifo);
  return run.apply(this, args);
};
