import { readFile } from "node:fs/promises";
import type { EditEvent } from "@palimpsest/proto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainScript, scripts, tell } from "../../test/support/fakes/synthetic-response.ts";
import { SERVER_RULES } from "./conformance.ts";
import { EVENT_RULES, type EventRule, EventRules } from "./event-rules.ts";

/** The rules that a stream breaks, each once. */
function broken(events: readonly unknown[]): EventRule[] {
  const rules = new EventRules();
  const faults = [...events.flatMap((event) => rules.push(event)), ...rules.end()];
  return [...new Set(faults.map(({ rule }) => rule))];
}

it("finds nothing wrong with responses, takeovers included", () => {
  fc.assert(
    fc.property(scripts, (script) => {
      expect(broken(tell(script))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

const whole = tell(plainScript(["Hello ", "world"]));
const [open, draft] = whole as [EditEvent, EditEvent];
const commits = whole.filter(({ type }) => type === "commit");
const commit = commits[0]!;
const done = whole.find(({ type }) => type === "done")!;
const end = whole.at(-1)!;
const queued = { v: 1, response_id: open.response_id, attempt: 0, seq: 0, type: "queued", ahead: 2 } as const;

/** The stream with one event replaced: by nothing, by several, or by one with other fields. */
const replaced = (event: EditEvent, ...by: readonly object[]) =>
  whole.flatMap((one) => (one === event ? by.map((change) => ({ ...event, ...change })) : [one]));
const numbered = (events: readonly object[]) => events.map((event, seq) => ({ ...event, seq }));
const edited = (content: (string | number)[], edit: object, grammar?: true) =>
  replaced(draft, { content, edits: [{ at: 0, offset: 0, p: 1, ...edit }] }).map((event) =>
    event.type === "open" && grammar ? { ...event, decoding: { ...event.decoding, grammar } } : event,
  );

/** For each rule, streams that break it and no other. */
const wrong: Record<EventRule, readonly (readonly object[])[]> = {
  schema: [
    replaced(draft, { content: [""] }),
    replaced(draft, { content: [1.5] }),
    replaced(draft, { edits: [{ op: "write", at: 0, offset: 0, p: 1 }] }),
    replaced(draft, { v: 2 }),
    replaced(draft, { type: "drafts" }),
  ],
  identity: [whole.map((event) => (event === open ? event : { ...event, response_id: "another" }))],
  queued: [
    [{ ...queued, attempt: 1 }, ...numbered(whole).map((event) => ({ ...event, seq: event.seq + 1 }))],
    [open, queued, ...whole.slice(1)],
  ],
  first: [numbered(replaced(open)), numbered(replaced(open, {}, {}))],
  last: [
    replaced(end),
    [],
    numbered(replaced(end, {}, { type: "error", code: "internal", message: "", retryable: true })),
  ],
  order: [replaced(draft, { seq: 0 }), numbered(replaced(draft, { attempt: 2 }))],
  choice: [replaced(draft, { choice: 1 })],
  draft: [replaced(draft, { block: 1 }), numbered([...whole.slice(0, -1), { ...draft, rev: 9 }, end])],
  revision: [replaced(draft, { rev: 1 })],
  cells: [replaced(draft, { content: [20, "a", 13] })],
  edit: [
    edited(["b", 3], { op: "unmask", after: "a" }),
    edited([3, "b"], { op: "unmask", after: "b", offset: 2 }),
    edited(["b", 3], { op: "delete", offset: 2 }),
    edited(["b", 3], { op: "insert" }),
    edited(["b", 3], { op: "remask", before: "a", reason: "grammar" }, true),
  ],
  reason: [
    edited([4], { op: "remask", before: "a" }, true),
    edited([4], { op: "remask", before: "a", reason: "grammar" }),
    edited(["b"], { op: "unmask", after: "b", reason: "grammar" }),
  ],
  commit: [numbered(replaced(commit, {}, {})), numbered(replaced(commits[1]!, { block: 2 }))],
  place: [replaced(commit, { start: 1 }), replaced(commit, { length: 1 })],
  character: [replaced(commit, { text: "Hell\ud83d " })],
  stop: [replaced(commit, { stop: "o" })],
  done: [
    numbered(replaced(done)),
    numbered(replaced(done, {}, {})),
    numbered([...replaced(done).slice(0, -2), done, ...replaced(done).slice(-2)]),
  ],
  usage: [replaced(end, { usage: { ...("usage" in end && end.usage), cached_tokens: 4 } })],
};

it.each(Object.keys(EVENT_RULES) as EventRule[])("names the rule that a stream breaks: %s", (rule) => {
  for (const events of wrong[rule]) expect(broken(events)).toEqual([rule]);
});

it("takes places in the queue before a response that has begun", () => {
  expect(broken([queued, { ...queued, seq: 1, ahead: 1, approximate: true }, ...whole])).toEqual([]);
});

it("takes what an attempt that was given up says late", () => {
  const lost = whole.slice(0, -3);
  const successor = { ...draft, attempt: 2, seq: 0, block: 1 };
  expect(commits.includes(lost.at(-1) as (typeof commits)[0])).toBe(false);
  expect(broken([...lost, successor, ...whole.slice(-3)])).toEqual([]);
});

describe("docs/edit-events.md", async () => {
  const docs = await readFile(new URL("../../docs/edit-events.md", import.meta.url), "utf8");

  it("has every rule", () => {
    const rules = [...Object.entries(EVENT_RULES), ...SERVER_RULES.map(({ rule, text }) => [rule, text] as const)];
    const rows = new Map(
      Array.from(docs.matchAll(/^\| `([a-z-]+)` +\| (.*?) +\|$/gm), ([, rule, text]) => [rule, text]),
    );
    expect(rules.map(([rule]) => [rule, rows.get(rule)])).toEqual(rules);
  });

  it("shows every type of event in an answer that breaks no rule", () => {
    const blocks = Array.from(docs.matchAll(/^```jsonl\n(.*?)\n```$/gms), ([, lines]) =>
      lines!.split("\n").map((line) => JSON.parse(line) as EditEvent),
    );
    const [answer, failure, waiting] = blocks as [EditEvent[], EditEvent[], EditEvent[]];
    expect(broken(answer)).toEqual([]);
    expect(broken([answer[0]!, ...failure])).toEqual([]);
    expect(broken(waiting)).toEqual([]);
    const types = new Set([...answer, ...failure, ...waiting].map(({ type }) => type));
    expect(types).toEqual(new Set(["queued", "open", "draft", "commit", "done", "end", "error"]));
  });
});
