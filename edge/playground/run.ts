/** A prompt and its answers, recorded with their times: what the page shows live, replays, saves and opens. */
import type { ChatMessage, EditEvent, EditsRequest } from "@palimpsest/client";
import { Answer } from "./block-cells.ts";
import type { Schema } from "./schema-notes.ts";

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

/** The schema that the answer was asked to have. */
export function schemaOf({ request: { response_format: format } }: Run): Schema | undefined {
  return format?.type === "json_schema" ? format.json_schema.schema : undefined;
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
