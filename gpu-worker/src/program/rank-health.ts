/** Watches a replica's ranks and device: while one is unreachable, every sequence fails. */

import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";

/** Short enough that edges avoid a worker within a second of its first failed sequence. */
const POLL_MS = 250;

/** Parts of an engine that do not work. */
export interface EngineFaults {
  readonly lostRanks: readonly number[];
  readonly deviceFailure?: string;
}

/** Polls until it is disposed. @param onChange called with the faults whenever they change */
export function watchRanks(
  engine: Pick<Engine, "stats">,
  clock: Clock,
  onChange: (faults: EngineFaults) => void,
): Disposable {
  let before = "";
  let timer: Disposable | undefined;
  const poll = async () => {
    const { lostRanks, deviceFailure } = await engine.stats();
    const now = [...lostRanks, deviceFailure ?? ""].join();
    if (now !== before) onChange({ lostRanks, ...(deviceFailure !== undefined && { deviceFailure }) });
    before = now;
  };
  const wait = () => {
    timer = clock.timer(POLL_MS, () => void poll().then(wait));
  };
  wait();
  return { [Symbol.dispose]: () => timer?.[Symbol.dispose]() };
}
