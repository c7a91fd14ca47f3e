/** `palimpsest devices` with a software Vulkan driver, and without any. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { installDawn } from "../support/programs/dawn.ts";
import { palimpsestWith } from "../support/programs/program.ts";
import { openSoftwareVulkan, type SoftwareVulkan } from "../support/programs/software-vulkan.ts";

let vulkan: SoftwareVulkan;
beforeAll(async () => {
  await installDawn();
  vulkan = await openSoftwareVulkan();
});
afterAll(() => vulkan[Symbol.asyncDispose]());

it("it lists adapters with limits and features, and says what onnxruntime runs", async () => {
  const { code, stdout, stderr } = await palimpsestWith(vulkan.env, "devices");
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const [name, limits, features, runs] = stdout.split("\n");
  expect(name).toMatch(/^SwiftShader Device .*, SwiftShader driver/);
  expect(limits).toMatch(/^ {2}buffers to 1\.1 GB, \d+ of [\d.]+ [MG]B in a kernel$/);
  expect(features).toMatch(/^ {2}.*\bsubgroups\b/);
  expect(features).not.toContain("shader-f16");
  expect(runs).toBe("onnxruntime runs webgpu packages on the first; f16: no");
});

it("without a GPU it fails, and says what to install", async () => {
  const { code, stdout, stderr } = await palimpsestWith({ VK_DRIVER_FILES: "/nowhere" }, "devices");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/error: onnxruntime cannot run webgpu packages: .*No supported adapters; install libvulkan1/);
});
