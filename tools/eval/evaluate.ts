/**
 * Sends every task of a suite to a respondent under one mode, then judges the answers. It reads and writes no files.
 */

import { WorkerError } from "@palimpsest/gpu-worker/errors";
import type { CountedOp, FinishReason, Usage } from "@palimpsest/proto";
import { changingDrafts, firstDraft } from "./first-draft.ts";
import type { Mode } from "./modes.ts";
import type { Respondent } from "./respondent.ts";
import { type CodeForm, codeForm, type Runner, score, type Verdict, valid } from "./score.ts";
import type { Task } from "./task.ts";

export interface Plan {
  readonly tasks: readonly Task[];
  readonly mode: Mode;
  /** Answers per task; more than one needs a temperature. */
  readonly samples: number;
  readonly temperature?: number;
  readonly maxTokens: number;
  /** Requests in flight. */
  readonly concurrency: number;
}

/** An answer with its verdict and its cost. */
export interface Answer {
  readonly id: string;
  readonly family: string;
  /** Kind of the tests that judged the answer. */
  readonly kind: Task["tests"]["kind"];
  readonly mode: string;
  readonly sample: number;
  readonly text: string;
  readonly finish: FinishReason | undefined;
  readonly pass: boolean;
  readonly reason?: string;
  /** True if the answer has the requested form; absent if the task requests none. */
  readonly valid?: boolean;
  /** Absent if the task requests no JavaScript. */
  readonly codeForm?: CodeForm;
  /** The text of each cell's first token, and its verdict; absent if the events do not determine it. */
  readonly firstDraft?: { readonly text: string; readonly pass: boolean };
  readonly tokens: number;
  readonly forwards: number;
  readonly prefillForwards: number;
  /** Denoise forwards without a visible change; absent if drafts were dropped, several blocks were open or a grammar was in force. */
  readonly confirmingForwards?: number;
  readonly edits: Readonly<Record<CountedOp, number>>;
  /** What a grammar did; absent without one. */
  readonly grammar?: Usage["grammar"];
  /** From the request to the last event. */
  readonly seconds: number;
}

/** All answers under one mode, and the time that answering took, without judging. */
export interface Round {
  readonly mode: Mode;
  readonly answers: readonly Answer[];
  readonly seconds: number;
}

export interface Judging {
  readonly runner: Runner;
  /** Verdicts so far, by task and text: most answers of two modes are the same. */
  readonly verdicts: Map<string, Promise<Verdict>>;
}

type Unjudged = Omit<Answer, "pass" | "reason" | "valid" | "codeForm" | "firstDraft"> & {
  readonly task: Task;
  readonly first?: string;
  readonly refused?: string;
};

/** Judging begins after the last answer, so that it does not disturb the measured speed. @throws WorkerError */
export async function evaluate(
  respondent: Respondent,
  plan: Plan,
  judging: Judging,
  progress: (done: number) => void,
  signal: AbortSignal,
): Promise<Round> {
  const questions = plan.tasks.flatMap((task) =>
    Array.from({ length: plan.samples }, (_, sample) => ({ task, sample })),
  );
  const began = performance.now();
  let done = 0;
  const failure = new AbortController();
  const stop = AbortSignal.any([signal, failure.signal]);
  const unjudged = await mapConcurrently(questions, plan.concurrency, async ({ task, sample }) => {
    try {
      stop.throwIfAborted();
      const answer = await ask(respondent, plan, task, sample, stop);
      progress(++done);
      return answer;
    } catch (error) {
      failure.abort(error);
      throw error;
    }
  });
  const seconds = (performance.now() - began) / 1000;
  const answers = await Promise.all(unjudged.map((answer) => judge(answer, judging)));
  return { mode: plan.mode, answers, seconds };
}

async function ask(
  respondent: Respondent,
  { mode, maxTokens, temperature }: Plan,
  task: Task,
  sample: number,
  signal: AbortSignal,
): Promise<Unjudged> {
  const sampling = temperature === undefined ? {} : { sampling: { temperature, seed: sample } };
  const response = await respondent.ask({ task, mode, maxTokens, ...sampling }, signal).catch(refusal);
  const base = { task, id: task.id, family: task.family, kind: task.tests.kind, mode: mode.name, sample };
  if (response instanceof WorkerError) return { ...base, ...UNANSWERED, refused: response.message };
  const { events, seconds } = response;
  const usage = events.flatMap((event) => (event.type === "end" ? [event.usage] : []))[0] as Usage;
  const first = firstDraft(events);
  // With several blocks open, each forward sends a draft of each block, and a grammar drafts without forwards: then drafts do not
  // count forwards.
  const isCounted = (mode.parameters.editing_window ?? 1) === 1 && usage.grammar === undefined;
  const changing = !isCounted ? undefined : changingDrafts(events);
  return {
    ...base,
    text: events.map((event) => (event.type === "commit" ? event.text : "")).join(""),
    finish: events.flatMap((event) => (event.type === "done" ? [event.finish_reason] : []))[0],
    ...(first !== undefined && { first }),
    tokens: usage.completion_tokens,
    forwards: usage.forwards,
    prefillForwards: usage.prefill_forwards,
    ...(changing !== undefined && { confirmingForwards: usage.forwards - changing }),
    edits: usage.edits,
    ...(usage.grammar && { grammar: usage.grammar }),
    seconds,
  };
}

const UNANSWERED = {
  seconds: 0,
  text: "",
  finish: undefined,
  tokens: 0,
  forwards: 0,
  prefillForwards: 0,
  edits: { unmask: 0, substitute: 0, delete: 0, insert: 0 },
} as const;

/**
 * The rejection, if the model cannot take the task (an unsupported role, a prompt beyond its context); the task then
 * fails. Throws any other error.
 */
function refusal(error: unknown): WorkerError {
  if (error instanceof WorkerError && REFUSALS.has(error.code) && /^(messages|tools)\b/.test(error.param ?? ""))
    return error;
  throw error;
}

const REFUSALS: ReadonlySet<string> = new Set(["invalid_request", "context_length_exceeded"]);

async function judge({ task, first, refused, ...answer }: Unjudged, { runner, verdicts }: Judging): Promise<Answer> {
  if (refused !== undefined) return { ...answer, pass: false, reason: refused };
  const verdict = (text: string): Promise<Verdict> => {
    const key = `${task.id}\0${text}`;
    const known = verdicts.get(key) ?? score(task, text, runner);
    verdicts.set(key, known);
    return known;
  };
  const { pass, ...why } = await verdict(answer.text);
  const draft = first === undefined ? {} : { firstDraft: { text: first, pass: (await verdict(first)).pass } };
  const isValid = valid(task, answer.text);
  const form = codeForm(task, answer.text);
  const forms = { ...(isValid !== undefined && { valid: isValid }), ...(form && { codeForm: form }) };
  return { ...answer, pass, ...why, ...forms, ...draft };
}

/** Like Promise.all over map, with at most `limit` running. */
async function mapConcurrently<T, R>(items: readonly T[], limit: number, map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [i, item] of queue) results[i] = await map(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
