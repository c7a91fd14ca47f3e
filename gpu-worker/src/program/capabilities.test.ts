import { CAPABILITIES, CAPABILITY_SETS, capabilitySetFor, capabilitySetsWithin } from "@palimpsest/proto";
import { expect, it } from "vitest";
import { capabilities } from "./capabilities.ts";

it("a worker looks into the queues of its release, and of grammars if its package takes them", () => {
  expect(capabilitySetsWithin(capabilities(true))).toEqual(CAPABILITY_SETS);
  expect(capabilitySetsWithin(capabilities(false))).toEqual(CAPABILITY_SETS.slice(0, -1));
  expect(capabilitySetsWithin([])).toEqual([]);
  expect(capabilitySetsWithin(["of tomorrow", ...CAPABILITIES])).toEqual(CAPABILITY_SETS);
});

it("every request has a queue whose workers can serve it", () => {
  const plain = { prompt: { kind: "text", text: "" }, decoding: {} } as const;
  const penalized = { ...plain, decoding: { presencePenalty: 1 } };
  const grammar = { kind: "json-object", param: "response_format" } as const;
  expect(capabilitySetFor(plain)).toEqual(CAPABILITY_SETS[0]);
  expect(capabilitySetFor(penalized)).toEqual(CAPABILITY_SETS[0]);
  expect(capabilitySetFor({ ...penalized, grammar })).toEqual(CAPABILITIES);
});
