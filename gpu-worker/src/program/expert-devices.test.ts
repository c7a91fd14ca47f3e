import { expect, it } from "vitest";
import { expertDeviceOf, parseExpertDevices } from "./expert-devices.ts";

const anyGpu = { kind: "webgpu" } as const;

it("one device counts for every rank", () => {
  expect(expertDeviceOf(parseExpertDevices("webgpu"), 3, 4)).toEqual(anyGpu);
  expect(expertDeviceOf(undefined, 3, 4)).toBeUndefined();
});

it("a list has a device for each rank, by a part of its name, or the CPU", () => {
  const devices = parseExpertDevices("cpu, webgpu:NVIDIA RTX,webgpu");
  expect([0, 1, 2].map((rank) => expertDeviceOf(devices, rank, 3))).toEqual([
    undefined,
    { ...anyGpu, adapter: "NVIDIA RTX" },
    anyGpu,
  ]);
});

it("a list for another number of ranks is an error with both numbers", () => {
  expect(() => expertDeviceOf(parseExpertDevices("webgpu,cpu"), 0, 4)).toThrow(
    "expert devices: 2 for 4 ranks; give one for each rank, or one for all",
  );
});

it.each(["cuda", "webgpu:", "cpu:0", "webgpu,", ""])("%j is an error that shows the forms", (text) => {
  expect(() => parseExpertDevices(text)).toThrow("must be cpu, webgpu or webgpu:NAME, or one of them for each rank");
});
