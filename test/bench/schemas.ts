/** Prints what becomes of the JSON Schema Test Suite, by keyword: guaranteed or refused. */
import { type Judged, judgedSuite } from "../parity/json-schema-suite/suite.ts";

export async function benchSchemas(): Promise<void> {
  console.log(
    "| file of the suite | taken as it is | taken with a type | refused | valid accepted | invalid refused | violated | valid, refused by rule |",
  );
  console.log("|---|---|---|---|---|---|---|---|");
  const judged = await judgedSuite();
  for (const [keyword, all] of Map.groupBy(judged, ({ keyword }) => keyword)) console.log(row(keyword, all));
  console.log(row("all", judged));
}

function row(name: string, all: readonly Judged[]): string {
  const instances = all.flatMap((one) => one.instances);
  const count = (test: (one: Judged["instances"][number]) => boolean): number => instances.filter(test).length;
  const taken = all.filter(({ refusal }) => refusal === undefined);
  const typed = taken.filter(({ isTyped }) => isTyped).length;
  const exceptions = [
    ...Map.groupBy(
      instances.flatMap(({ exception }) => exception ?? []),
      (one) => one,
    ),
  ];
  return `| ${[
    name,
    taken.length - typed,
    typed,
    all.length - taken.length,
    `${count(({ isValid, isAccepted }) => isValid && isAccepted)} of ${count(({ isValid }) => isValid)}`,
    `${count(({ isValid, isAccepted }) => !isValid && !isAccepted)} of ${count(({ isValid }) => !isValid)}`,
    count(({ isValid, isAccepted }) => isAccepted && !isValid),
    exceptions.map(([rule, own]) => `${own.length} ${rule}`).join(", ") || "-",
  ].join(" | ")} |`;
}
