import fc from "fast-check";
import { expect, it } from "vitest";
import { expertsOfRank } from "../model/shard-plan.ts";
import { permute } from "./permutation.ts";

const routing = fc.record({
  ranks: fc.integer({ min: 1, max: 4 }),
  topK: fc.integer({ min: 1, max: 3 }),
  tokens: fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 3, maxLength: 3 }), { maxLength: 12 }),
});

it("every choice stands once, with its token's row, in the group of its expert, on the one rank that holds it", () => {
  fc.assert(
    fc.property(routing, ({ ranks, topK, tokens }) => {
      const experts = BigInt64Array.from(tokens.flatMap((ids) => ids.slice(0, topK).map(BigInt)));
      const weights = new Float32Array(experts.length).fill(1);
      const perRank = 12 / ranks;
      const found = new Array<number>(experts.length).fill(0);
      for (let rank = 0; rank < ranks; rank++) {
        const { rows, counts, slots } = permute(experts, weights, topK, expertsOfRank(12, rank, ranks));
        expect(counts.every((count) => count % 2n === 0n)).toBe(true);
        expect(counts.reduce((a, b) => a + b, 0n)).toBe(BigInt(rows.length));
        slots.forEach((slot, choice) => {
          if (slot === BigInt(rows.length)) return;
          found[choice] = (found[choice] ?? 0) + 1;
          expect(rows[Number(slot)]).toBe(BigInt(Math.trunc(choice / topK)));
          const local = Number(experts[choice]) - rank * perRank;
          const start = counts.slice(0, local).reduce((a, b) => a + b, 0n);
          expect(slot >= start && slot < start + (counts[local] as bigint)).toBe(true);
        });
      }
      expect(found.every((count) => count === 1)).toBe(true);
    }),
  );
});
