/**
 * A model of random weights whose blocks take as many forwards as those of a recorded run: its candidates keep their
 * tokens but take the recording's probabilities. It runs all forwards in full.
 */
import type { Candidate } from "../../../gpu-worker/src/decoding/block.ts";
import type { EngineModel } from "../../../gpu-worker/src/engine/sequence.ts";
import type { Manifest } from "../../../gpu-worker/src/model/manifest.ts";
import { goldenRuns } from "../../support/models/golden.ts";

/** Forwards of each full block of demo-21's quality runs, in order: the unmasking forwards and the confirming one. */
export function recordedForwards(): number[] {
  return goldenRuns("demo-21")
    .filter(({ mode }) => mode === "quality")
    .flatMap(({ block_before_each_forward: seen }) => {
      const mask = seen[0]?.at(-1);
      const starts = seen.flatMap((block, i) => (block.every((token) => token === mask) ? [i] : []));
      return starts.map((start, i) => (starts[i + 1] ?? seen.length) - start);
    })
    .filter((forwards) => forwards >= 2);
}

export function replaying(model: EngineModel, forwards: readonly number[], manifest: Manifest): EngineModel {
  const { blockLength, maskToken } = manifest;
  return {
    counts: model.counts,
    lostRanks: model.lostRanks,
    health: model.health,
    ...(model.waits && { waits: model.waits }),
    probe: () => model.probe(),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
    sequence(pages) {
      const sequence = model.sequence(pages);
      let place = 0;
      return {
        counts: sequence.counts,
        [Symbol.dispose]: () => sequence[Symbol.dispose](),
        skip: (blocks) => {
          place += blocks;
          sequence.skip(blocks);
        },
        prefill: (tokens, signal) => {
          place += tokens.length / blockLength;
          return sequence.prefill(tokens, signal);
        },
        async forward(blocks) {
          const found = await sequence.forward(blocks);
          return blocks.map(({ tokens, cells }, i) => {
            const unmasking = (forwards[(place + i) % forwards.length] as number) - 1;
            const perStep = Math.ceil(blockLength / unmasking);
            const masked = tokens.flatMap((token, cell) => (token === maskToken ? [cell] : []));
            const chosen = new Set(masked.slice(0, perStep));
            return cells.map((cell, c): Candidate => {
              const { token } = (found[i] as Candidate[])[c] as Candidate;
              if (tokens[cell] === maskToken) return { token, probability: chosen.has(cell) ? 1 : 0 };
              return { token: tokens[cell] as number, probability: 1 };
            });
          });
        },
        score: (...asked) => sequence.score(...asked),
        commit: (block) => {
          place++;
          return sequence.commit(block);
        },
      };
    },
  };
}
