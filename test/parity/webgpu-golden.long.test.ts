/** All golden runs of tiny-21 on a WebGPU package, in a program of their own on a software Vulkan driver: minutes. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { convertGolden, goldenRuns } from "../support/models/golden.ts";
import { openSoftwareVulkan } from "../support/programs/software-vulkan.ts";

const PROGRAM = fileURLToPath(new URL("../support/programs/golden-answers.ts", import.meta.url));

it("a WebGPU package reproduces all golden runs, token for token", { timeout: 3_600_000 }, async () => {
  await using vulkan = await openSoftwareVulkan();
  await using golden = await convertGolden("tiny-21", { quantization: "none", ranks: 1, provider: "webgpu" });
  const env = { ...process.env, ...vulkan.env };
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, golden.folder, "tiny-21"], { env });
  expect(JSON.parse(stdout)).toEqual(goldenRuns("tiny-21").map(({ output }) => output));
});
