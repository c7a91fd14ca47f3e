/** Heartbeats of idle streams, so that proxies and clients keep them open: one timer for all streams, and none for an event. */
import { timer } from "../clock.ts";
import type { Clock } from "../ports.ts";

/** The timer rings this often within the interval, and a heartbeat is at most so much of the interval late. */
const TURNS = 8;

export interface Heartbeats {
  /** Calls `beat` whenever the stream was idle for the interval, until it is disposed. */
  watch(beat: () => void): WatchedStream;
}

export interface WatchedStream extends Disposable {
  /** The stream is not idle. */
  touch(): void;
}

interface Entry {
  readonly beat: () => void;
  /** The turn in which the stream was last written to. */
  turn: number;
}

export function createHeartbeats(clock: Clock, intervalMs: number): Heartbeats {
  const entries = new Set<Entry>();
  let turn = 0;
  let next: Disposable | undefined;

  function ring(): void {
    next = undefined;
    turn++;
    for (const entry of entries) {
      if (turn - entry.turn <= TURNS) continue;
      entry.turn = turn;
      entry.beat();
    }
    run();
  }

  function run(): void {
    if (entries.size > 0) next ??= timer(clock, intervalMs / TURNS, ring);
  }

  function remove(entry: Entry): void {
    entries.delete(entry);
    if (entries.size > 0) return;
    next?.[Symbol.dispose]();
    next = undefined;
  }

  return {
    watch(beat) {
      const entry: Entry = { beat, turn };
      entries.add(entry);
      run();
      return {
        touch() {
          entry.turn = turn;
        },
        [Symbol.dispose]: () => remove(entry),
      };
    },
  };
}
