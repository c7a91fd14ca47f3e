/** A prompt and its answers, recorded with their times: what the page shows live, replays, saves and opens. */
import type { ChatMessage, EditEvent, EditsRequest } from "@palimpsest/client";
import { Answer } from "./block-cells.ts";

export interface RecordedEvent {
  /** Since the request was sent. */
  readonly ms: number;
  readonly event: EditEvent;
}

/** The answer by a way to decode. */
export interface Lane {
  readonly label: string;
  readonly events: RecordedEvent[];
  /** Why there is no answer, or no more of it. */
  failure?: string;
}

export interface Run {
  readonly request: Omit<EditsRequest, "model"> & { readonly model: string };
  readonly lanes: readonly Lane[];
}

/** Ways to decode, by the name that the form has for them. */
export const VARIANTS: Readonly<
  Record<string, { readonly label: string; readonly parameters: Partial<EditsRequest> }>
> = {
  speed: { label: "speed", parameters: { mode: "speed" } },
  quality: { label: "quality", parameters: { mode: "quality" } },
  plain: { label: "without editing", parameters: { mode: "quality", editing_threshold: 1 } },
  window: { label: "two blocks at once", parameters: { mode: "quality", editing_window: 2 } },
};

export function durationOf({ lanes }: Run): number {
  return Math.max(0, ...lanes.map(({ events }) => events.at(-1)?.ms ?? 0));
}

/** The answer as it stood at a time. */
export function answerAt({ events }: Lane, ms: number): Answer {
  const answer = new Answer();
  for (const recorded of events) {
    if (recorded.ms > ms) break;
    answer.take(recorded.event, recorded.ms);
  }
  return answer;
}

export interface Counters {
  readonly firstDraftMs?: number | undefined;
  readonly firstCommitMs?: number | undefined;
  /** Committed tokens, as far as the page can tell them apart. */
  readonly tokens: number;
  readonly tokensPerSecond?: number | undefined;
  /** Once the answer has ended. */
  readonly tokensPerForward?: number | undefined;
  readonly forwards?: number | undefined;
  readonly revised: number;
}

const REVISIONS = new Set(["substitute", "delete", "insert", "remask"]);

export function countersAt(lane: Lane, ms: number): Counters {
  const events = lane.events.filter((recorded) => recorded.ms <= ms);
  const first = (type: EditEvent["type"]) => events.find(({ event }) => event.type === type)?.ms;
  const revised = events
    .flatMap(({ event }) => (event.type === "draft" ? event.edits : []))
    .filter(({ op }) => REVISIONS.has(op));
  const end = events.at(-1)?.event;
  const usage = end?.type === "end" ? end.usage : undefined;
  const { blocks } = answerAt(lane, ms);
  const shown = blocks.filter(({ isCommitted }) => isCommitted).reduce((sum, { cells }) => sum + cells.length, 0);
  const tokens = usage?.completion_tokens ?? shown;
  const elapsedMs = Math.min(ms, events.at(-1)?.ms ?? 0);
  return {
    firstDraftMs: first("draft"),
    firstCommitMs: first("commit"),
    tokens,
    ...(elapsedMs > 0 && tokens > 0 && { tokensPerSecond: (tokens * 1000) / elapsedMs }),
    ...(usage && { forwards: usage.forwards, tokensPerForward: tokens / Math.max(1, usage.forwards) }),
    revised: revised.length,
  };
}

/** The messages of a follow-up: earlier turns with the answers of their first lanes. */
export function conversation(turns: readonly Run[], prompt: string): ChatMessage[] {
  const earlier = turns.flatMap(({ request, lanes }): ChatMessage[] => {
    const [lane] = lanes;
    const asked = request.messages.at(-1);
    const answer = lane && answerAt(lane, Number.POSITIVE_INFINITY).text;
    return asked && answer ? [asked, { role: "assistant", content: answer }] : [];
  });
  return [...earlier, { role: "user", content: prompt }];
}
