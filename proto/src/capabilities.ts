/**
 * What a request may need of its worker that workers of an earlier release lack: they would ignore the parameter. A worker states
 * its capabilities with its model, and gets only requests whose needs they cover.
 */
import type { GenerateRequest } from "./generate-request.ts";

export const CAPABILITIES = ["grammar", "penalties", "continuation"] as const;

export type Capability = (typeof CAPABILITIES)[number];

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

/** The first need that is not covered. @param capabilities those of a worker, perhaps of a newer release */
export function missingCapability(request: Needing, capabilities: readonly string[]): Capability | undefined {
  return needsOf(request).find((need) => !capabilities.includes(need));
}
