import { expect, it } from "vitest";
import { takesSharedTensors } from "./shared-tensors.ts";

it.each(["f32", "f16"] as const)(
  "this Node's onnxruntime reads and writes %s tensors over shared memory",
  async (real) => {
    expect(await takesSharedTensors(real)).toBe(true);
  },
);
