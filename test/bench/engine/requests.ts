/** Requests and models of the engine's benchmarks. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { GenerateRequest, Message, Usage } from "@palimpsest/proto";
import { drawSample } from "../../../demo-model/data/corpus.ts";
import type { Engine } from "../../../gpu-worker/src/engine/engine.ts";
import { LocalEngine } from "../../../gpu-worker/src/engine/local-engine.ts";
import type { EngineModel } from "../../../gpu-worker/src/engine/sequence.ts";
import { Scheduler } from "../../../gpu-worker/src/memory/scheduler.ts";
import type { Manifest } from "../../../gpu-worker/src/model/manifest.ts";
import { openTokenizer } from "../../../gpu-worker/src/tokenizer/tokenizer.ts";

export const SHIPPED_MODEL = fileURLToPath(new URL("../../../gpu-worker/models/demo", import.meta.url));

/** Prompts of the demo model's held-out tasks, in its chat template. */
export async function demoPrompts({ tokenizer: files }: Manifest, count: number): Promise<number[][]> {
  const file = (name: string | undefined): string => join(SHIPPED_MODEL, name as string);
  const tokenizer = await openTokenizer({
    tokenizer: file(files?.tokenizer),
    config: file(files?.config),
    chatTemplate: file(files?.chatTemplate),
  });
  return demoConversations(count).map((messages) => tokenizer.encodeChat(messages, []));
}

/** Conversations of the demo model's held-out tasks, except those with tools. */
export function demoConversations(count: number): Message[][] {
  const found: Message[][] = [];
  for (let index = 0; found.length < count; index++) {
    const { messages, tools } = drawSample({ seed: 1, split: "test" }, index);
    if (tools === undefined) found.push(messages.map(({ role, content }) => ({ role, content })));
  }
  return found;
}

export function requestOf(prompt: GenerateRequest["prompt"], changes: Partial<GenerateRequest> = {}): GenerateRequest {
  return {
    responseId: "bench",
    attempt: 1,
    model: "bench",
    prompt,
    decoding: {},
    choices: 1,
    stop: [],
    ignoreEos: false,
    drafts: false,
    committed: [],
    ...changes,
  };
}

export interface Answer {
  readonly tokens: readonly number[];
  readonly text: string;
  readonly usage: Usage;
  readonly ms: number;
}

/** @throws Error if the response fails */
export async function answer(
  engine: Engine,
  request: GenerateRequest,
  onCommit: () => void = () => {},
): Promise<Answer> {
  const startMs = performance.now();
  const tokens: number[] = [];
  let text = "";
  for await (const event of engine.generate(request, new AbortController().signal)) {
    if (event.type === "error") throw new Error(event.message);
    if (event.type === "end") return { tokens, text, usage: event.usage, ms: performance.now() - startMs };
    if (event.type !== "commit") continue;
    tokens.push(...(event.token_ids ?? []));
    text += event.text;
    onCommit();
  }
  throw new Error("the response did not end");
}

/** An engine without text, on a model that the benchmark has opened. */
export function engineOn(
  model: EngineModel,
  manifest: Manifest,
  options: { readonly capacity: number; readonly pages: number; readonly prefixCache: boolean },
): Engine {
  const { config, blockLength, maskToken, eosTokens, name, created } = manifest;
  const { capacity, pages, prefixCache } = options;
  const maxContextTokens = Math.min(config.maxPositions, pages * blockLength);
  const info = { name, created, blockLength, maxContextTokens, chat: false, text: false, capacity, capabilities: [] };
  const scheduler = new Scheduler({ capacity, pages, waiting: 1000 });
  return new LocalEngine({ info, vocabSize: config.vocabSize, maskToken, eosTokens, model, scheduler, prefixCache });
}

/** Processor time of this process: other programs affect it less than wall-clock time. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
