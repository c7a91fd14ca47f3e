/** An evaluation from questions to figures, with a scripted respondent. */
import type { EditEvent } from "@palimpsest/proto";
import { expect, it } from "vitest";
import { WorkerError } from "../../gpu-worker/src/errors.ts";
import { evaluate, type Plan } from "./evaluate.ts";
import { parseMode } from "./modes.ts";
import { figures, markdownTable } from "./report.ts";
import type { Respondent } from "./respondent.ts";
import { runCalls } from "./run-calls.ts";
import { sweepPlot } from "./sweep-plot.ts";
import type { Task } from "./task.ts";

const runner = { calls: (list: Parameters<typeof runCalls>[0]) => runCalls(list, 250), python: async () => "none" };
const task = (id: string, family: string): Task => ({
  id,
  family,
  messages: [{ role: "user", content: id }],
  tests: { kind: "code", cases: [{ args: [2], expected: 4 }] },
});

/** Writes `first`, then replaces it with `last`, in three forwards of which the third changes nothing. */
function edited(first: string, last: string): EditEvent[] {
  const base = { v: 1, response_id: "r", attempt: 1, choice: 0, block: 0 } as const;
  const usage = { prompt_tokens: 9, cached_tokens: 0, completion_tokens: 12, forwards: 3, prefill_forwards: 1 };
  const change = { op: "substitute", at: 0, offset: 0, before: first, after: last, p: 0.9 } as const;
  return [
    {
      ...base,
      type: "draft",
      seq: 1,
      rev: 0,
      content: [first],
      edits: [{ op: "unmask", at: 0, offset: 0, after: first, p: 1 }],
    },
    { ...base, type: "draft", seq: 2, rev: 1, content: [last], edits: first === last ? [] : [change] },
    { ...base, type: "draft", seq: 3, rev: 2, content: [last], edits: [] },
    { ...base, type: "commit", seq: 4, text: last, start: 0, length: last.length },
    { ...base, type: "done", seq: 5, finish_reason: "stop" },
    {
      ...base,
      type: "end",
      seq: 6,
      usage: {
        ...usage,
        edits: { unmask: 1, substitute: first === last ? 0 : 1, delete: 0, insert: 0 },
      },
    },
  ];
}

const RIGHT = "function f(x) { return 2 * x; }";
const WRONG = "function f(x) { return 2 - x; }";
const answers: Record<string, EditEvent[]> = {
  right: edited(RIGHT, RIGHT),
  rescued: edited(WRONG, RIGHT),
  spoiled: edited(RIGHT, WRONG),
};

const respondent: Respondent = {
  model: "scripted",
  async ask({ task: { id } }) {
    const events = answers[id];
    if (events === undefined)
      throw new WorkerError("invalid_request", "no place for it", { param: "messages[0].role" });
    return { events, seconds: 0.5 };
  },
  async [Symbol.asyncDispose]() {},
};

const plan: Plan = {
  tasks: [task("right", "easy"), task("rescued", "easy"), task("spoiled", "hard"), task("refused", "hard")],
  mode: parseMode("speed")!,
  samples: 1,
  maxTokens: 64,
  concurrency: 2,
};
const judging = () => ({ runner, verdicts: new Map() });
const quiet = (): void => {};

it("counts passes, first drafts, rescues and forwards, per family and in total", async () => {
  const round = await evaluate(respondent, plan, judging(), quiet, new AbortController().signal);
  const [easy, hard, code, all] = figures(round, []);
  expect([easy, hard, code, all].map((row) => [row?.group, row?.tasks, row?.passAt1.value])).toEqual([
    ["easy", 2, 1],
    ["hard", 2, 0],
    ["all code", 4, 0.5],
    ["all", 4, 0.5],
  ]);
  expect(all).toMatchObject({ draftsKnown: 3, draftsPass: 2, rescued: 1, tokensPerForward: 4 });
  expect(all?.confirming).toBeCloseTo(4 / 9);
  expect(all?.edits.substitute).toBe(0.5);
  expect(round.answers.find(({ id }) => id === "refused")).toMatchObject({ pass: false, reason: "no place for it" });
  const table = markdownTable(figures(round, []));
  expect(table.split("\n").at(-1)).toMatch(
    /^\| speed \| all +\| 4 +\| 50\.0% \(15\.0-85\.0\) +\| - +\| 0\.0% +\| 0\.0% +\| 66\.7% of 3 +\| 1 /,
  );
});

