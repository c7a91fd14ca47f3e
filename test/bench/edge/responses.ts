/** The scripted responses of the edge's benchmark, by the text of the prompt that asks for them. */
import { setTimeout as sleep } from "node:timers/promises";
import type { EditEvent, GenerateRequest } from "@palimpsest/proto";
import { opening, usage } from "../../support/fakes/synthetic-response.ts";
import type { Plan } from "./plan.ts";

const TEXT =
  "def f(n):\n    return sum(i * i for i in range(n) if i % 3 == 0)\n# and so on, a block of 32 tokens here\n";
const COMMIT_MS = 20;
const DRAFTS_PER_SECOND = 30;

/** Milliseconds on a clock that all processes of the machine share. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Commits of a response that a client leaves. */
export const ENDLESS = 10_000;

/** The plan in a prompt: `{"commits": 7}`, as JSON. */
export function planOf({ prompt }: Pick<GenerateRequest, "prompt">): Plan {
  const asked = prompt.kind === "chat" ? prompt.messages.at(-1)?.content : undefined;
  return JSON.parse(asked ?? "{}");
}

export async function* responseTo(
  request: Pick<GenerateRequest, "prompt" | "responseId">,
): AsyncGenerator<EditEvent, void> {
  const { responseId } = request;
  const { commits, isPaced = false, hasDrafts = false } = planOf(request);
  const events = isPaced ? paced(commits, hasDrafts) : atOnce(commits);
  let seq = 0;
  for await (const event of events)
    yield { v: 1, response_id: responseId, attempt: 1, seq: seq++, ...event } as EditEvent;
}

type Base = "v" | "response_id" | "attempt" | "seq";
type Without<E> = E extends EditEvent ? Omit<E, Base> : never;
type Body = Without<EditEvent>;

/** `commits` + 3 events. */
function* atOnce(commits: number): Generator<Body> {
  yield { ...opening, model: "scripted", choices: 1 };
  let start = 0;
  for (let block = 0; block < commits; block++) {
    yield { type: "commit", choice: 0, block, text: TEXT, start, length: TEXT.length };
    start += TEXT.length;
  }
  yield { type: "done", choice: 0, finish_reason: "stop" };
  yield { type: "end", usage };
}

/** Commits, and drafts between them, that carry the time at which they are due. */
async function* paced(commits: number, hasDrafts: boolean): AsyncGenerator<Body, void> {
  yield { ...opening, model: "scripted", choices: 1 };
  const startMs = sharedNow() + Math.random() * COMMIT_MS;
  const draftMs = 1000 / DRAFTS_PER_SECOND;
  let start = 0;
  let rev = 0;
  for (let block = 0; block < commits; block++) {
    const dueMs = startMs + (block + 1) * COMMIT_MS;
    const draftDueMs = startMs + rev * draftMs;
    if (hasDrafts && draftDueMs < dueMs) {
      await until(draftDueMs);
      yield { type: "draft", choice: 0, block, rev: rev++, content: [due(draftDueMs), 20], edits: [] };
    }
    await until(dueMs);
    const text = due(dueMs);
    yield { type: "commit", choice: 0, block, text, start, length: text.length };
    start += text.length;
  }
  yield { type: "done", choice: 0, finish_reason: "stop" };
  yield { type: "end", usage };
}

function due(ms: number): string {
  return `@${ms.toFixed(3)}@`;
}

async function until(ms: number): Promise<void> {
  const leftMs = ms - sharedNow();
  if (leftMs > 0) await sleep(leftMs);
}
