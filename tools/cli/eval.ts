/** `palimpsest eval`: runs a suite of tasks through a package on this machine or through a server, and reports the results. */
import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import { Command, InvalidArgumentError, Option } from "commander";
import { evaluate, type Judging, type Plan, type Round } from "../eval/evaluate.ts";
import { createIsolatedRunner, hasPython, isolatedPython } from "../eval/isolated.ts";
import { type Mode, parseMode, sweptModes } from "../eval/modes.ts";
import { pairedTable } from "../eval/paired.ts";
import { type Figures, figures, markdownTable } from "../eval/report.ts";
import { openLocal, openRecorded, openRemote, type Respondent } from "../eval/respondent.ts";
import { readSuite } from "../eval/suite.ts";
import { sweepPlot } from "../eval/sweep-plot.ts";
import type { Task } from "../eval/task.ts";
import { transcripts } from "../eval/transcripts.ts";
import { wholeNumber } from "./arguments.ts";
import { interruptSignal } from "./interrupt.ts";

/** Twice the longest reference of our own suite; published suites need more. */
const DEFAULT_MAX_TOKENS = 1024;
const DEFAULT_CONCURRENCY = 1;

interface EvalFlags {
  readonly suite: readonly string[];
  readonly model?: string;
  readonly url?: string;
  readonly answers?: string;
  readonly apiKey?: string;
  readonly servedModel?: string;
  readonly mode?: readonly Mode[];
  readonly sweep?: boolean;
  readonly samples: number;
  readonly temperature?: number;
  readonly k?: readonly number[];
  readonly family?: readonly string[];
  readonly without?: readonly string[];
  readonly limit?: number;
  readonly maxTokens: number;
  readonly concurrency: number;
  readonly threads?: number;
  readonly out?: string;
}

export function evalCommand(): Command {
  return new Command("eval")
    .description("measure quality against speed on a suite of tasks")
    .requiredOption("--suite <file...>", "JSONL file: Palimpsest's own form, HumanEval(+), MBPP(+) or GSM8K")
    .addOption(new Option("--model <package>", "folder of the model package").conflicts("url"))
    .option("--url <url>", "a server's address, without /v1")
    .addOption(
      new Option(
        "--answers <file>",
        "judge another program's answers: JSONL with id, text, tokens, forwards, seconds",
      ).conflicts(["model", "url", "mode", "sweep", "samples", "temperature"]),
    )
    .option("--api-key <key>", "API key for the server")
    .option("--served-model <id>", "model on the server (default: its first)")
    .addOption(
      new Option(
        "--mode <mode>",
        "quality, speed, speed/off (no editing), speed/window2 (two blocks), or THRESHOLD/EDITING as 0.6/0.2; any of them with /grammar (JSON and calls by their schemas); may be repeated (default: quality and speed)",
      ).argParser((text, before?: readonly Mode[]) => [...(before ?? []), mode(text)]),
    )
    .addOption(new Option("--sweep", "run a grid of thresholds and plot it").conflicts("mode"))
    .option("--samples <n>", "answers per task; more than one needs a temperature", wholeNumber(1), 1)
    .option("--temperature <t>", "draw tokens at this temperature (default: always the best token)", temperature)
    .addOption(
      new Option("--k <k>", "also print pass@k, may be repeated").argParser((text, before?: readonly number[]) => [
        ...(before ?? []),
        wholeNumber(1)(text),
      ]),
    )
    .option("--family <family...>", "only tasks of these families")
    .option("--without <text...>", "only tasks whose messages have none of these texts")
    .option("--limit <n>", "only the first tasks", wholeNumber(1))
    .option("--max-tokens <n>", "token limit of an answer", wholeNumber(1), DEFAULT_MAX_TOKENS)
    .option("--concurrency <n>", "requests in flight", wholeNumber(1), DEFAULT_CONCURRENCY)
    .option("--threads <n>", "threads of one operator, with --model (default: 1)", wholeNumber(1))
    .option(
      "--out <folder>",
      "write report.json, report.md, answers.jsonl, transcripts.md and, with --sweep, sweep.svg",
    )
    .action(run);
}

async function run(flags: EvalFlags, command: Command): Promise<void> {
  const ks = flags.k ?? [];
  if (flags.samples > 1 && flags.temperature === undefined)
    usage(command, "--samples above 1 needs a --temperature: without one all answers are the same");
  if (ks.some((k) => k > flags.samples)) usage(command, "--k is at most --samples");
  if ((flags.model ?? flags.url ?? flags.answers) === undefined)
    usage(command, "--model, --url or --answers is needed");
  const tasks = await select(flags);
  const signal = interruptSignal();
  await using respondent = await open(flags);
  const modes = chooseModes(flags);
  const judging: Judging = { runner: createIsolatedRunner(), verdicts: new Map() };
  const { out } = flags;
  if (out !== undefined) await begin(out);
  const rounds: Round[] = [];
  for (const one of modes) {
    const { samples, temperature, maxTokens, concurrency } = flags;
    const plan: Plan = {
      tasks,
      mode: one,
      samples,
      maxTokens,
      concurrency,
      ...(temperature !== undefined && { temperature }),
    };
    const round = await evaluate(respondent, plan, judging, shower(one, tasks.length * samples), signal);
    rounds.push(round);
    if (out !== undefined) await keepAnswers(out, round);
    if (out !== undefined && rounds.length === 1)
      await writeFile(join(out, "transcripts.md"), transcripts(tasks, round));
    const refused = round.answers.filter(({ forwards }) => forwards === 0);
    if (refused.length > 0)
      console.error(
        `${one.name}: ${refused.length} were rejected and count as failed; first reason: ${refused[0]?.reason}`,
      );
  }
  const rows = rounds.map((round) => figures(round, ks));
  const conditions = describe(flags, respondent, rounds);
  const table = markdownTable(flags.sweep ? rows.map((own) => own.at(-1) as Figures) : rows.flat());
  const text = `${[conditions, table, pairedTable(rounds)].filter((part) => part !== undefined).join("\n\n")}\n`;
  process.stdout.write(text);
  if (out !== undefined) await write(out, { flags, text, rows, conditions });
}

