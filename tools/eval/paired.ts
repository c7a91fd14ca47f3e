/** A mode with and without a grammar, task by task. */
import type { Answer, Round } from "./evaluate.ts";
import { GRAMMAR_SUFFIX } from "./modes.ts";
import { mean } from "./statistics.ts";

/** A line for each kind of task whose form a grammar states, and each mode that ran both ways. Undefined if none did. */
export function pairedTable(rounds: readonly Round[]): string | undefined {
  const free = new Map(rounds.map((round) => [round.mode.name, round]));
  const lines = rounds.flatMap((round) => {
    const { name } = round.mode;
    const other = name.endsWith(GRAMMAR_SUFFIX) ? free.get(name.slice(0, -GRAMMAR_SUFFIX.length)) : undefined;
    return other === undefined ? [] : pairs(other, round);
  });
  if (lines.length === 0) return undefined;
  const heads = [
    ...["mode", "tasks of", "n", "valid", "with a grammar", "right", "with a grammar", "right only without"],
    ...[
      "right only with",
      "median forwards",
      "with a grammar",
      "forwards",
      "with a grammar",
      "forced tokens",
      "repairs",
      "forced endings",
    ],
  ];
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [row(heads), row(heads.map(() => "---")), ...lines.map(row)].join("\n");
}

function pairs(free: Round, constrained: Round): (string | number)[][] {
  const own = new Map(constrained.answers.map((answer) => [keyOf(answer), answer]));
  const both = free.answers.flatMap((answer) => {
    const other = own.get(keyOf(answer));
    return other?.grammar === undefined ? [] : [[answer, other] as const];
  });
  return [...Map.groupBy(both, ([{ kind }]) => kind)].map(([kind, all]) => {
    const count = (test: (pair: readonly [Answer, Answer]) => boolean | undefined) =>
      all.filter((pair) => test(pair)).length;
    const total = (of: "forced_tokens" | "repairs" | "forced_finish") =>
      all.reduce((sum, [, { grammar }]) => sum + (grammar?.[of] ?? 0), 0);
    return [
      ...[free.mode.name, kind, all.length],
      ...[count(([a]) => a.valid), count(([, b]) => b.valid), count(([a]) => a.pass), count(([, b]) => b.pass)],
      ...[count(([a, b]) => a.pass && !b.pass), count(([a, b]) => b.pass && !a.pass)],
      ...[median(all.map(([a]) => a.forwards)), median(all.map(([, b]) => b.forwards))],
      ...[mean(all.map(([a]) => a.forwards)).toFixed(2), mean(all.map(([, b]) => b.forwards)).toFixed(2)],
      ...[total("forced_tokens"), total("repairs"), total("forced_finish")],
    ];
  });
}

function keyOf({ id, sample }: Answer): string {
  return `${id} ${sample}`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}
