/** Watches a replica's ranks: while one is unreachable, every sequence fails. */

import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";

/** Short enough that edges avoid a worker within a second of its first failed sequence. */
const POLL_MS = 250;

/** Polls until it is disposed. @param onChange called with the unreachable ranks whenever they change */
export function watchRanks(
  engine: Pick<Engine, "stats">,
  clock: Clock,
  onChange: (lost: readonly number[]) => void,
): Disposable {
  let before = "";
  let timer: Disposable | undefined;
  const poll = async () => {
    const { lostRanks } = await engine.stats();
    const now = lostRanks.join();
    if (now !== before) onChange(lostRanks);
    before = now;
  };
  const wait = () => {
    timer = clock.timer(POLL_MS, () => void poll().then(wait));
  };
  wait();
  return { [Symbol.dispose]: () => timer?.[Symbol.dispose]() };
}
