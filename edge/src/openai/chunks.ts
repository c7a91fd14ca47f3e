/** Turns edit events into the chunks of a streamed completion, in the endpoint's form. */
import {
  type DoneEvent,
  type EditEvent,
  type FinishReason,
  formatPosition,
  type Position,
  positionAfter,
  publicEvent,
} from "@palimpsest/proto";
import { type EdgeError, errorOf } from "../errors.ts";
import type { SseMessage } from "../stream/sse.ts";
import type { ResponseHead } from "./finished-response.ts";
import type { SharedParameters } from "./parameters.ts";
import { usageOf } from "./usage.ts";

/** The form of one response's choices in its chunks. */
export interface ChunkForm {
  readonly object: "chat.completion.chunk" | "text_completion";
  /** The first delta of each choice, if there is one. */
  readonly first?: object;
  /** A delta that adds nothing. */
  readonly empty: object;
  /** The changes that an event makes to choices. */
  changes(event: EditEvent): Iterable<Change>;
  finishReason(event: DoneEvent): FinishReason;
}

export interface Change {
  readonly index: number;
  /** `{ delta }` or `{ text }`. */
  readonly added: object;
  /** Logprobs of the added tokens. */
  readonly logprobs?: object;
  /** Fields of the chunk next to `choices`. */
  readonly beside?: object;
}

/**
 * The streamed form that the body asks for; undefined if it asks for none.
 * @param hasIds false if no other stream continues after a chunk of this one
 */
export function chunkStream(form: ChunkForm, { stream, stream_options }: SharedParameters, hasIds = true) {
  if (!stream) return undefined;
  const { include_usage, include_edits } = stream_options ?? {};
  const options = { includeUsage: include_usage === true, includeEdits: include_edits === true, hasIds };
  return {
    messages: (events: AsyncIterable<EditEvent>, head: ResponseHead) => chunks(events, form, { ...head, ...options }),
    failed: (error: EdgeError): SseMessage => ({ data: JSON.stringify(error) }),
  };
}

interface ChunkOptions extends ResponseHead {
  readonly includeUsage: boolean;
  readonly includeEdits: boolean;
  readonly hasIds: boolean;
}

/** The messages of a whole stream. No finish reason and no `[DONE]` follow an error, so that every client raises. */
async function* chunks(
  events: AsyncIterable<EditEvent>,
  form: ChunkForm,
  { id, model, created, includeUsage, includeEdits, hasIds }: ChunkOptions,
): AsyncGenerator<SseMessage> {
  // The part that all chunks of a response share is made once.
  const head = JSON.stringify({ id, object: form.object, created, model }).slice(0, -1);
  const usage = includeUsage && { usage: null };
  const chunk = (choices: object[], beside?: object) => {
    const rest = usage || beside ? `,${JSON.stringify({ ...usage, ...beside }).slice(1)}` : "}";
    return `${head},"choices":${JSON.stringify(choices)}${rest}`;
  };
  const choice = (index: number, added: object, finish_reason: FinishReason | null = null, logprobs?: object) => [
    { index, ...added, logprobs: logprobs ?? null, finish_reason },
  ];

  /** The chunks of one event. */
  function* chunksOf(event: EditEvent): Generator<string> {
    if (event.type === "open" && form.first) {
      for (let index = 0; index < event.choices; index++) yield chunk(choice(index, form.first));
    }
    for (const { index, added, logprobs, beside } of form.changes(event)) {
      yield chunk(choice(index, added, null, logprobs), beside);
    }
    if (event.type === "done") yield chunk(choice(event.choice, form.empty, form.finishReason(event)));
    if (event.type === "end") {
      if (includeUsage) yield chunk([], { usage: usageOf(event.usage) });
      yield "[DONE]";
    }
    if (event.type === "error") yield JSON.stringify(errorOf(event));
  }

  let position: Position | undefined;
  for await (const event of events) {
    position = positionAfter(position, event);
    const positionId = `${id}:${formatPosition(position)}`;
    if (includeEdits) {
      const edit = publicEvent(event);
      yield { id: positionId, data: chunk(choice(choiceOf(event), form.empty), { edit }) };
    }
    // Without edit events the last chunk has the id: who has only a part of the chunks has not received the event.
    let last: string | undefined;
    for (const data of chunksOf(event)) {
      if (last !== undefined) yield { data: last };
      last = data;
    }
    if (last !== undefined) yield { ...(hasIds && !includeEdits && { id: positionId }), data: last };
  }
}

function choiceOf(event: EditEvent): number {
  return "choice" in event ? event.choice : 0;
}
