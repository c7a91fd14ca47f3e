import { expect, it } from "vitest";
import { plainScript, tell } from "../../test/support/fakes/synthetic-response.ts";
import { answerAt, conversation, durationOf, type Run } from "./run.ts";
import { snippet } from "./snippets.ts";

const events = tell(plainScript(["Hello ", "world"])).map((event, i) => ({ ms: i * 100, event }));
const run: Run = {
  request: { model: "m", messages: [{ role: "user", content: "it's" }], mode: "speed" },
  lanes: [{ label: "speed", events }],
};

it("shows the answer as it stood at any time", () => {
  const [lane] = run.lanes;
  const at = (ms: number) => answerAt(lane!, ms).text;
  const commits = events.filter(({ event }) => event.type === "commit").map(({ ms }) => ms);
  expect([at(0), at(commits[0]! - 1), at(commits[0]!), at(durationOf(run))]).toEqual(["", "", "Hello ", "Hello world"]);
  const counters = { firstDraftMs: 100, firstCommitMs: commits[0], revised: 0 };
  expect(answerAt(lane!, commits[0]!).counters).toEqual({ ...counters, committed: 2 });
  expect(answerAt(lane!, durationOf(run)).counters).toMatchObject({ ...counters, usage: { forwards: 4 } });
});

it("a follow-up has the turns before it", () => {
  expect(conversation([run], "more")).toEqual([
    { role: "user", content: "it's" },
    { role: "assistant", content: "Hello world" },
    { role: "user", content: "more" },
  ]);
});

it("a request can be copied for a shell, whatever it holds", () => {
  expect(snippet("curl", run.request, "http://x")).toContain(`"content": "it'\\''s"`);
  expect(snippet("openai", run.request, "http://x")).toContain('baseURL: "http://x/v1"');
  expect(snippet("ai-sdk", run.request, "http://x")).toContain('palimpsest("m")');
});
