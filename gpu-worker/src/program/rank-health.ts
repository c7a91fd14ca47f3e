/** Tells which of a replica's ranks are away: until they are back, every sequence fails. */

import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";

/** A worker is to leave the choice of edges within a second of the first sequence that failed. */
const LOOK_MS = 250;

/** Looks again and again until it is disposed. @param onChange told the ranks that are lost, when they change */
export function watchRanks(
  engine: Pick<Engine, "stats">,
  clock: Clock,
  onChange: (lost: readonly number[]) => void,
): Disposable {
  let known = "";
  let timer: Disposable | undefined;
  const look = async () => {
    const { lostRanks } = await engine.stats();
    const now = lostRanks.join();
    if (now !== known) onChange(lostRanks);
    known = now;
  };
  const wait = () => {
    timer = clock.timer(LOOK_MS, () => void look().then(wait));
  };
  wait();
  return { [Symbol.dispose]: () => timer?.[Symbol.dispose]() };
}
