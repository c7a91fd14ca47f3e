/**
 * Edit events for the AI SDK's chat: commits are its text, and each choice's open block is a data part that changes in place.
 *
 *     const stream = createUIMessageStream({ execute: ({ writer }) => writer.merge(uiMessageStream(client.edits(request))) });
 *     return createUIMessageStreamResponse({ stream });
 */
import { type EditEvent, emptyDocument, type ResponseDocument, reduce } from "./index.ts";

/** The data of a part of type `data-drafts`: the blocks of a choice that are being written, none once they are committed. */
export type DraftsData = ResponseDocument["choices"][number]["drafts"];

/** The data parts of a message, for the type parameter of `UIMessage`. */
export type EditDataParts = { drafts: DraftsData };

/** The chunks of the AI SDK's message stream that are used here. */
export type EditsChunk =
  | { type: "text-start" | "text-end"; id: string }
  | { type: "text-delta"; id: string; delta: string }
  | { type: "data-drafts"; id: string; data: DraftsData };

/**
 * The chunks of a response: a choice's text has the id `choice-N`, its drafts `drafts-N`. The stream fails as the events do, and
 * cancelling it stops them.
 */
export function uiMessageStream(events: AsyncIterable<EditEvent>): ReadableStream<EditsChunk> {
  const source = chunks(events);
  return new ReadableStream<EditsChunk>({
    async pull(controller) {
      const { done, value } = await source.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await source.return();
    },
  });
}

async function* chunks(events: AsyncIterable<EditEvent>): AsyncGenerator<EditsChunk, void> {
  let document = emptyDocument;
  for await (const event of events) {
    const before = document;
    document = reduce(before, event);
    for (const [index, { text, drafts, finishReason }] of document.choices.entries()) {
      const known = before.choices[index];
      const id = `choice-${index}`;
      if (!known) yield { type: "text-start", id };
      if (drafts !== known?.drafts && (known || drafts.length > 0)) {
        yield { type: "data-drafts", id: `drafts-${index}`, data: drafts };
      }
      const delta = text.slice(known?.text.length ?? 0);
      if (delta) yield { type: "text-delta", id, delta };
      if (finishReason && !known?.finishReason) yield { type: "text-end", id };
    }
  }
}
