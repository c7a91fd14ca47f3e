/** Figures of a round, by family, by kind of test and in total, and as Markdown. */
import type { CountedOp } from "@palimpsest/proto";
import type { Answer, Round } from "./evaluate.ts";
import type { CodeForm } from "./score.ts";
import { bootstrapMean, type Estimate, mean, passAtK, wilson } from "./statistics.ts";

/** A row of figures about a subset of a round's answers. Means are per answer. */
export interface Figures {
  readonly mode: string;
  readonly group: string;
  readonly tasks: number;
  readonly answers: number;
  /** Wilson's interval with one answer per task, otherwise a bootstrap over tasks. */
  readonly passAt1: Estimate;
  /** Share of answers with the requested form, among tasks that request JSON or calls; absent if none does. */
  readonly valid?: Estimate;
  /** Shares of the answers that decline in a sentence, and that are broken syntax, among tasks that request JavaScript. */
  readonly declined?: number;
  readonly broken?: number;
  /** By k, for every requested k; a bootstrap over tasks. */
  readonly passAtK: Readonly<Record<number, Estimate>>;
  /** Answers with a known first draft; of these, the passing first drafts, and the passes that an edit rescued. */
  readonly draftsKnown: number;
  readonly draftsPass: number;
  readonly rescued: number;
  readonly tokens: number;
  readonly tokensPerForward: number;
  readonly forwards: number;
  /** Share of denoise forwards that changed nothing, among answers for which that is known. */
  readonly confirming: number;
  readonly edits: Readonly<Record<CountedOp, number>>;
  /** Speed of one stream: tokens divided by the seconds that its answers took. */
  readonly tokensPerSecond: number;
}

/** Rows for each family, for each kind of test with several families, and for `all`. */
export function figures(round: Round, ks: readonly number[]): Figures[] {
  const { answers } = round;
  const families = Map.groupBy(answers, ({ family }) => family);
  const kinds = Map.groupBy(answers, ({ kind }) => kind);
  const rows = [...families].map(([family, own]) => row(round, family, own, ks));
  for (const [kind, own] of kinds) {
    if (new Set(own.map(({ family }) => family)).size > 1) rows.push(row(round, `all ${kind}`, own, ks));
  }
  return rows.length > 1 ? [...rows, row(round, "all", answers, ks)] : rows;
}

function row({ mode }: Round, group: string, answers: readonly Answer[], ks: readonly number[]): Figures {
  const perTask = [...Map.groupBy(answers, ({ id }) => id).values()].map((own) => ({
    count: own.length,
    hits: own.filter(({ pass }) => pass).length,
  }));
  const single = perTask.every(({ count }) => count === 1);
  const hits = perTask.reduce((total, task) => total + task.hits, 0);
  const estimate = (k: number): Estimate => bootstrapMean(perTask.map((task) => passAtK(task.count, task.hits, k)));
  const drafted = answers.filter(({ firstDraft }) => firstDraft !== undefined);
  const confirmed = answers.map(({ confirmingForwards = 0 }) => confirmingForwards);
  const formed = answers.filter((one) => one.valid !== undefined);
  const coded = answers.filter((one) => one.codeForm !== undefined);
  const shareOf = (form: CodeForm): number => coded.filter(({ codeForm }) => codeForm === form).length / coded.length;
  const sum = (value: (answer: Answer) => number): number => answers.reduce((total, one) => total + value(one), 0);
  const average = (value: (answer: Answer) => number): number => mean(answers.map(value));
  return {
    mode: mode.name,
    group,
    tasks: perTask.length,
    answers: answers.length,
    passAt1: single ? wilson(hits, answers.length) : estimate(1),
    ...(formed.length > 0 && { valid: share(formed, single) }),
    ...(coded.length > 0 && { declined: shareOf("declined"), broken: shareOf("broken") }),
    passAtK: Object.fromEntries(ks.map((k) => [k, estimate(k)])),
    draftsKnown: drafted.length,
    draftsPass: drafted.filter(({ firstDraft }) => firstDraft?.pass).length,
    rescued: drafted.filter(({ firstDraft, pass }) => pass && !firstDraft?.pass).length,
    tokens: average(({ tokens }) => tokens),
    tokensPerForward: sum(({ tokens }) => tokens) / sum(({ forwards }) => forwards),
    forwards: average(({ forwards }) => forwards),
    confirming: confirmed.reduce((a, b) => a + b, 0) / sum((one) => (knowsConfirming(one) ? one.forwards : 0)),
    edits: {
      unmask: average(({ edits }) => edits.unmask),
      substitute: average(({ edits }) => edits.substitute),
      delete: average(({ edits }) => edits.delete),
      insert: average(({ edits }) => edits.insert),
    },
    tokensPerSecond: sum(({ tokens }) => tokens) / sum(({ seconds }) => seconds),
  };
}

/** Share of valid answers; with several answers per task a bootstrap over tasks. */
function share(answers: readonly Answer[], single: boolean): Estimate {
  if (single) return wilson(answers.filter(({ valid }) => valid).length, answers.length);
  const tasks = Map.groupBy(answers, ({ id }) => id).values();
  return bootstrapMean([...tasks].map((own) => mean(own.map(({ valid }) => Number(valid)))));
}

function knowsConfirming({ confirmingForwards }: Answer): boolean {
  return confirmingForwards !== undefined;
}

/** A table with a line for each row. */
export function markdownTable(rows: readonly Figures[]): string {
  const ks = Object.keys(rows[0]?.passAtK ?? {}).map(Number);
  const table = [
    [
      "mode",
      "tasks of",
      "n",
      "pass@1 (95%)",
      ...ks.map((k) => `pass@${k} (95%)`),
      "valid (95%)",
      "declined",
      "do not parse",
      "first drafts that pass",
      "passes that an edit rescued",
      "tokens",
      "TPF",
      "forwards",
      "confirming",
      "substitutions",
      "deletions",
      "insertions",
      "tokens/s",
    ],
    ...rows.map((one) => [
      one.mode,
      one.group,
      one.answers === one.tasks ? `${one.tasks}` : `${one.tasks} x ${one.answers / one.tasks}`,
      interval(one.passAt1),
      ...ks.map((k) => interval(one.passAtK[k] as Estimate)),
      one.valid === undefined ? "-" : interval(one.valid),
      one.declined === undefined ? "-" : percent(one.declined),
      one.broken === undefined ? "-" : percent(one.broken),
      one.draftsKnown === 0 ? "unknown" : `${percent(one.draftsPass / one.draftsKnown)} of ${one.draftsKnown}`,
      one.draftsKnown === 0 ? "unknown" : `${one.rescued}`,
      one.tokens.toFixed(1),
      one.tokensPerForward.toFixed(2),
      one.forwards.toFixed(1),
      percent(one.confirming),
      one.edits.substitute.toFixed(2),
      one.edits.delete.toFixed(2),
      one.edits.insert.toFixed(2),
      one.tokensPerSecond.toFixed(0),
    ]),
  ];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((line) => line[column]!.length)));
  const lines = table.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`);
  return [lines[0], `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...lines.slice(1)].join("\n");
}

function interval({ value, low, high }: Estimate): string {
  return `${percent(value)} (${(100 * low).toFixed(1)}-${(100 * high).toFixed(1)})`;
}

function percent(share: number): string {
  if (Number.isNaN(share)) return "unknown";
  return `${(100 * share).toFixed(1)}%`;
}
