/** Collects an engine's answer to a prompt of token ids, and the committed state that a worker could resume from. */
import type { CommittedChoice, GenerateRequest, TokenLogprob, Usage } from "@palimpsest/proto";
import { expect } from "vitest";
import type { Engine } from "../../../gpu-worker/src/engine/engine.ts";

export interface TokenAnswer {
  readonly tokens: readonly number[];
  readonly logprobs: readonly TokenLogprob[];
  readonly usage: Usage;
  /** State after each commit but the last. */
  readonly checkpoints: readonly CommittedChoice[];
}

/** Runs to the limit by default. @throws Error if the response fails */
export async function answerOf(
  engine: Engine,
  prompt: readonly number[],
  changes: Partial<GenerateRequest> = {},
): Promise<TokenAnswer> {
  const request: GenerateRequest = {
    responseId: "r",
    attempt: 1,
    model: "m",
    prompt: { kind: "tokens", tokens: prompt },
    decoding: {},
    choices: 1,
    stop: [],
    ignoreEos: true,
    drafts: false,
    committed: [],
    ...changes,
  };
  const tokens: number[] = [];
  const logprobs: TokenLogprob[] = [];
  const checkpoints: CommittedChoice[] = [];
  for await (const event of engine.generate(request, new AbortController().signal)) {
    if (event.type === "error") throw new Error(event.message);
    if (event.type === "end") return { tokens, logprobs, usage: event.usage, checkpoints };
    if (event.type !== "commit") continue;
    tokens.push(...(event.token_ids ?? []));
    logprobs.push(...(event.logprobs ?? []));
    if (event.finish_reason !== undefined) continue;
    checkpoints.push({ tokens: [...tokens], ...(event.open_ids && { open: event.open_ids }) });
  }
  throw new Error("the response did not end");
}

/** Checks that resuming after any commit gives the same rest. @returns the number of commits resumed after */
export async function takeOver(
  engine: Engine,
  prompt: readonly number[],
  changes: Partial<GenerateRequest>,
  whole: TokenAnswer,
): Promise<number> {
  for (const committed of whole.checkpoints) {
    const rest = await answerOf(engine, prompt, { ...changes, attempt: 2, committed: [committed] });
    const at = committed.tokens.length;
    expect(rest).toMatchObject({ tokens: whole.tokens.slice(at), logprobs: whole.logprobs.slice(at) });
  }
  return whole.checkpoints.length;
}
