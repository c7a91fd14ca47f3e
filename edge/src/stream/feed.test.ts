import {
  type EditEvent,
  emptyDocument,
  formatPosition,
  type Position,
  parsePosition,
  positionAfter,
  reduce,
} from "@palimpsest/proto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold } from "../../../test/support/events.ts";
import { plainScript, scripts, tell, textsOf } from "../../../test/support/fakes/synthetic-response.ts";
import { Feed } from "./feed.ts";

/** The log of these events: the first commit of each block, and everything else except drafts. */
function logOf(events: readonly EditEvent[]): EditEvent[] {
  const seen = new Set<string>();
  return events.filter((event) => {
    if (event.type === "draft") return false;
    const key =
      event.type === "commit"
        ? `${event.choice}.${event.block}`
        : `${event.type}.${"choice" in event ? event.choice : ""}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** The part of a log that the feed is missing. Edges read no more. */
function missing(feed: Feed, log: readonly EditEvent[]): EditEvent[] {
  return log.filter((event) => event.type !== "commit" || event.block >= (feed.nextBlocks.get(event.choice) ?? 0));
}

const hello = tell(plainScript(["Hello ", "world"]));

describe("a feed", () => {
  it("makes the same document from any mix of live events and log, lost, late or repeated", async () => {
    const fates = fc.array(fc.record({ lost: fc.boolean(), again: fc.boolean(), jump: fc.nat({ max: 3 }) }), {
      minLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(scripts, fates, async (script, fate) => {
        const events = tell(script);
        const feed = new Feed("chatcmpl-synthetic");
        const live = events.flatMap((event, i) => {
          const { lost, again, jump } = fate[i % fate.length]!;
          return lost ? [] : Array.from({ length: again ? 2 : 1 }, () => ({ event, at: i + jump, written: i }));
        });
        live.sort((a, b) => a.at - b.at);
        for (const { event, written } of live) {
          feed.receive(event);
          // The log is read after a gap. It has everything that was written before.
          if (feed.hasGap) feed.readLog(missing(feed, logOf(events.slice(0, written + 1))));
        }
        feed.readLog(missing(feed, logOf(events)));
        const out = await Array.fromAsync(feed);
        const document = fold(out);
        expect(document.status).toBe("ended");
        expect(document.choices.map(({ text }) => text)).toEqual(textsOf(script));
        expect(out.filter(({ type }) => type !== "draft")).toHaveLength(logOf(events).length);
      }),
    );
  });

  it("ends for every reader when a stale worker wrote after its successor", async () => {
    const [open, draft] = [hello[0]!, hello.find(({ type }) => type === "draft")!];
    const shown = [open, { ...draft, attempt: 3, seq: 1 }];
    const log = logOf(hello);
    const feed = new Feed("chatcmpl-synthetic");
    for (const event of shown) feed.receive(event);
    feed.readLog(log);
    expect(fold(await Array.fromAsync(feed))).toMatchObject({
      status: "ended",
      attempt: 3,
      choices: [{ text: "Hello world" }],
    });
    // Also for a reader that resumes after the successor's draft, or after a commit that followed it.
    for (const after of [shown[1]!, log[1]!]) {
      const { attempt, seq } = after;
      const later = new Feed("chatcmpl-synthetic", { attempt, seq });
      later.readLog(log);
      const rest = await Array.fromAsync(later);
      const known = after === shown[1] ? shown : [...shown, log[1]!];
      expect([...known, ...rest].reduce(reduce, emptyDocument)).toMatchObject({
        status: "ended",
        choices: [{ text: "Hello world", finishReason: "stop" }],
      });
    }
  });

  it("resumes after any position with exactly the rest of the log", async () => {
    for (const [at, { attempt, seq }] of logOf(hello).entries()) {
      const feed = new Feed("chatcmpl-synthetic", { attempt, seq });
      feed.readLog(logOf(hello));
      // After the end there is nothing more.
      expect(await Array.fromAsync(feed)).toEqual(logOf(hello).slice(at + 1));
    }
  });

  it("gives each event of the log once over any number of connections, whatever drafts and takeovers came between", async () => {
    await fc.assert(
      fc.asyncProperty(scripts, fc.array(fc.nat({ max: 40 }), { maxLength: 4 }), async (script, cuts) => {
        const events = tell(script);
        const got: EditEvent[] = [];
        let position: Position | undefined;
        let sent = 0;
        for (const cut of [...cuts.toSorted((a, b) => a - b), events.length]) {
          const feed = new Feed("chatcmpl-synthetic", position && parsePosition(formatPosition(position)));
          const isLast = cut === events.length;
          feed.readLog(logOf(events.slice(0, sent)));
          for (; sent < Math.min(cut, events.length); sent++) feed.receive(events[sent]!);
          if (feed.hasGap || isLast) feed.readLog(logOf(events.slice(0, sent)));
          if (!isLast) feed.fail({ code: "unavailable", message: "the connection was cut", retryable: true });
          for await (const event of feed) {
            if (!isLast && event.type === "error") break;
            got.push(event);
            position = positionAfter(position, event);
          }
        }
        expect(got.filter(({ type }) => type !== "draft")).toEqual(logOf(events));
      }),
    );
  });

  it("drops the drafts of a replaced worker", async () => {
    const feed = new Feed("chatcmpl-synthetic");
    const [open, draft] = hello as [EditEvent, EditEvent];
    feed.receive(open);
    feed.receive({ ...draft, attempt: 2, seq: 1 });
    feed.receive({ ...draft, seq: 9 });
    feed.fail({ code: "unavailable", message: "lost", retryable: true });
    const events = feed[Symbol.asyncIterator]();
    expect((await events.next()).value).toBe(open);
    expect((await events.next()).value).toMatchObject({ type: "error", attempt: 2, code: "unavailable" });
  });

  it("ends with its error for a reader that resumes after a draft newer than the log", async () => {
    const written = logOf(hello).slice(0, 2);
    const after = { attempt: 1, seq: written.at(-1)!.seq + 40 };
    const feed = new Feed("chatcmpl-synthetic", after);
    feed.readLog(written);
    feed.fail({ code: "unavailable", message: "lost", retryable: true });
    const events = await Array.fromAsync(feed);
    expect(events).toMatchObject([{ type: "error", code: "unavailable", attempt: 1, seq: after.seq + 1 }]);
  });

  it("fails when a part of the response is lost", async () => {
    const feed = new Feed("chatcmpl-synthetic");
    for (const event of hello) if (event.type !== "commit") feed.receive(event);
    expect(feed.hasGap).toBe(true);
    feed.readLog([]);
    feed.finish();
    expect((await Array.fromAsync(feed)).at(-1)).toMatchObject({ type: "error", code: "unavailable", retryable: true });
  });
});
