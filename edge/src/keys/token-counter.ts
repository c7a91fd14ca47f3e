/** Counts the tokens of one response while it is read. */
import type { EditEvent } from "@palimpsest/proto";
import type { Log } from "../ports.ts";
import type { Limit } from "./usage.ts";

export interface TokenCounter {
  /** The limit that the response has exceeded. */
  readonly exceeded: Limit | undefined;
  readonly tokens: number;
  take(event: EditEvent): void;
  /** Shows that the response runs, if no commit did lately. */
  renew(): void;
}

/**
 * @param write counts the response's tokens so far; called once at a time
 * @param before events that are counted already
 */
export function createCounter(
  write: (tokens: number) => Promise<Limit | undefined>,
  { before, log }: { before: readonly EditEvent[]; log: Log },
): TokenCounter {
  const known = new Set(before.map(keyOf));
  let tokens = tokensOf(before);
  let exceeded: Limit | undefined;
  let isWriting = false;

  async function writeAll(): Promise<void> {
    if (isWriting) return;
    isWriting = true;
    try {
      for (let written = -1; written !== tokens; ) {
        written = tokens;
        exceeded = await write(written);
      }
    } catch (error) {
      log.warn({ err: error }, "could not count tokens; the next commit counts them");
    } finally {
      isWriting = false;
    }
  }

  return {
    get exceeded() {
      return exceeded;
    },
    get tokens() {
      return tokens;
    },
    take(event) {
      if (event.type === "end") tokens = event.usage.completion_tokens;
      if (event.type !== "commit" || known.has(keyOf(event))) return;
      tokens += event.token_ids?.length ?? 0;
      void writeAll();
    },
    renew: () => void writeAll(),
  };
}

export function isLast({ type }: EditEvent): boolean {
  return type === "end" || type === "error";
}

/** The tokens of a log so far. */
export function tokensOf(events: readonly EditEvent[]): number {
  const end = events.find((event) => event.type === "end");
  if (end) return end.usage.completion_tokens;
  return events.reduce((sum, event) => sum + (event.type === "commit" ? (event.token_ids?.length ?? 0) : 0), 0);
}

function keyOf(event: EditEvent): string {
  return event.type === "commit" ? `${event.choice}.${event.block}` : "";
}
