import { expect, it } from "vitest";
import { blockKeys } from "./prefix-cache.ts";
import { sameText } from "./retokenization.ts";
import { Scheduler } from "./scheduler.ts";

const never = new AbortController().signal;
const blockLength = 4;
/** "a", "b", "ab" and "d"; 0 and 5 are special. */
const texts = ["", "a", "b", "ab", "d", ""];
const bytes = (token: number): Uint8Array => new TextEncoder().encode(texts[token]);

async function admit(scheduler: Scheduler, prompt: readonly number[], scope = "") {
  const blocks = prompt.length / blockLength;
  const prefix = blockKeys(prompt, blockLength, scope);
  using admission = await scheduler.admit(
    { blocks, prefix, sameText: sameText(prompt, { blockLength, scope, bytes }) },
    never,
  );
  for (const key of prefix.slice(admission.cachedBlocks)) admission.offer(key);
  return [admission.cachedBlocks, admission.retokenizedBlocks];
}

it("counts cached blocks whose text the prompt has in other token ids", async () => {
  const scheduler = new Scheduler({ capacity: 1, pages: 40, waiting: 1 });
  expect(await admit(scheduler, [0, 1, 2, 5, 3, 3, 3, 3, 4, 4, 4, 4])).toEqual([0, 0]);
  // The same first block, then the text of two blocks tokenized differently, then more.
  expect(await admit(scheduler, [0, 1, 2, 5, 1, 2, 1, 2, 3, 1, 2, 4, 4, 4, 4, 1])).toEqual([1, 2]);
  // Both cached prompts have its text; the second has it in more blocks.
  expect(await admit(scheduler, [0, 1, 2, 5, 3, 3, 3, 1, 2, 4, 4, 4])).toEqual([1, 2]);
  // Other text, another special token, another scope.
  expect(await admit(scheduler, [0, 1, 2, 5, 4, 3, 3, 3])).toEqual([1, 0]);
  expect(await admit(scheduler, [5, 1, 2, 5, 3, 3, 3, 3])).toEqual([0, 0]);
  expect(await admit(scheduler, [0, 3, 5, 3, 3, 3, 3, 4], "b")).toEqual([0, 0]);
});
