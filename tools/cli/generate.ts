/** `palimpsest generate`: runs a prompt through a package on this machine, without a server. */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { WorkerError } from "@palimpsest/gpu-worker/errors";
import { readManifest } from "@palimpsest/gpu-worker/files/read-manifest";
import { ExpertLoadCounter, writeExpertLoad } from "@palimpsest/gpu-worker/model/expert-load";
import { type EngineSettings, openEngine } from "@palimpsest/gpu-worker/program/open-engine";
import { defined, type EditEvent, type GenerateRequest, type Prompt, type TokenLogprob } from "@palimpsest/proto";
import { Command, Option } from "commander";
import { z } from "zod";
import { blockLength, probability, wholeNumber } from "./arguments.ts";
import { printEvents } from "./print-events.ts";
import { readExpertLoad } from "./shard.ts";
import { addTokenFlags, type TokenFlags, tokenRequest } from "./token-flags.ts";

interface GenerateFlags extends TokenFlags {
  readonly model: string;
  readonly prompt?: string;
  readonly promptTokens?: string;
  readonly mode?: "speed" | "quality";
  readonly threshold?: number;
  readonly editingThreshold?: number;
  readonly maxPostSteps?: number;
  readonly editingWindow?: number;
  readonly decoding?: "2.0" | "2.1" | "2.2";
  readonly blockLength?: number;
  readonly eos?: number;
  readonly cache: boolean;
  readonly threads?: number;
  readonly expertLoad?: string;
  readonly json?: boolean;
}

export function generateCommand(): Command {
  const command = new Command("generate")
    .description("generate an answer with a model package on this machine")
    .requiredOption("--model <package>", "folder of the model package")
    .addOption(new Option("--prompt <text>", "user message, rendered with the chat template").conflicts("promptTokens"))
    .option("--prompt-tokens <file>", "JSON file with an array of token ids, without a chat template")
    .addOption(new Option("--mode <mode>", "preset of thresholds (default: the rule's)").choices(["speed", "quality"]))
    .option("--threshold <p>", "minimum probability to unmask", probability)
    .option("--editing-threshold <p>", "minimum probability to substitute a token", probability)
    .option("--max-post-steps <n>", "steps allowed after the last mask", wholeNumber(0))
    .option("--editing-window <blocks>", "number of blocks edited together (default: 1, the newest)", wholeNumber(1))
    .addOption(new Option("--decoding <rule>", "decoding rule (default: the model's)").choices(["2.0", "2.1", "2.2"]))
    .option("--block-length <n>", "tokens denoised together (default: the package's)", blockLength)
    .addOption(
      new Option("--eos <token>", "stop at this token instead of the package's")
        .argParser(wholeNumber(0))
        .conflicts("ignoreEos"),
    )
    .option("--no-cache", "recompute the whole sequence at every step: slower, with the same answer")
    .option("--threads <n>", "threads of one operator (default: 1)", wholeNumber(1))
    .option("--expert-load <file>", "add the number of times each expert was chosen to this file, for palimpsest shard")
    .option("--json", "print one line of JSON");
  return addTokenFlags(command).action(generate);
}

async function generate(flags: GenerateFlags, command: Command): Promise<void> {
  const tokens = await readTokens(flags, command);
  const load = flags.expertLoad === undefined ? undefined : await openExpertLoad(flags.model, flags.expertLoad);
  await using engine = await openEngine(settings(flags), load?.onRoute);
  const cancel = new AbortController();
  process.once("SIGINT", () => cancel.abort());
  const events = engine.generate(
    request(flags, prompt(tokens, flags.prompt, engine.model.chat), engine.model.name),
    cancel.signal,
  );
  await print(events, flags.json ?? false);
  await load?.write();
}

async function print(events: AsyncIterable<EditEvent>, json: boolean): Promise<void> {
  if (json) return printJson(await Array.fromAsync(events));
  await printEvents(failing(events));
}

/** Adds to the counts in the file. @throws PackageError when they belong to another model */
async function openExpertLoad(folder: string, path: string) {
  const counter = new ExpertLoadCounter((await readManifest(folder)).config);
  if (existsSync(path)) counter.add(await readExpertLoad(path));
  return {
    onRoute: (layer: number, experts: BigInt64Array) => counter.count(layer, experts),
    write: () => writeFile(path, writeExpertLoad(counter.layers)),
  };
}

async function readTokens({ prompt, promptTokens }: GenerateFlags, command: Command): Promise<number[] | undefined> {
  if (promptTokens === undefined) {
    if (prompt === undefined) command.error("error: --prompt or --prompt-tokens is needed", { exitCode: 2 });
    return undefined;
  }
  const text = await readFile(promptTokens, "utf8").catch((cause: Error) =>
    command.error(`error: --prompt-tokens: ${cause.message}`),
  );
  try {
    return z.array(z.int().nonnegative()).parse(JSON.parse(text));
  } catch {
    return command.error(`error: --prompt-tokens: ${promptTokens} is not a JSON array of token ids`);
  }
}

/** With a chat template, text is a user message; without one, the start of the text to continue. */
function prompt(tokens: readonly number[] | undefined, text = "", chat: boolean): Prompt {
  if (tokens !== undefined) return { kind: "tokens", tokens };
  if (!chat) return { kind: "text", text };
  return { kind: "chat", messages: [{ role: "user", content: text }], tools: [] };
}

function settings({ model, threads, blockLength, eos, cache }: GenerateFlags): EngineSettings {
  return {
    package: model,
    capacity: 1,
    cache,
    ...(threads !== undefined && { threads }),
    ...(blockLength !== undefined && { blockLength }),
    ...(eos !== undefined && { eosTokens: [eos] }),
  };
}

function request(flags: GenerateFlags, prompt: Prompt, model: string): GenerateRequest {
  const { mode, decoding: rule, threshold, editingThreshold, maxPostSteps, editingWindow, penaltyLambda } = flags;
  return {
    responseId: "generate",
    attempt: 1,
    model,
    prompt,
    decoding: defined({ mode, rule, threshold, editingThreshold, maxPostSteps, editingWindow, penaltyLambda }),
    ...tokenRequest(flags),
    choices: 1,
    drafts: !flags.json && process.stdout.isTTY,
    committed: [],
  };
}

/** Passes events on. @throws WorkerError for an error event */
async function* failing(events: AsyncIterable<EditEvent>): AsyncGenerator<EditEvent, void, void> {
  for await (const event of events) {
    if (event.type === "error")
      throw new WorkerError(event.code, event.message, event.param === undefined ? {} : { param: event.param });
    yield event;
  }
}

/**
 * `{ tokens, text, finish_reason, forwards, prefill_forwards, edits }`, and `logprobs` if requested; `tokens` and `logprobs`
 * include the stop token.
 */
function printJson(events: readonly EditEvent[]): void {
  const tokens: number[] = [];
  const logprobs: TokenLogprob[] = [];
  let text = "";
  let finish_reason: string | undefined;
  for (const event of events) {
    if (event.type === "error") throw new WorkerError(event.code, event.message);
    if (event.type === "commit") {
      tokens.push(...(event.token_ids ?? []));
      logprobs.push(...(event.logprobs ?? []));
      text += event.text;
    }
    if (event.type === "done") finish_reason = event.finish_reason;
    if (event.type !== "end") continue;
    const { forwards, prefill_forwards, edits } = event.usage;
    const counts = { forwards, prefill_forwards, edits };
    console.log(JSON.stringify({ tokens, text, finish_reason, ...counts, ...(logprobs.length > 0 && { logprobs }) }));
  }
}
