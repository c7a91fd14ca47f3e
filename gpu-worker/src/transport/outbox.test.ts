import { setImmediate } from "node:timers/promises";
import { type EditEvent, emptyDocument, reduce } from "@palimpsest/proto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../../../test/support/fakes/manual-clock.ts";
import { scripts, tell } from "../../../test/support/fakes/synthetic-response.ts";
import { DRAFTS_PER_SECOND, Outbox } from "./outbox.ts";

const head = { v: 1, response_id: "r", attempt: 1 } as const;
const draft = (seq: number, block = 0, choice = 0): EditEvent => ({
  ...head,
  seq,
  type: "draft",
  choice,
  block,
  rev: seq,
  content: [1],
  edits: [],
});
const commit = (seq: number, block = 0): EditEvent => ({
  ...head,
  seq,
  type: "commit",
  choice: 0,
  block,
  text: "a",
  start: block,
  length: 1,
});

/** Reads as a socket that is always ready would; `read` is what it has. */
function reading(outbox: Outbox): { read: number[]; done: Promise<void> } {
  const read: number[] = [];
  const done = (async () => {
    for await (const event of outbox) read.push(event.seq);
  })();
  return { read, done };
}

describe("an outbox", () => {
  it("keeps the latest draft of a block when the reader is slow", async () => {
    const outbox = new Outbox(new ManualClock(), DRAFTS_PER_SECOND);
    for (const event of [draft(0), draft(1), draft(2)]) outbox.push(event);
    const { read } = reading(outbox);
    await setImmediate();
    expect(read).toEqual([2]);
  });

  it("drops the drafts of a block that is committed", async () => {
    const outbox = new Outbox(new ManualClock(), DRAFTS_PER_SECOND);
    for (const event of [draft(0), commit(1), commit(2, 1)]) outbox.push(event);
    outbox.close();
    const { read, done } = reading(outbox);
    await done;
    expect(read).toEqual([1, 2]);
  });

  it("shows the latest draft as soon as one is due again", async () => {
    const clock = new ManualClock();
    const outbox = new Outbox(clock, DRAFTS_PER_SECOND);
    const { read } = reading(outbox);
    for (const seq of [0, 1, 2]) {
      outbox.push(draft(seq));
      await setImmediate();
    }
    expect(read).toEqual([0]);
    clock.advance(1000 / DRAFTS_PER_SECOND);
    await setImmediate();
    expect(read).toEqual([0, 2]);
  });

  it("gives every choice its turn", async () => {
    const clock = new ManualClock();
    const outbox = new Outbox(clock, DRAFTS_PER_SECOND);
    const shown = new Set<number>();
    void (async () => {
      for await (const event of outbox) if (event.type === "draft") shown.add(event.choice);
    })();
    for (let seq = 0; seq < 64; seq++) {
      outbox.push(draft(seq, 0, seq % 8));
      if (seq % 8 === 7) clock.advance(1000 / DRAFTS_PER_SECOND);
      await setImmediate();
    }
    expect(shown.size).toBe(8);
  });

  it("throws the failure it was closed with, after what was kept", async () => {
    const outbox = new Outbox(new ManualClock(), DRAFTS_PER_SECOND);
    outbox.push(commit(0));
    outbox.close(new Error("broken"));
    const { read, done } = reading(outbox);
    await expect(done).rejects.toThrow("broken");
    expect(read).toEqual([0]);
  });

  it("loses only drafts when either side is slow: its output folds to the same document as its input", async () => {
    const pauses = fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(scripts, pauses, pauses, async (script, writes, reads) => {
        const events = tell({ ...script, takeovers: [] });
        const clock = new ManualClock();
        const outbox = new Outbox(clock, DRAFTS_PER_SECOND);
        const out: { event: EditEvent; at: number }[] = [];
        const reader = (async () => {
          for await (const event of outbox) {
            out.push({ event, at: clock.now() });
            await clock.sleep(reads[out.length % reads.length]!);
          }
        })();
        for (const [i, event] of events.entries()) {
          outbox.push(event);
          clock.advance(writes[i % writes.length]!);
          if (i % 3 === 0) await setImmediate();
        }
        outbox.close();
        await clock.runUntil(reader);

        const received = out.map(({ event }) => event);
        expect(received.reduce(reduce, emptyDocument)).toEqual(events.reduce(reduce, emptyDocument));
        expect(received.filter(isKept)).toEqual(events.filter(isKept));
        expect(received.every((event, i) => i === 0 || event.seq > received[i - 1]!.seq)).toBe(true);
        const drafts = out.filter(({ event }) => !isKept(event));
        expect(drafts.every(({ at }, i) => i === 0 || at - drafts[i - 1]!.at >= 1000 / DRAFTS_PER_SECOND)).toBe(true);
      }),
    );
  });
});

function isKept(event: EditEvent): boolean {
  return event.type !== "draft";
}
