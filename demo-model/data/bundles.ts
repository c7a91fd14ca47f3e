/**
 * Family `bundles`: two to five numbered requests in one, answered by as many functions. These are the long answers.
 */
import { loops } from "./loops.ts";
import { numbers } from "./numbers.ts";
import type { Random } from "./random.ts";
import { records } from "./records.ts";
import { type Case, type Draft, type Generator, type Language, splitOf } from "./sample.ts";
import { sequences } from "./sequences.ts";
import { strings } from "./strings.ts";

const PARTS: readonly Generator[] = [numbers, strings, records, sequences, loops];

export function bundles(random: Random, language: Language): Draft {
  const count = random.pick([2, 3, 3, 4, 5]);
  const first = drawNamed(random, language);
  const parts = [first];
  // All parts come from one split, so that a held-out bundle contains nothing that training showed.
  const split = splitOf(first.draft.signature);
  while (parts.length < count) {
    const next = drawNamed(random, language);
    if (splitOf(next.draft.signature) === split && parts.every((part) => part.entry !== next.entry)) parts.push(next);
  }
  const intro =
    language === "zh"
      ? random.pick(["完成下面几项：", "请依次完成："])
      : random.pick(["Do all of these:", "Please write all of these:", "Complete this list:"]);
  const listed = parts.map(({ draft }, i) => `${i + 1}. ${draft.messages[0]?.content ?? ""}`);
  return {
    signature: `bundles:${parts.map(({ draft }) => draft.signature).join(";")}`,
    split,
    messages: [{ role: "user", content: [intro, ...listed].join("\n") }],
    reference: parts.map(({ draft }) => draft.reference).join("\n\n"),
    tests: { kind: "code", cases: parts.flatMap(({ cases, entry }) => cases.map((one) => ({ ...one, entry }))) },
  };
}

/** A task whose request names its function, with enough cases to detect wrong code. */
function drawNamed(random: Random, language: Language): { draft: Draft; entry: string; cases: Case[] } {
  for (;;) {
    const draft = random.pick(PARTS)(random, language);
    if (draft.tests.kind !== "code" || draft.tests.entry === undefined || draft.tests.cases.length < 3) continue;
    return { draft, entry: draft.tests.entry, cases: draft.tests.cases };
  }
}
