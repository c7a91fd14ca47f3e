import type { ModelLoad } from "../ports.ts";

/**
 * The signal for autoscalers: the sequences that a model's requests need, waiting or running, and at least 1 while there is unmet
 * demand. A waiting request counts as one sequence, a running one by its choices.
 */
export function demandOf(
  { running, responses }: Pick<ModelLoad, "running" | "responses">,
  { queued, unmet }: NonNullable<ModelLoad["depths"]>,
): number {
  const requests = Object.values(queued).reduce((sum, count) => sum + count, 0);
  return Math.max(requests + running - responses, unmet, 0);
}
