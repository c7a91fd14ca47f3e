import type { Decoding } from "@palimpsest/proto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { ahead, decodeWith, type ModelOf } from "../../../test/support/models/decode-with.ts";
import { HASH_VOCABULARY, HashModel, type HashSequence } from "../../../test/support/models/hash-model.ts";
import type { SequenceModel } from "./decode.ts";
import type { BlockQuery } from "./forwards.ts";
import type { DecodeOptions, Step } from "./open-window.ts";

const SIZE = 4;
const { maskToken: MASK, eosToken: EOS } = HASH_VOCABULARY;
const STOP = 7;

/** As many pages as the longest answer has blocks. */
const PAGES = Array.from({ length: 12 }, (_, page) => page);

/** Runs each block in a forward of its own, and another forward for its commit. */
function plain(model: HashSequence): SequenceModel {
  return {
    prefill: (tokens) => model.prefill(tokens),
    denoise: (blocks) => model.forward(blocks),
    commit: async (block) => {
      await model.forward([{ tokens: block, cells: [] }]);
      await model.commit(block);
    },
  };
}

async function stepsOf(model: SequenceModel | ModelOf, prompt: number[], options: DecodeOptions): Promise<Step[]> {
  const steps: Step[] = [];
  for await (const step of decodeWith(model, prompt, options, new AbortController().signal)) {
    steps.push(step);
    if (step.kind === "commit" && options.ends?.(step.cells)) break;
  }
  return steps;
}

const rules: Decoding[] = [
  { rule: "2.1", threshold: 0.7, editing_threshold: 0.5, max_post_steps: 16 },
  { rule: "2.1", threshold: 0.5, editing_threshold: 0, max_post_steps: 2 },
  { rule: "2.1", threshold: 0.5, editing_threshold: 0.9, max_post_steps: 0 },
  { rule: "2.0", threshold: 0.95 },
];

it("carried or not, the steps are the same, a confirmed block spares a forward, and no block carries past the end", async () => {
  let spared = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.array(fc.nat(6), { maxLength: 6 }),
      fc.constantFrom(...rules),
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      async (salt, prompt, decoding, maxTokens, stops) => {
        const options = {
          decoding,
          blockLength: SIZE,
          maskToken: MASK,
          eosTokens: new Set([EOS]),
          maxTokens,
          ends: (tokens: readonly number[]) => stops && tokens.includes(STOP),
        };
        const [one, two] = [new HashModel(salt, SIZE).sequence(PAGES), new HashModel(salt, SIZE).sequence(PAGES)];
        const expected = await stepsOf(plain(one), prompt, options);
        expect(await stepsOf(ahead(two), prompt, options)).toEqual(expected);

        const denoised = one.forwards.filter(([block]) => (block as BlockQuery).cells.length > 0);
        const confirmed = expected.filter((step, i) => {
          const before = expected[i - 1];
          const stable = before?.kind === "denoise" && before.edits.length === 0 && !before.cells.includes(MASK);
          return step.kind === "commit" && i + 1 < expected.length && decoding.rule === "2.1" && stable;
        });
        spared += confirmed.length;
        expect(two.forwards).toHaveLength(denoised.length - confirmed.length);
        for (const blocks of two.forwards) {
          expect(blocks.length).toBeLessThanOrEqual(2);
          const [before, next] = blocks;
          const tail = prompt.length % SIZE;
          if (next !== undefined) expect(before?.tokens.slice(tail)).not.toContain(EOS);
          if (next !== undefined && stops) expect(before?.tokens.slice(tail)).not.toContain(STOP);
        }
        expect(two.forwards.flat().filter(({ tokens }) => tokens.length !== SIZE)).toEqual([]);
      },
    ),
    { numRuns: 500 },
  );
  expect(spared).toBeGreaterThan(100);
});
