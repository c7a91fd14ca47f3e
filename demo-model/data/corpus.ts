/** The whole stream of tasks: families, their frequency, languages and earlier turns. */
import { about, outside } from "./about.ts";
import { arithmetic } from "./arithmetic.ts";
import { bundles } from "./bundles.ts";
import { drills } from "./drills.ts";
import { edits } from "./edits.ts";
import { beyond } from "./everyday/beyond.ts";
import { everyday } from "./everyday/everyday.ts";
import { extraction } from "./everyday/extraction.ts";
import { moreTools } from "./everyday/more-tools.ts";
import { json } from "./json.ts";
import { loops } from "./loops.ts";
import { modules } from "./modules.ts";
import { numbers } from "./numbers.ts";
import { createRandom, hashText, type Random } from "./random.ts";
import { records } from "./records.ts";
import { renamed } from "./renaming.ts";
import {
  type Draft,
  type Family,
  type Generator,
  type Language,
  type Message,
  type Sample,
  type Split,
  splitOf,
} from "./sample.ts";
import { sequences } from "./sequences.ts";
import { strings } from "./strings.ts";
import { tools } from "./tools.ts";

/** Every family with its share of the samples; the shares add up to 1. */
export const MIX: readonly (readonly [family: Family, generate: Generator, share: number])[] = [
  ["numbers", numbers, 0.11],
  ["strings", strings, 0.11],
  ["records", records, 0.1],
  ["sequences", sequences, 0.09],
  ["loops", loops, 0.11],
  ["modules", modules, 0.09],
  ["bundles", bundles, 0.15],
  ["edits", edits, 0.1],
  ["json", json, 0.06],
  ["tools", tools, 0.05],
  // Left out of the mix: an earlier model of this size, with 12% of such samples, answered few of them correctly.
  ["arithmetic", arithmetic, 0],
  ["about", about, 0.01],
  ["outside", outside, 0.02],
  // For training only, with its own share there.
  ["drills", drills, 0],
  // Also for training only, so that the test suite of the mix stays the same. Its held-out parts are separate suites.
  ["everyday", everyday, 0],
  ["beyond", beyond, 0],
  ["extraction", extraction, 0],
  ["more-tools", moreTools, 0],
];

const CHINESE_SHARE = 0.18;
const SYSTEM_SHARE = 0.08;
/** Share of samples with unrelated earlier turns, so that training includes long contexts. */
const HISTORY_SHARE = 0.02;
const MOST_EARLIER_TURNS = 4;
/** A combination of the split is found long before this many draws; otherwise the family has none there. */
const MOST_ATTEMPTS = 2000;
/** The test split of some families comes in parts. */
const HELD_OUT_PARTS: ReadonlySet<Split> = new Set<Split>(["wordings", "tasks"]);
/** Families that never occur in earlier turns. */
const ALONE: ReadonlySet<Family> = new Set<Family>([
  "tools",
  "edits",
  "bundles",
  "drills",
  "everyday",
  "beyond",
  "extraction",
  "more-tools",
]);

const SYSTEM_MESSAGES = [
  "You are a helpful assistant.",
  "You are a careful programmer.",
  "You are a JavaScript tutor. Answer with code only.",
  "Be brief.",
  "You write short, correct code.",
] as const;

/** Selects a part of the stream: the seed, the split, and one family or the whole mix. */
export interface Stream {
  seed: number;
  split: Split;
  family?: Family;
  /** Shares that replace those of the mix, relative to their sum. For training: held-out tasks keep to the mix. */
  shares?: { readonly [family in Family]?: number };
  /** Changes names to any others. Also for training. */
  rename?: boolean;
}

/**
 * The sample at `index` of a stream. It depends on nothing else, so any part of a stream can be generated separately.
 */
export function drawSample(stream: Stream, index: number): Sample {
  const random = createRandom(hashText(`${stream.seed}:${stream.split}:${stream.family ?? "mix"}:${index}`));
  const family = stream.family ?? pickFamily(random, stream.shares ?? {});
  const drawn = drawDraft(family, stream.split, random);
  const { language } = drawn;
  // Everyday requests already have names of every kind, and some of their words look like names.
  const draft =
    stream.rename && family !== "everyday" && family !== "more-tools" ? renamed(drawn.draft, random) : drawn.draft;
  const history =
    family !== "tools" && family !== "more-tools" && random.chance(HISTORY_SHARE)
      ? earlierTurns(stream.split, random)
      : [];
  const system: Message[] = random.chance(SYSTEM_SHARE)
    ? [{ role: "system", content: random.pick(SYSTEM_MESSAGES) }]
    : [];
  const { shows: _shows, split: _split, ...task } = draft;
  return {
    id: `${stream.split}-${stream.seed}-${stream.family ?? "mix"}-${index}`,
    family,
    language,
    ...task,
    split: stream.split,
    messages: [...system, ...history, ...draft.messages],
  };
}

function pickFamily(random: Random, others: NonNullable<Stream["shares"]>): Family {
  const shares = MIX.map(([family, , share]) => [family, others[family] ?? share] as const);
  let left = random.next() * shares.reduce((sum, [, share]) => sum + share, 0);
  for (const [family, share] of shares) {
    left -= share;
    if (left < 0) return family;
  }
  return "numbers";
}

function drawDraft(family: Family, split: Split, random: Random): { draft: Draft; language: Language } {
  const generate = MIX.find(([name]) => name === family)?.[1];
  if (!generate) throw new Error(`no family ${family}`);
  const language: Language = random.chance(CHINESE_SHARE) ? "zh" : "en";
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const draft = generate(random, language);
    if (belongsTo(draft, split) && tellsApart(draft)) return { draft, language };
  }
  throw new Error(`family ${family} has nothing for ${split} in ${MOST_ATTEMPTS} draws`);
}

/** A draft belongs to its signature's split; a training draft shows nothing that is held out. */
function belongsTo(draft: Draft, split: Split): boolean {
  const own = draft.split ?? splitOf(draft.signature);
  if (own !== split && !(split === "test" && HELD_OUT_PARTS.has(own))) return false;
  return split !== "train" || (draft.shows ?? []).every((signature) => splitOf(signature) === "train");
}

/** Code needs at least three cases with at least two different results, or wrong code would pass too easily. */
function tellsApart(draft: Draft): boolean {
  if (draft.tests.kind !== "code") return true;
  const { cases } = draft.tests;
  return cases.length >= 3 && new Set(cases.map((one) => JSON.stringify(one.expected))).size >= 2;
}

function earlierTurns(split: Split, random: Random): Message[] {
  const families = MIX.map(([family]) => family).filter((family) => !ALONE.has(family));
  const shown = HELD_OUT_PARTS.has(split) ? "test" : split;
  return Array.from(
    { length: random.int(1, MOST_EARLIER_TURNS) },
    () => drawDraft(random.pick(families), shown, random).draft,
  ).flatMap((draft): Message[] => [...draft.messages, { role: "assistant", content: draft.reference }]);
}
