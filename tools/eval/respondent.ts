/** Respondents: a server over the public API, a package in this process, or a file of answers from another program. */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, PalimpsestError } from "@palimpsest/client";
import { PackageError, WorkerError } from "@palimpsest/gpu-worker/errors";
import type { EngineSettings } from "@palimpsest/gpu-worker/program/open-engine";
import { openEngineThread } from "@palimpsest/gpu-worker/program/open-engine-thread";
import type { EditEvent } from "@palimpsest/proto";
import { z } from "zod";
import type { Mode } from "./modes.ts";
import { parseLine } from "./suite.ts";
import type { Message, Task } from "./task.ts";
import { grammarParameters, taskGrammar } from "./task-grammar.ts";

/** A server may be full or restarting, and a connection may break: neither may end an hour of requests. */
const ATTEMPTS = 5;
const RETRY_MS = 1_000;

export interface Question {
  readonly task: Task;
  readonly mode: Mode;
  readonly maxTokens: number;
  /** Absent: always the best token. */
  readonly sampling?: { readonly temperature: number; readonly seed: number };
}

export interface Respondent extends AsyncDisposable {
  readonly model: string;
  /** @throws WorkerError if there is no answer */
  ask(question: Question, signal: AbortSignal): Promise<Response>;
}

export interface Response {
  /** All events of one answer, drafts included, `end` last. */
  readonly events: readonly EditEvent[];
  /** From the request to the last event. */
  readonly seconds: number;
}

/** Runs a package in a thread of this process. @throws PackageError */
export async function openLocal(settings: EngineSettings): Promise<Respondent> {
  const engine = await openEngineThread(settings);
  let requests = 0;
  return {
    model: engine.model.name,
    async ask({ task, mode, maxTokens, sampling }, signal) {
      const grammar = mode.grammar && taskGrammar(task);
      const { mode: preset, threshold, editing_threshold, max_post_steps, editing_window } = mode.parameters;
      const request = {
        responseId: `eval-${requests++}`,
        attempt: 1,
        model: engine.model.name,
        prompt: { kind: "chat", messages: task.messages.map(engineMessage), tools: task.tools ?? [] },
        decoding: {
          ...(preset !== undefined && { mode: preset }),
          ...(threshold !== undefined && { threshold }),
          ...(editing_threshold !== undefined && { editingThreshold: editing_threshold }),
          ...(max_post_steps !== undefined && { maxPostSteps: max_post_steps }),
          ...(editing_window !== undefined && { editingWindow: editing_window }),
        },
        ...(sampling && { sampling: { temperature: sampling.temperature, seed: BigInt(sampling.seed) } }),
        ...(grammar && { grammar }),
        maxTokens,
        choices: 1,
        stop: [],
        ignoreEos: false,
        drafts: true,
        committed: [],
      } as const;
      const response = await timed(engine.generate(request, signal));
      const last = response.events.at(-1);
      signal.throwIfAborted();
      if (last?.type === "error") throw new WorkerError(last.code, `${task.id}: ${last.message}`, paramOf(last));
      return response;
    },
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

/**
 * Uses a server. @param model by default its only model @throws WorkerError if it does not answer or serves another
 * model
 */
export async function openRemote(baseUrl: string, options: { apiKey?: string; model?: string }): Promise<Respondent> {
  const client = createClient({ baseUrl, ...(options.apiKey !== undefined && { apiKey: options.apiKey }) });
  const served = await client.models().catch((cause: Error) => {
    throw new WorkerError("unavailable", `${baseUrl}: ${cause.message}`, { cause });
  });
  const model = options.model ?? served[0];
  if (model === undefined || !served.includes(model)) {
    throw new WorkerError("model_not_found", `${baseUrl} serves ${served.join(", ") || "no model"}, not ${model}`);
  }
  return {
    model,
    async ask({ task, mode, maxTokens, sampling }, signal) {
      const request = {
        model,
        messages: task.messages.map(apiMessage),
        ...(task.tools && { tools: task.tools }),
        ...mode.parameters,
        ...(mode.grammar && grammarParameters(task)),
        max_tokens: maxTokens,
        ...sampling,
      };
      for (let attempt = 1; ; attempt++) {
        try {
          return await timed(client.edits(request, { signal }));
        } catch (error) {
          if (!(error instanceof PalimpsestError)) throw error;
          if (error.retryable && attempt < ATTEMPTS) await sleep(RETRY_MS * attempt, undefined, { signal });
          else {
            const options = { cause: error, ...paramOf(error) };
            throw new WorkerError(error.code as "internal", `${task.id}: ${error.message}`, options);
          }
        }
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}

/**
 * Reads answers from a file: JSONL of `{ id, text, tokens, forwards, seconds }`, one line for each task. @throws
 * PackageError
 */
export async function openRecorded(path: string): Promise<Respondent> {
  const answers = new Map<string, z.infer<typeof recorded>>();
  const lines = (await readFile(path, "utf8")).split("\n");
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const answer = parseLine(recorded, line, `${path}:${i + 1}`, "an answer");
    answers.set(answer.id, answer);
  }
  return {
    model: path,
    async ask({ task: { id } }) {
      const answer = answers.get(id);
      if (answer === undefined) throw new PackageError(`${path}: no answer for task ${id}`);
      const { text, tokens: completion_tokens, forwards, seconds } = answer;
      const base = { v: 1, response_id: id, attempt: 1 } as const;
      const edits = { unmask: completion_tokens, substitute: 0, delete: 0, insert: 0 };
      const counts = { prompt_tokens: 0, cached_tokens: 0, completion_tokens, forwards, prefill_forwards: 0 };
      const usage = { ...counts, edits };
      const events: EditEvent[] = [
        { ...base, seq: 0, type: "commit", choice: 0, block: 0, text, start: 0, length: text.length },
        { ...base, seq: 1, type: "end", usage },
      ];
      return { events, seconds };
    },
    async [Symbol.asyncDispose]() {},
  };
}

const recorded = z.object({
  id: z.string(),
  text: z.string(),
  tokens: z.int().nonnegative(),
  forwards: z.int().positive(),
  seconds: z.number().positive(),
});

function paramOf({ param }: { readonly param?: string | undefined }) {
  return param === undefined ? {} : { param };
}

async function timed(events: AsyncIterable<EditEvent>): Promise<Response> {
  const began = performance.now();
  return { events: await Array.fromAsync(events), seconds: (performance.now() - began) / 1000 };
}

function engineMessage({ role, content, tool_calls }: Message) {
  const toolCalls = tool_calls?.map(({ function: { name, arguments: given } }, i) => ({
    id: `call_${i}`,
    name,
    arguments: JSON.stringify(given),
  }));
  return { role, content, ...(toolCalls?.length && { toolCalls }), ...(role === "tool" && { toolCallId: "call_0" }) };
}

function apiMessage(message: Message) {
  const { toolCalls, toolCallId, ...rest } = engineMessage(message);
  return {
    ...rest,
    ...(toolCalls && { tool_calls: toolCalls.map(({ id, ...call }) => ({ id, type: "function", function: call })) }),
    ...(toolCallId !== undefined && { tool_call_id: toolCallId }),
  };
}
