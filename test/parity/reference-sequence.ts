/**
 * A sequence's model in plain loops: the slow, obvious twin of head, batch and cache. Every step recomputes everything.
 */
import type { Candidate } from "../../gpu-worker/src/decoding/block.ts";
import type { SequenceModel } from "../../gpu-worker/src/decoding/decode.ts";
import type { WrittenCheckpoint } from "../support/models/checkpoint.ts";
import { drawnFrom, interval } from "../support/models/reference-draw.ts";
import { referenceProbabilities } from "../support/models/reference-model.ts";

export interface ReferenceOptions {
  readonly blockLength: number;
  readonly maskToken: number;
  readonly editTokens?: { readonly delete: number; readonly split: number } | undefined;
}

export function referenceSequence(
  { model, tensors }: WrittenCheckpoint,
  { blockLength, maskToken, editTokens }: ReferenceOptions,
): SequenceModel {
  const edits = Object.values(editTokens ?? {});
  const cached: number[] = [];
  return {
    prefill: async (tokens) => void cached.push(...tokens),
    commit: async (block) => void cached.push(...block),
    async denoise(blocks) {
      const seen = [...cached, ...blocks.flatMap(({ tokens }) => tokens)];
      const rows = referenceProbabilities(model, tensors, seen, blockLength);
      return blocks.map(({ cells, draws = [], adjustments = [] }, b) =>
        cells.map((cell): Candidate => {
          const row = rows[cached.length + b * blockLength + cell] as number[];
          const weights = [...row];
          for (const move of adjustments.filter((one) => one.cell === cell)) {
            weights[move.token] = (weights[move.token] as number) * Math.exp(move.by);
          }
          const sum = weights.reduce((a, b) => a + b);
          const probabilities = weights.map((weight) => weight / sum);
          const choice = (token: number) => ({ token, probability: probabilities[token] as number });
          const ranked = [...probabilities.keys()]
            .filter((token) => token !== maskToken)
            .sort((a, b) => (probabilities[b] as number) - (probabilities[a] as number));
          const [best, next] = ranked.map(choice) as [Candidate, Candidate];
          const answers = ranked.filter((token) => !edits.includes(token));
          const draw = draws.find((one) => one.cell === cell);
          return {
            ...choice(answers[0] as number),
            ...(editTokens && { edit: [best, next] }),
            ...(draw && { drawn: drawnToken(drawnFrom(probabilities, [maskToken, ...edits], draw), draw.uniform) }),
          };
        }),
      );
    },
  };
}

function drawnToken(distribution: readonly number[], uniform: number) {
  const token = distribution.findIndex((_, token) => interval(distribution, token)[1] > uniform);
  return { token, probability: distribution[token] as number };
}
