import { type EditEvent, emptyDocument, reduce } from "@palimpsest/proto";
import { createUIMessageStream, readUIMessageStream, type UIMessage } from "ai";
import fc from "fast-check";
import { expect, it } from "vitest";
import { scripts, tell, textsOf } from "../../test/support/fakes/synthetic-response.ts";
import { type EditDataParts, uiMessageStream } from "./ai-sdk.ts";

type Message = UIMessage<unknown, EditDataParts>;

async function* listed(events: readonly EditEvent[]) {
  yield* events;
}

/** The states of the message that a page of the AI SDK shows. */
function messages(events: AsyncIterable<EditEvent>): Promise<Message[]> {
  const stream = createUIMessageStream<Message>({ execute: ({ writer }) => writer.merge(uiMessageStream(events)) });
  return Array.fromAsync(readUIMessageStream<Message>({ stream }));
}

const texts = (message: Message) => message.parts.flatMap((part) => (part.type === "text" ? [part.text] : []));
const drafts = (message: Message) => message.parts.flatMap((part) => (part.type === "data-drafts" ? [part.data] : []));

it("shows each choice's text, and its drafts while they are open", async () => {
  await fc.assert(
    fc.asyncProperty(scripts, async (script) => {
      const events = tell(script);
      const states = await messages(listed(events));
      const last = states.at(-1)!;
      expect(texts(last)).toEqual(textsOf(script));
      expect(drafts(last).flat()).toEqual([]);
      const shown = new Set(states.flatMap(drafts).map((data) => JSON.stringify(data)));
      let document = emptyDocument;
      for (const event of events) {
        document = reduce(document, event);
        for (const { drafts } of document.choices)
          if (drafts.length > 0) expect(shown).toContain(JSON.stringify(drafts));
      }
    }),
    { numRuns: 50 },
  );
});

it("fails as the response does, and stops it when it is cancelled", async () => {
  let isOver = false;
  async function* failing(): AsyncGenerator<EditEvent> {
    try {
      yield* tell({ choices: [["a"]], turns: [0], draftsPerBlock: 1, takeovers: [] }).slice(0, 3);
      throw new Error("the response was lost");
    } finally {
      isOver = true;
    }
  }
  await expect(Array.fromAsync(uiMessageStream(failing()).values())).rejects.toThrow("the response was lost");
  isOver = false;
  const reader = uiMessageStream(failing()).getReader();
  await reader.read();
  await reader.cancel();
  expect(isOver).toBe(true);
});
