/**
 * Experts on devices of their own, on a software Vulkan driver: the kernels beside plain loops, golden runs over one, two and
 * four ranks on one adapter, and ranks that fail. Speed is not tested here.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { convertGolden, goldenRuns } from "../support/models/golden.ts";
import { installDawn } from "../support/programs/dawn.ts";
import type { KernelResult } from "../support/programs/device-kernels.ts";
import type { DeviceRanksResult } from "../support/programs/device-ranks.ts";
import type { KernelLayerResult } from "../support/programs/kernel-layer.ts";
import { openSoftwareVulkan, type SoftwareVulkan } from "../support/programs/software-vulkan.ts";

const program = (name: string): string => fileURLToPath(new URL(`../support/programs/${name}.ts`, import.meta.url));

/** Dawn is 130 MB, once. */
const INSTALL_MS = 300_000;

/** Software needs seconds to compile kernels, and longer beside other tests. */
const PATIENTLY = { timeout: 480_000 };

/** Ids of experts and other small buffers, which no report counts. */
const LAYER_BYTES = 8192;

/** Sums in f32, as a share of the largest. */
const SMALL_ERROR = 2e-6;

let vulkan: SoftwareVulkan;
beforeAll(async () => {
  await installDawn();
  vulkan = await openSoftwareVulkan();
}, INSTALL_MS);
afterAll(() => vulkan[Symbol.asyncDispose]());

async function outcome<T>(name: string, ...args: string[]): Promise<T> {
  const env = { ...process.env, ...vulkan.env };
  const { stdout } = await promisify(execFile)(process.execPath, [program(name), ...args], { env });
  return JSON.parse(stdout);
}

it(
  "a whole layer in kernels alone gives the rows of a CPU package, with the dispatches of its reckoning",
  PATIENTLY,
  async () => {
    const { error, dispatches } = await outcome<KernelLayerResult>("kernel-layer");
    expect(error).toBeLessThan(SMALL_ERROR);
    expect(dispatches).toBe(15);
  },
);

it(
  "kernels sum as plain loops do, and a row has the same bits in every batch and over divided buffers",
  PATIENTLY,
  async () => {
    const results = await outcome<KernelResult[]>("device-kernels");
    expect(results.map(({ name }) => name)).toEqual([
      "int4, 256 experts",
      "int4, 16 experts",
      "int8, 256 experts",
      "int8, 16 experts",
      "none, 6 experts",
    ]);
    for (const { name, errors, equalBits, sizeBytes, reportedBytes } of results) {
      expect(Object.values(errors).length, name).toBeGreaterThan(1);
      for (const error of Object.values(errors)) expect(error, name).toBeLessThan(SMALL_ERROR);
      expect(equalBits, name).toBe(true);
      expect(Math.abs(sizeBytes - reportedBytes), name).toBeLessThan(LAYER_BYTES);
    }
  },
);

/** onnxruntime's own device goes on in the same process, whatever happens to the experts'. */
it.each([
  ["four ranks on one adapter give one rank's tokens", 4, "answers", undefined],
  ["a forward fails when rank 0's device is lost, and another is opened", 1, "loss", 0],
  ["a forward fails when the thread of a rank with a device ends, and another is started", 2, "thread", 1],
  ["a forward fails when the process of a rank with a device hangs, which is back when it goes on", 2, "frozen", 1],
  ["a forward fails when the process of a rank with a device is killed, and another is started", 2, "killed", 1],
] as const)("%s", PATIENTLY, async (_, ranks, scenario, lost) => {
  await using golden = await convertGolden("tiny-21", { quantization: "none", ranks });
  const { answer, failure, lostRanks, onnxruntime } = await outcome<DeviceRanksResult>(
    "device-ranks",
    golden.folder,
    scenario,
  );
  expect(answer).toEqual(goldenRuns("tiny-21")[3]?.output);
  if (lost !== undefined) {
    expect(failure).toMatchObject({
      code: "unavailable",
      message: expect.stringContaining(`rank ${lost} is unreachable`),
    });
    expect(lostRanks).toEqual([lost]);
  }
  expect(onnxruntime.runs).toBeGreaterThan(0);
  expect(onnxruntime.right).toBe(onnxruntime.runs);
});