it("judges each distinct text of a task once", async () => {
  let runs = 0;
  const counting = {
    verdicts: new Map(),
    runner: {
      ...runner,
      calls(list: Parameters<typeof runCalls>[0]) {
        runs++;
        return runCalls(list, 250);
      },
    },
  };
  const signal = new AbortController().signal;
  await evaluate(respondent, plan, counting, quiet, signal);
  await evaluate(respondent, { ...plan, mode: parseMode("quality")! }, counting, quiet, signal);
  // Three tasks, each with its first and its last text where they differ.
  expect(runs).toBe(5);
});

it("estimates pass@k for each task with several answers", async () => {
  const signal = new AbortController().signal;
  const varied: Respondent = {
    ...respondent,
    ask: ({ sampling }) =>
      respondent.ask({ task: task(sampling?.seed === 0 ? "right" : "spoiled", "easy") } as never, signal),
  };
  const round = await evaluate(varied, { ...plan, samples: 4, temperature: 1 }, judging(), quiet, signal);
  const all = figures(round, [2, 4]).at(-1);
  expect(all?.answers).toBe(16);
  expect(all?.passAt1.value).toBe(0.25);
  expect(all?.passAtK[2]?.value).toBeCloseTo(0.5);
  expect(all?.passAtK[4]?.value).toBe(1);
});

it("stops at a failure that no task caused, and when it is aborted", async () => {
  const signal = new AbortController().signal;
  const down: Respondent = { ...respondent, ask: () => Promise.reject(new WorkerError("unavailable", "gone")) };
  await expect(evaluate(down, plan, judging(), quiet, signal)).rejects.toThrow("gone");
  await expect(evaluate(respondent, plan, judging(), quiet, AbortSignal.abort())).rejects.toThrow("abort");
});

it("reports a rejected parameter that no task caused, and sends no further request", async () => {
  let asked = 0;
  const waiting = Promise.withResolvers<void>();
  const strict: Respondent = {
    ...respondent,
    async ask(_, signal) {
      if (++asked === 1) throw new WorkerError("invalid_request", "temperature: at most 2", { param: "temperature" });
      signal.addEventListener("abort", () => waiting.resolve());
      await waiting.promise;
      return signal.reason;
    },
  };
  const signal = new AbortController().signal;
  await expect(evaluate(strict, plan, judging(), quiet, signal)).rejects.toThrow("temperature: at most 2");
  await waiting.promise;
  expect(asked).toBe(2);
});

it("does not count confirming forwards when several blocks are open", async () => {
  const signal = new AbortController().signal;
  const round = await evaluate(respondent, { ...plan, mode: parseMode("speed/window2")! }, judging(), quiet, signal);
  expect(round.answers.some((answer) => "confirmingForwards" in answer)).toBe(false);
  expect(markdownTable(figures(round, []))).toContain("unknown");
});

it("plots a line for each editing threshold with a mark for each mode", async () => {
  const signal = new AbortController().signal;
  const rows = [];
  for (const name of ["0.9/off", "0.5/off", "0.9/0"]) {
    const round = await evaluate(respondent, { ...plan, mode: parseMode(name)! }, judging(), quiet, signal);
    rows.push(figures(round, []).at(-1)!);
  }
  const svg = sweepPlot(rows, "a < b");
  expect(svg.match(/<polyline/g)).toHaveLength(2);
  expect(svg.match(/<circle/g)).toHaveLength(3);
  expect(svg).toContain("<title>a &lt; b</title>");
});

it("parses valid modes and rejects everything else", () => {
  expect(parseMode("speed")?.parameters).toEqual({ mode: "speed" });
  expect(parseMode("quality/off")?.parameters).toEqual({ mode: "quality", editing_threshold: 1, max_post_steps: 0 });
  expect(parseMode("0.6/0.2")?.parameters).toEqual({ threshold: 0.6, editing_threshold: 0.2 });
  expect(parseMode("quality/window2")?.parameters).toEqual({ mode: "quality", editing_window: 2 });
  for (const text of ["fast", "0.6", "0.6/", "2/0", "speed/0.5", "", "speed/window9", "/window2"])
    expect(parseMode(text)).toBeUndefined();
});