/** Selects the tasks that the flags name. @throws PackageError */
async function select({ suite, family, without = [], limit }: EvalFlags): Promise<Task[]> {
  const suites = await Promise.all(suite.map(readSuite));
  const all = suites.flat();
  const twice = [...Map.groupBy(all, ({ id }) => id)].find(([, own]) => own.length > 1)?.[0];
  if (twice !== undefined) {
    const files = suite.filter((_, i) => suites[i]?.some(({ id }) => id === twice));
    throw new PackageError(`${files.join(" and ")} both contain the task id ${twice}: evaluate them separately`);
  }
  const known = new Set(all.map((task) => task.family));
  const unknown = family?.find((one) => !known.has(one));
  if (unknown !== undefined)
    throw new PackageError(`${suite}: no family ${unknown}; its families are ${[...known].join(", ")}`);
  const isAsked = ({ messages }: Task) =>
    !messages.some(({ content }) => without.some((text) => content.includes(text)));
  const tasks = all.filter((task) => (family?.includes(task.family) ?? true) && isAsked(task)).slice(0, limit);
  if (tasks.some(({ tests }) => tests.kind === "python") && !(await hasPython()))
    throw new PackageError(`${suite}: answers in Python need python3 on the PATH; install it or choose another suite`);
  if (tasks.some(needsNumpy) && (await isolatedPython("import numpy")) !== undefined)
    throw new PackageError(`${suite}: its tests need numpy; install it for python3`);
  return tasks;
}

function needsNumpy({ tests }: Task): boolean {
  return tests.kind === "python" && /^\s*(import|from)\s+numpy\b/m.test(`${tests.before}\n${tests.after}`);
}

function chooseModes({ sweep, answers, mode: modes }: EvalFlags): readonly Mode[] {
  if (answers !== undefined) return [{ name: "recorded", parameters: {} }];
  return sweep ? sweptModes() : (modes ?? ["quality", "speed"].map(mode));
}

function open({ model, url, answers, apiKey, servedModel, threads, concurrency }: EvalFlags): Promise<Respondent> {
  if (answers !== undefined) return openRecorded(answers);
  if (url === undefined)
    return openLocal({ package: model as string, capacity: concurrency, ...(threads !== undefined && { threads }) });
  return openRemote(url, {
    ...(apiKey !== undefined && { apiKey }),
    ...(servedModel !== undefined && { model: servedModel }),
  });
}

function describe(
  { suite, url, answers: file, without, limit, temperature }: EvalFlags,
  { model }: Respondent,
  rounds: readonly Round[],
): string {
  const [first] = rounds;
  const where = file !== undefined ? "as recorded" : url !== undefined ? `at ${url}` : "in process";
  const count = rounds.reduce((total, { answers }) => total + answers.length, 0);
  const seconds = rounds.reduce((total, round) => total + round.seconds, 0);
  return [
    `${model} ${where}, ${suite.join(", ")}${without === undefined ? "" : ` without ${without.join(", ")}`}${limit === undefined ? "" : `, first ${limit}`}`,
    `${new Set(first?.answers.map(({ id }) => id)).size} tasks, ${count} answers in ${seconds.toFixed(0)} s`,
    temperature === undefined ? "greedy" : `temperature ${temperature}`,
    `${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.version}`,
  ].join("; ");
}

const ANSWERS_FILE = "answers.jsonl";

/** Creates the output files before the first question, so that an unwritable folder fails immediately. */
async function begin(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, ANSWERS_FILE), "");
  } catch (cause) {
    throw new PackageError(`--out: ${(cause as Error).message}`, { cause });
  }
}

/** Writes the answers of a mode, so that they stay if a later mode fails. */
async function keepAnswers(folder: string, { answers }: Round): Promise<void> {
  await appendFile(join(folder, ANSWERS_FILE), answers.map((answer) => `${JSON.stringify(answer)}\n`).join(""));
}

async function write(
  folder: string,
  report: { flags: EvalFlags; text: string; rows: readonly Figures[][]; conditions: string },
): Promise<void> {
  const { flags, text, rows, conditions } = report;
  await writeFile(join(folder, "report.md"), text);
  await writeFile(join(folder, "report.json"), `${JSON.stringify({ conditions, figures: rows.flat() }, null, 2)}\n`);
  if (!flags.sweep) return;
  await writeFile(
    join(folder, "sweep.svg"),
    sweepPlot(
      rows.map((own) => own.at(-1) as Figures),
      conditions,
    ),
  );
}

function shower({ name }: Mode, total: number): (done: number) => void {
  if (!process.stderr.isTTY) return () => {};
  return (done) => process.stderr.write(`\r${name}: ${done} of ${total}${done === total ? "\n" : ""}`);
}

function mode(text: string): Mode {
  const parsed = parseMode(text);
  if (parsed) return parsed;
  throw new InvalidArgumentError(
    "It must be quality or speed, optionally with /off, or two probabilities as in 0.6/0.2 or 0.6/off; optionally followed by /window2 to /window8, and by /grammar.",
  );
}

function temperature(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0) return value;
  throw new InvalidArgumentError("It must be a number above 0.");
}

function usage(command: Command, message: string): never {
  return command.error(`error: ${message}`, { exitCode: 2 });
}
