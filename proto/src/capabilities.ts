/**
 * What a request may need of its worker that workers of an earlier release lack: they would ignore the parameter. A worker states
 * its capabilities with its model, and gets only requests whose needs they cover.
 */
import type { GenerateRequest } from "./generate-request.ts";

/** Every worker of this release has the first ones; the package decides about `grammar`. */
export const CAPABILITIES = ["penalties", "continuation", "grammar"] as const;

export type Capability = (typeof CAPABILITIES)[number];

/**
 * The sets of capabilities that workers of this release have, the smallest first: with any package, and with one that takes
 * grammars. A fleet has queues for each. Their number must not grow with every combination, since a worker looks into all.
 */
export const CAPABILITY_SETS: readonly (readonly Capability[])[] = [["penalties", "continuation"], CAPABILITIES];

type Needing = Pick<GenerateRequest, "grammar" | "decoding" | "prompt">;

/** The capabilities that a request needs. */
export function needsOf({ grammar, decoding, prompt }: Needing): Capability[] {
  const needs: Readonly<Record<Capability, boolean>> = {
    grammar: grammar !== undefined,
    penalties: Boolean(decoding.presencePenalty || decoding.frequencyPenalty),
    continuation: prompt.kind === "chat" && prompt.answerStart !== undefined,
  };
  return CAPABILITIES.filter((one) => needs[one]);
}

/** The smallest set that covers a request's needs. */
export function capabilitySetFor(request: Needing): readonly Capability[] {
  const needs = needsOf(request);
  return CAPABILITY_SETS.find((set) => needs.every((need) => set.includes(need))) ?? CAPABILITIES;
}

/** The sets that these capabilities cover: none of a worker of the release before. */
export function capabilitySetsWithin(capabilities: readonly string[]): (readonly Capability[])[] {
  return CAPABILITY_SETS.filter((set) => set.every((one) => capabilities.includes(one)));
}

/** The first need that is not covered. @param capabilities those of a worker, perhaps of a newer release */
export function missingCapability(request: Needing, capabilities: readonly string[]): Capability | undefined {
  return needsOf(request).find((need) => !capabilities.includes(need));
}
