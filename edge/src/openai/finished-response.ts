/** Waits for a whole response by reducing its edit events to a document. */
import { type ChoiceDocument, type EditEvent, emptyDocument, reduce, type Usage } from "@palimpsest/proto";
import { EdgeError, errorOf } from "../errors.ts";

export interface ResponseHead {
  readonly id: string;
  readonly model: string;
  /** Unix seconds. */
  readonly created: number;
}

export interface FinishedResponse extends ResponseHead {
  readonly choices: readonly ChoiceDocument[];
  readonly usage: Usage;
}

/** @throws EdgeError when the response fails, or its events contradict each other */
export async function finishResponse(events: AsyncIterable<EditEvent>, head: ResponseHead): Promise<FinishedResponse> {
  let document = emptyDocument;
  for await (const event of events) document = reduce(document, event);
  const { error, usage, choices } = document;
  if (error) throw errorOf(error);
  if (!usage) throw new EdgeError("internal", "The worker ended the response without reporting its usage.");
  return { ...head, choices, usage };
}
