/** LLaDA 2.2's rule on a model of its architecture: the same answer cached and recomputed, alone and beside others. */
import type { TokenLogprob } from "@palimpsest/proto";
import { expect, test } from "vitest";
import type { Engine, GenerateRequest } from "../../gpu-worker/src/engine/engine.ts";
import { openEngine } from "../../gpu-worker/src/open-engine.ts";
import { convertLevenshtein, EDIT_TOKENS, MASK_TOKEN } from "../support/levenshtein-package.ts";

const moved = { logitBias: new Map([[7, -100], [9, 4]]), minTokens: 10, ignoreEos: false, decoding: { penaltyLambda: 2 } }; // biome-ignore format: a table

const requests: Partial<GenerateRequest>[] = [1, 5, 8, 13, 24].map((length, i) => ({
  prompt: { kind: "tokens", tokens: Array.from({ length }, (_, at) => 5 + ((at * 31 + i * 17) % 256)) },
  maxTokens: 11 + 5 * i,
  decoding: i === 4 ? { mode: "quality", maxPostSteps: 2 } : {},
  ...(i % 3 === 2 && { sampling: { temperature: 1, topK: 20, seed: BigInt(i) } }),
  ...(i % 2 === 1 && { ...moved, logprobs: 2 }),
}));

test.each([
  ["none", 1],
  ["int4", 3],
] as const)(
  "%s, %i ranks: the same bits alone, together, again, and with everything recomputed",
  async (quantization, ranks) => {
    await using edits = await convertLevenshtein(quantization, ranks);
    await using engine = await openEngine({ package: edits.folder });
    const alone: Answer[] = [];
    for (const request of requests) alone.push(await answer(engine, request));
    expect(await Promise.all(requests.toReversed().map((request) => answer(engine, request)))).toEqual(
      alone.toReversed(),
    );
    await using recomputing = await openEngine({ package: edits.folder, cache: false });
    for (const [i, request] of requests.entries()) expect(await answer(recomputing, request)).toEqual(alone[i]);

    for (const { tokens } of alone) {
      for (const never of [MASK_TOKEN, ...Object.values(EDIT_TOKENS)]) expect(tokens).not.toContain(never);
    }
    for (const [i, { tokens, logprobs }] of alone.entries()) {
      expect(logprobs).toHaveLength(requests[i]?.logprobs === undefined ? 0 : tokens.length);
      if (requests[i]?.logitBias) expect(tokens).not.toContain(7);
      if (requests[i]?.minTokens) expect(tokens.length).toBeGreaterThanOrEqual(10);
    }
    const done = (op: "delete" | "insert") => alone.reduce((sum, { edits }) => sum + edits[op], 0);
    expect(Math.min(done("delete"), done("insert"))).toBeGreaterThan(0);
  },
);

test("the same package is decoded by 2.1's rule when asked, and then never deletes or inserts", async () => {
  await using package22 = await convertLevenshtein("none");
  await using engine = await openEngine({ package: package22.folder });
  const { edits, tokens } = await answer(engine, { ...requests[3], decoding: { rule: "2.1", mode: "speed" } });
  expect(edits).toMatchObject({ delete: 0, insert: 0 });
  expect(tokens).not.toContain(EDIT_TOKENS.delete);
});

interface Answer {
  readonly tokens: readonly number[];
  readonly logprobs: readonly TokenLogprob[];
  readonly edits: Readonly<Record<"delete" | "insert", number>>;
  readonly forwards: number;
}

async function answer(engine: Engine, changes: Partial<GenerateRequest>): Promise<Answer> {
  const request: GenerateRequest = {
    responseId: "r",
    attempt: 1,
    prompt: { kind: "tokens", tokens: [] },
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
  for await (const event of engine.generate(request, new AbortController().signal)) {
    if (event.type === "error") throw new Error(event.message);
    if (event.type === "commit") tokens.push(...(event.token_ids ?? []));
    if (event.type === "commit") logprobs.push(...(event.logprobs ?? []));
    if (event.type === "end") return { tokens, logprobs, edits: event.usage.edits, forwards: event.usage.forwards };
  }
  throw new Error("the response did not end");
}
