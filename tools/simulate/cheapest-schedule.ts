/** The cheapest schedule of replicas for a demand that is known in advance. */

/**
 * The least sum, over all steps, of replicas that run or start, such that `need` replicas run in each step. A start takes
 * `startSteps`, for which the replica is paid; the replicas of the first step run already.
 *
 * Levels are independent: the k-th replica is needed in the steps with `need >= k`, and between two such times it either runs on
 * or is stopped and started again, whichever is cheaper.
 */
export function cheapestSchedule(need: ArrayLike<number>, startSteps: number): number {
  /** For each level that is not needed: the step since which it is not. */
  const freeSince: number[] = [];
  let needed = 0;
  let sum = 0;
  for (let step = 0; step < need.length; step++) {
    const now = need[step]!;
    for (let level = needed; level < now; level++) sum += Math.min(step - (freeSince[level] ?? 0), startSteps);
    for (let level = now; level < needed; level++) freeSince[level] = step;
    needed = now;
    sum += now;
  }
  return sum;
}
