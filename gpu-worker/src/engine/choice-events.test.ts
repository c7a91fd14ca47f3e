/** What is told of a choice, against what was decided: the text whoever listens ends with, and the drafts' edits. */

import { type Decoding, type EditEvent, emptyDocument, reduce } from "@palimpsest/proto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { opening } from "../../../test/support/fakes/synthetic-response.ts";
import { ahead, decodeWith } from "../../../test/support/models/decode-with.ts";
import { MadeUpModel } from "../../../test/support/models/made-up-model.ts";
import { EventRules } from "../../../tools/conformance/event-rules.ts";
import type { TokenEdit } from "../decoding/block.ts";
import { AnswerText } from "./answer-text.ts";
import { type ChoiceEvent, choiceEvents } from "./choice-events.ts";

const MASK = 9;
const EOS = 5;
const editTokens = { delete: 7, split: 8 };
const eosTokens = new Set([EOS]);
const bytes = (token: number): Uint8Array => (token === EOS ? new Uint8Array(0) : Uint8Array.of(0x61 + token));
const rules: Decoding[] = [
  { rule: "2.1", threshold: 0.5, editing_threshold: 0, max_post_steps: 4 },
  { rule: "2.2", threshold: 0.3, editing_threshold: 0, max_post_steps: 6 },
];

const runs = fc.record({
  seed: fc.integer(),
  prompt: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 5 }),
  decoding: fc.constantFrom(...rules),
  maxTokens: fc.integer({ min: 1, max: 20 }),
  stop: fc.constantFrom<string[]>([], ["aba"], ["cc", "bd"]),
});
type Run = typeof runs extends fc.Arbitrary<infer R> ? R : never;

it("drafts folded in or not, a choice's text is the same, and is that of its tokens", async () => {
  const told = { stop: 0, delete: 0, insert: 0 };
  await fc.assert(
    fc.asyncProperty(runs, async (run) => {
      const watched = await tell(run, true);
      const unwatched = await tell(run, false);
      const text = folded(watched);
      expect(folded(unwatched)).toBe(text);
      const tokens = watched.flatMap((event) => (event.type === "commit" ? (event.token_ids ?? []) : []));
      for (const never of [MASK, ...Object.values(editTokens)]) expect(tokens).not.toContain(never);
      const whole = String.fromCharCode(...tokens.flatMap((token) => [...bytes(token)]));
      const ends = run.stop.map((stop) => whole.indexOf(stop)).filter((at) => at >= 0);
      expect(text).toBe(ends.length > 0 ? whole.slice(0, Math.min(...ends)) : whole);
      const last = watched.findLast((event) => event.type === "commit");
      expect(last?.stop).toBe(run.stop.find((stop) => whole.indexOf(stop) === Math.min(...ends)));
      if (ends.length > 0) told.stop++;
      for (const event of watched) {
        for (const { op } of event.type === "draft" ? event.edits : [])
          if (op === "delete" || op === "insert") told[op]++;
      }
    }),
    { seed: 1, numRuns: 300 },
  );
  expect(Math.min(...Object.values(told))).toBeGreaterThan(10);
});

