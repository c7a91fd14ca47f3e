/**
 * Preloaded into a worker (`NODE_OPTIONS=--import`): once the file that FAIL_DEVICE names exists, every run of onnxruntime fails
 * as if its device were lost. No driver loses a device on request.
 */
import { existsSync } from "node:fs";
import { InferenceSession } from "onnxruntime-node";

const { prototype } = InferenceSession as unknown as { prototype: { run(...args: unknown[]): Promise<unknown> } };
const { run } = prototype;
prototype.run = async function (...args) {
  if (existsSync(process.env.FAIL_DEVICE ?? "")) throw new Error("Device lost, said the test");
  return run.apply(this, args);
};
