/** Converts a golden run to a request for an engine. */
import type { GenerateRequest } from "@palimpsest/proto";
import type { GoldenRun } from "./golden.ts";

export function goldenRequest(run: GoldenRun): GenerateRequest {
  const { version: rule, threshold, editing_threshold: editingThreshold, max_post_steps: maxPostSteps } = run;
  return {
    responseId: `golden-${run.mode}`,
    attempt: 1,
    model: "golden",
    prompt: { kind: "tokens", tokens: run.prompt },
    decoding: {
      rule,
      threshold,
      ...(editingThreshold !== undefined && { editingThreshold }),
      ...(maxPostSteps !== undefined && { maxPostSteps }),
    },
    maxTokens: run.gen_length,
    choices: 1,
    stop: [],
    ignoreEos: false,
    drafts: true,
    committed: [],
  };
}
