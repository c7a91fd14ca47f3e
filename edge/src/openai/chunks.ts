/** Edit events as the chunks of a streamed completion, in whichever form the endpoint gives its choices. */
import type { DoneEvent, EditEvent, FinishReason } from "@palimpsest/proto";
import { publicEvent } from "@palimpsest/proto";
import { errorOf } from "../errors.ts";
import type { SseMessage } from "../stream/sse.ts";
import { usageOf } from "./usage.ts";

/** How one response's choices look in its chunks. */
export interface ChunkForm {
  readonly object: "chat.completion.chunk" | "text_completion";
  /** What each choice begins with, if with anything. */
  readonly first?: object;
  /** A choice that adds nothing. */
  readonly empty: object;
  /** What an event adds to choices. */
  changes(event: EditEvent): Iterable<Change>;
  finishReason(event: DoneEvent): FinishReason;
}

export interface Change {
  readonly index: number;
  /** `{ delta }` or `{ text }`. */
  readonly added: object;
  /** How probable the tokens of what it adds were. */
  readonly logprobs?: object;
  /** Fields beside `choices`. */
  readonly beside?: object;
}

export interface ChunkOptions {
  readonly id: string;
  readonly model: string;
  /** Unix seconds. */
  readonly created: number;
  readonly includeUsage: boolean;
  readonly includeEdits: boolean;
}

/** The messages of a whole stream. After an error neither a finish reason nor `[DONE]` follows, so that every client raises. */
export async function* chunks(
  events: AsyncIterable<EditEvent>,
  form: ChunkForm,
  { id, model, created, includeUsage, includeEdits }: ChunkOptions,
): AsyncGenerator<SseMessage> {
  const chunk = (choices: object[], beside?: object) => {
    const head = { id, object: form.object, created, model, choices };
    return JSON.stringify({ ...head, ...(includeUsage && { usage: null }), ...beside });
  };
  const choice = (index: number, added: object, finish_reason: FinishReason | null = null, logprobs?: object) => [
    { index, ...added, logprobs: logprobs ?? null, finish_reason },
  ];

  for await (const event of events) {
    if (event.type === "open" && form.first) {
      for (let index = 0; index < event.choices; index++) yield { data: chunk(choice(index, form.first)) };
    }
    if (includeEdits) {
      const edit = publicEvent(event);
      yield { id: `${id}:${event.attempt}.${event.seq}`, data: chunk(choice(choiceOf(event), form.empty), { edit }) };
    }
    for (const { index, added, logprobs, beside } of form.changes(event)) {
      yield { data: chunk(choice(index, added, null, logprobs), beside) };
    }
    if (event.type === "done") yield { data: chunk(choice(event.choice, form.empty, form.finishReason(event))) };
    if (event.type === "end") {
      if (includeUsage) yield { data: chunk([], { usage: usageOf(event.usage) }) };
      yield { data: "[DONE]" };
    }
    if (event.type === "error") yield { data: JSON.stringify(errorOf(event)) };
  }
}

function choiceOf(event: EditEvent): number {
  return "choice" in event ? event.choice : 0;
}
