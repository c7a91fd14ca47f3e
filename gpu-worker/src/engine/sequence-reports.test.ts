import { expect, it } from "vitest";
import type { SequenceStep } from "./sequence.ts";
import { BlockSums, type SequenceReport, SequenceReports } from "./sequence-reports.ts";

const place = { responseId: "r", attempt: 2, choice: 1 };
const edit = (op: "unmask" | "substitute" | "remask") =>
  ({ op, at: 0, to: 0, probability: 1 }) as Extract<SequenceStep, { kind: "denoise" }>["edits"][number];

it("reports the prefill and each block, with its steps, its edits and the waits meanwhile", async () => {
  const reports: SequenceReport[] = [];
  const wait = { rank: 1, ms: 5 };
  const followed = new SequenceReports(place, { observe: (report) => reports.push(report), waits: [wait] });
  async function* steps(): AsyncGenerator<SequenceStep> {
    yield { kind: "admitted", cachedTokens: 32, retokenizedTokens: 0 };
    followed.prefilled(32);
    yield { kind: "denoise", block: 0, cells: [1], edits: [edit("unmask"), edit("substitute")] };
    wait.ms += 7;
    yield { kind: "denoise", block: 0, cells: [1], edits: [edit("remask"), edit("unmask")] };
    yield { kind: "commit", block: 0, cells: [1, 2] };
    yield { kind: "denoise", block: 1, cells: [1], edits: [] };
    yield { kind: "commit", block: 1, cells: [3], finish: "stop" };
  }
  expect(await Array.fromAsync(followed.follow(steps()))).toHaveLength(6);
  const edits = { unmask: 2, substitute: 1, delete: 0, insert: 0 };
  expect(reports).toMatchObject([
    { kind: "prefill", ...place, cachedTokens: 32 },
    { kind: "block", ...place, block: 0, steps: 2, tokens: 2, edits, waits: [{ rank: 1, ms: 7 }] },
    { kind: "block", block: 1, steps: 1, tokens: 1, waits: [{ rank: 1, ms: 0 }] },
  ]);
  const [prefill, first, second] = reports as [SequenceReport, SequenceReport, SequenceReport];
  expect(first.startMs).toBe(prefill.endMs);
  expect(second.startMs).toBe(first.endMs);
  const sums = new BlockSums();
  for (const report of reports) sums.add(report);
  expect(sums.blocks).toBe(2);
});
