import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold } from "../../test/support/events.ts";
import { plainScript, scripts, tell, textsOf, usage } from "../../test/support/fakes/synthetic-response.ts";
import type { CommitEvent, DraftEvent, EditEvent } from "./edit-event.ts";
import type { ResponseDocument } from "./reducer.ts";
import { emptyDocument, fail, reduce } from "./reducer.ts";

const texts = (document: ResponseDocument) => document.choices.map((choice) => choice.text);

describe("any stream that the protocol allows folds to the concatenated commits", () => {
  it("when it arrives as it was written", () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const document = fold(tell(script));
        expect(texts(document)).toEqual(textsOf(script));
        expect(document.status).toBe("ended");
        expect(document.choices.flatMap((choice) => choice.drafts)).toEqual([]);
      }),
    );
  });

  it("with events sent twice, drafts dropped and drafts late", () => {
    fc.assert(
      fc.property(scripts, fc.array(fc.nat(), { minLength: 1, maxLength: 50 }), (script, noise) => {
        const events = disturb(tell(script), noise);
        expect(texts(fold(events))).toEqual(textsOf(script));
      }),
    );
  });

  it("and every prefix shows only what is committed, with drafts of nothing else", () => {
    fc.assert(
      fc.property(scripts, fc.nat(), (script, cut) => {
        const all = tell(script);
        const seen = all.slice(0, cut % (all.length + 1));
        const document = fold(seen);
        for (const [index, choice] of document.choices.entries()) {
          const commits = distinctCommits(seen, index);
          expect(choice.text).toBe(commits.map((commit) => commit.text).join(""));
          for (const draft of choice.drafts) expect(draft.block).toBeGreaterThanOrEqual(commits.length);
        }
      }),
    );
  });

  it("and an event that says nothing new changes nothing", () => {
    fc.assert(
      fc.property(scripts, fc.nat(), (script, cut) => {
        const all = tell(script);
        const seen = all.slice(0, cut % (all.length + 1));
        const document = fold(seen);
        expect(fold(seen, document)).toBe(document);
      }),
    );
  });
});

describe("reducer", () => {
  it("shows the latest draft of an open block", () => {
    const document = fold([draft(1, { rev: 1, content: [4] }), draft(2, { rev: 2, content: ["ab", 2] })]);
    expect(document.choices[0]?.drafts).toEqual([{ block: 0, rev: 2, content: ["ab", 2], edits: [] }]);
  });

  it("ignores a draft that was overtaken by a newer one or by the commit", () => {
    const newest = fold([draft(2, { rev: 2, content: ["new"] })]);
    expect(reduce(newest, draft(1, { rev: 1, content: ["old"] }))).toBe(newest);
    const committed = fold([commit(3, { text: "ab" })]);
    expect(reduce(committed, draft(4, { rev: 9, content: ["xx"] })).choices[0]?.drafts).toEqual([]);
  });

  it("keeps several open blocks, as an editing window has them", () => {
    const document = fold([draft(1, { block: 1 }), draft(2, { block: 0 }), commit(3, { block: 0, text: "a" })]);
    expect(document.choices[0]?.drafts.map((open) => open.block)).toEqual([1]);
  });

  it("takes the first commit of a block, whatever comes later", () => {
    const document = fold([commit(1, { text: "first" }), commit(1, { text: "other", attempt: 2 })]);
    expect(texts(document)).toEqual(["first"]);
  });

  it("keeps the stop string that ended a choice", () => {
    const document = fold([commit(1, { text: "ab" }), commit(2, { block: 1, start: 2, text: "c", stop: "END" })]);
    expect(document.choices[0]).toMatchObject({ text: "abc", stop: "END" });
  });

  it("takes the end of a choice and of all, too, from a worker that was given up", () => {
    const before = fold([commit(1, { text: "ab" }), draft(1, { block: 1, content: ["c", 3], attempt: 2 })]);
    const late = [commit(5, { block: 1, start: 2, text: "cd" }), { ...base(6), ...ended } as const];
    const document = late.reduce(reduce, before);
    expect(document).toMatchObject({ attempt: 2, choices: [{ text: "abcd", finishReason: "stop" }] });
    expect(reduce(document, { ...base(7), type: "end", usage })).toMatchObject({ status: "ended", attempt: 2 });
  });

  it("starts open blocks again when another worker takes over, and ignores the one before it", () => {
    const before = fold([commit(1, { text: "ab" }), draft(9, { block: 1, rev: 7 })]);
    const after = reduce(before, draft(1, { block: 1, rev: 1, content: ["c", 3], attempt: 2 }));
    expect(after.choices[0]?.drafts).toMatchObject([{ rev: 1, content: ["c", 3] }]);
    expect(reduce(after, draft(10, { block: 1, rev: 8 }))).toBe(after);
    expect(reduce(after, { ...base(11), type: "error", code: "internal", message: "late", retryable: true })).toBe(
      after,
    );
  });

  it("a hole between commits is an error, and the position stays before it", () => {
    const document = fold([commit(1, { text: "ab" }), commit(5, { block: 2, start: 4, text: "ef" })]);
    expect(document).toMatchObject({ status: "failed", seq: 1, error: { code: "internal", retryable: true } });
    expect(document.error?.message).toContain("expected block 1 at 2, got block 2 at 4");
  });

  it("a failure discards drafts and keeps commits", () => {
    const open = fold([commit(1, { text: "ab" }), draft(2, { block: 1 })]);
    const failed = fail(open, { code: "unavailable", message: "the connection broke", retryable: true });
    expect(failed).toMatchObject({ status: "failed", choices: [{ text: "ab", drafts: [] }] });
    expect(failed.error).toEqual({ code: "unavailable", message: "the connection broke", retryable: true });
  });
});