it("an edit's new text is at its offset, and its old text was in its cell", async () => {
  await fc.assert(
    fc.asyncProperty(runs, async (run) => {
      let [block, before] = [-1, ""];
      for (const event of await tell({ ...run, stop: [] }, true)) {
        if (event.type !== "draft") continue;
        if (event.block !== block) [block, before] = [event.block, ""];
        const cells = event.content.map((span) => (typeof span === "number" ? "_".repeat(span) : span)).join("");
        const text = cells.replaceAll("_", "");
        for (const edit of event.edits) {
          if (edit.after !== undefined) expect(text.slice(edit.offset)).toMatch(new RegExp(`^${edit.after}`));
          expect(edit.offset).toBeLessThanOrEqual(text.length);
          // Cells behind an end token are not shown, and may come back into view.
          if (edit.before !== undefined && edit.at < before.length) expect(before[edit.at]).toBe(edit.before);
        }
        before = cells;
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});

it("an edit stands where the rules of edit events ask, wherever tokens and masks cut characters", async () => {
  const placed = { unmask: 0, substitute: 0, delete: 0, insert: 0, remask: 0 };
  const token = fc.nat(CUT.length - 1);
  const partsOf = (token: number): Uint8Array => Uint8Array.from(CUT[token] ?? []);
  const head = { v: 1, response_id: "r", attempt: 1 } as const;
  await fc.assert(
    fc.asyncProperty(fc.array(token, { maxLength: 3 }), fc.array(changesOf(token)), async (held, steps) => {
      const answer = new AnswerText(partsOf, []);
      answer.commit(held, false);
      const rules = new EventRules();
      rules.push({ ...head, ...opening, seq: 0, choices: 1, decoding: { ...opening.decoding, grammar: true } });
      const options = { answer, bytes: partsOf, maskToken: MASK, eosTokens: new Set<number>(), drafts: true };
      let seq = 1;
      for await (const event of choiceEvents(denoised(steps), { ...options, onTokens() {} })) {
        expect(rules.push({ ...head, choice: 0, seq: seq++, ...event })).toEqual([]);
        for (const { op } of event.type === "draft" ? event.edits : []) placed[op]++;
      }
    }),
    { seed: 1, numRuns: 300 },
  );
  expect(Math.min(...Object.values(placed))).toBeGreaterThan(100);
});

/** Bytes of tokens 0 to 8: whole characters, and pieces that tokens cut at any byte. */
const CUT = [[0xe4], [0xbd, 0xa0], [0xf0, 0x9f], [0x99, 0x82], [0x61], [0xc3, 0xa9], [0x61, 0xe4], [0xa9, 0x62], []];

/** A step's changes: a token or a mask for each cell, or null to leave it, then a move of the cells behind one. */
interface Changes {
  readonly writes: readonly (number | null)[];
  readonly move: { readonly op: "delete" | "insert"; readonly at: number } | null;
}

function changesOf(token: fc.Arbitrary<number>): fc.Arbitrary<Changes> {
  const writes = fc.array(fc.option(fc.oneof(token, fc.constant(MASK))), { minLength: 8, maxLength: 8 });
  const op = fc.constantFrom("delete", "insert");
  return fc.record({ writes, move: fc.option(fc.record({ op, at: fc.nat(7) })) });
}

async function* denoised(steps: readonly Changes[]) {
  let cells = Array.from({ length: 8 }, () => MASK);
  for (const { writes, move } of steps) {
    const edits: TokenEdit[] = [];
    const next = [...cells];
    const made = { probability: 1, reason: "grammar" } as const;
    for (const [at, before] of cells.entries()) {
      const after = writes[at];
      if (after === null || after === undefined || after === before || (move?.op === "delete" && move.at === at))
        continue;
      next[at] = after;
      const op = after === MASK ? "remask" : before === MASK ? "unmask" : "substitute";
      const to = !move || at < move.at ? at : move.op === "delete" ? at - 1 : at + 1;
      if (to < cells.length) edits.push({ op, at, to, before, after, ...made });
    }
    if (move?.op === "delete") {
      edits.push({ op: "delete", at: move.at, to: move.at, before: cells[move.at]!, ...made });
      next.splice(move.at, 1);
      next.push(MASK);
    } else if (move) {
      edits.push({ op: "insert", at: move.at, to: move.at, after: MASK, ...made });
      next.splice(move.at, 0, MASK);
      next.pop();
    }
    cells = next;
    yield { kind: "denoise", block: 0, cells, edits } as const;
  }
}

it("a run is reproduced from its seed at a temperature above 0, and another seed makes another", async () => {
  const texts = new Set<string>();
  for (let seed = 0; seed < 20; seed++) {
    const run = { seed: 3, prompt: [0], decoding: rules[1]!, maxTokens: 16, stop: [] };
    const once = folded(await tell(run, false, seed));
    expect(folded(await tell(run, true, seed))).toBe(once);
    texts.add(once);
  }
  expect(texts.size).toBeGreaterThan(1);
});

async function tell({ seed, prompt, decoding, maxTokens, stop }: Run, drafts: boolean, draws?: number) {
  const model = new MadeUpModel({ seed, vocabSize: 10, answers: 6, maskToken: MASK, editTokens });
  const sampling = draws === undefined ? {} : { sampling: { temperature: 1, uniform: uniformOf(draws) } };
  const options = { decoding, blockLength: 4, maskToken: MASK, editTokens, eosTokens, maxTokens, ...sampling };
  const answer = new AnswerText(bytes, stop);
  const ends = (tokens: readonly number[]): boolean => answer.stops(tokens);
  const steps = decodeWith(ahead(model), prompt, { ...options, ends }, new AbortController().signal);
  return Array.fromAsync(choiceEvents(steps, { answer, bytes, maskToken: MASK, eosTokens, drafts, onTokens() {} }));
}

function uniformOf(seed: number) {
  return (...place: number[]): number =>
    (place.reduce((hash, n) => Math.imul(hash ^ n, 0x9e3779b1) + 1, seed) >>> 0) / 2 ** 32;
}

function folded(events: readonly ChoiceEvent[]): string {
  const all = events.map(
    (event, seq) => ({ v: 1, response_id: "r", attempt: 1, seq, choice: 0, ...event }) as EditEvent,
  );
  return all.reduce(reduce, emptyDocument).choices[0]?.text ?? "";
}
