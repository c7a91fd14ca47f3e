import fc from "fast-check";
import { expect, it } from "vitest";
import { scripts, tell } from "../../test/support/fakes/synthetic-response.ts";
import type { EditEvent } from "./edit-event.ts";
import { formatPosition, type Position, parsePosition, positionAfter, positionOf } from "./position.ts";
import { emptyDocument, reduce } from "./reducer.ts";

it("is the same from the events and from the document that they make", () => {
  fc.assert(
    fc.property(scripts, (script) => {
      let position: Position | undefined;
      let document = emptyDocument;
      for (const event of tell(script)) {
        position = positionAfter(position, event);
        document = reduce(document, event);
        expect(positionOf(document)).toEqual(position);
        expect(parsePosition(formatPosition(position))).toEqual(position);
      }
    }),
  );
});

it("keeps to the latest event where a stale worker's follows", () => {
  const commit = { type: "commit", choice: 0, block: 4, attempt: 1, seq: 30 } as EditEvent;
  const before = { attempt: 2, seq: 3, choices: [{ blocks: 4, isDone: false }] };
  expect(positionAfter(before, commit)).toEqual({ attempt: 2, seq: 3, choices: [{ blocks: 5, isDone: false }] });
});

it("of an event alone does not tell what the reader has of each choice", () => {
  const draft = { type: "draft", choice: 0, block: 2, attempt: 1, seq: 9 } as EditEvent;
  expect(positionAfter({ attempt: 1, seq: 8 }, draft)).toEqual({ attempt: 1, seq: 9 });
  expect(formatPosition({ attempt: 1, seq: 9 })).toBe("1.9");
});

it.each(["", "1", "1.", "1.2.", "1.2.d", "1.2.3,", "1.2.3x", "-1.2", "1.2.3.4", "1.99999999999"])(
  "%j is no position",
  (text) => {
    expect(parsePosition(text)).toBeUndefined();
  },
);