const ended = { type: "done", choice: 0, finish_reason: "stop" } as const;

it("shows the place of a response that waits until it begins, and ignores events of a type that it does not know", () => {
  const queued = (ahead: number) => ({ ...base(ahead, 0), type: "queued", ahead }) as const;
  const waiting = [queued(3), queued(2)].reduce(reduce, emptyDocument);
  expect(waiting).toEqual({ ...emptyDocument, ahead: 2 });
  expect(reduce(waiting, { ...base(0, 9), type: "of tomorrow" } as unknown as EditEvent)).toBe(waiting);
  const [open, ...rest] = tell(plainScript(["a"])) as [EditEvent, ...EditEvent[]];
  const begun = reduce(waiting, open);
  expect(begun).toEqual(reduce(emptyDocument, open));
  expect(reduce(begun, queued(1))).toBe(begun);
  expect(rest.reduce(reduce, begun).status).toBe("ended");
});

function base(seq: number, attempt = 1) {
  return { v: 1 as const, response_id: "r", attempt, seq };
}

function draft(seq: number, { attempt = 1, ...rest }: Partial<DraftEvent>): DraftEvent {
  return { ...base(seq, attempt), type: "draft", choice: 0, block: 0, rev: 1, content: [4], edits: [], ...rest };
}

function commit(seq: number, { attempt = 1, text = "", ...rest }: Partial<CommitEvent>): CommitEvent {
  const length = text.length;
  return { ...base(seq, attempt), type: "commit", choice: 0, block: 0, start: 0, ...rest, text, length };
}

function distinctCommits(events: readonly EditEvent[], choice: number): CommitEvent[] {
  const commits = events.filter((event) => event.type === "commit" && event.choice === choice) as CommitEvent[];
  return commits.filter((commit, index) => commits.findIndex((other) => other.block === commit.block) === index);
}

/** Sends events twice, drops drafts, and moves drafts to later places: all that a server or a log may do. */
function disturb(events: readonly EditEvent[], noise: readonly number[]): EditEvent[] {
  let drawn = 0;
  const draw = (sides: number) => noise[drawn++ % noise.length]! % sides;
  const sent: EditEvent[] = [];
  const late: EditEvent[] = [];
  for (const event of events) {
    const chance = draw(6);
    if (event.type === "draft" && chance === 0) continue;
    if (event.type === "draft" && chance === 1) late.push(event);
    else sent.push(event);
    if (chance === 2) sent.push(event);
    if (chance === 3 && sent.length > 1) sent.push(sent[draw(sent.length)]!);
    if (chance === 4) sent.push(...late.splice(0));
  }
  return [...sent, ...late];
}
