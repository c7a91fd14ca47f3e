/**
 * Measures what a grammar costs: a forward with and without one, of the shipped model and of a layer of mini with its whole
 * vocabulary, and the grammar thread's own part of a step over such a vocabulary.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { GenerateRequest, GrammarSource } from "@palimpsest/proto";
import { decodeConstrained, nextConstrainedQuery } from "../../gpu-worker/src/decoding/constrained.ts";
import { Lookahead } from "../../gpu-worker/src/decoding/lookahead.ts";
import { type DecodeOptions, OpenWindow } from "../../gpu-worker/src/decoding/open-window.ts";
import type { Engine } from "../../gpu-worker/src/engine/engine.ts";
import type { OpenConstraint } from "../../gpu-worker/src/engine/request-grammar.ts";
import { openEngineThread } from "../../gpu-worker/src/program/open-engine-thread.ts";
import { openGrammars } from "../../gpu-worker/src/program/open-grammars.ts";
import { SHIPPED_PACKAGE } from "../../tools/serve/launch.ts";
import { WishfulModel } from "../support/models/constrained.ts";
import { END_TOKENS, FIRST_BYTE, MASK_TOKEN, madeUpTokenizer, writeOneLayerOfMini } from "./random-package.ts";

/** Tokens of LLaDA2.x. */
const VOCABULARY = 157_184;

const schema = {
  type: "object",
  properties: {
    name: { type: "string" },
    age: { type: "integer", minimum: 0, maximum: 150 },
    city: { type: "string" },
    tags: { type: "array", items: { type: "string" }, maxItems: 4 },
  },
  required: ["name", "age", "city", "tags"],
  additionalProperties: false,
};
const grammar = { kind: "json-schema", schema: JSON.stringify(schema), param: "response_format" } as const;
/** What the shipped model knows. */
const { tags: _, ...known } = schema.properties;
const short = { ...schema, properties: known, required: Object.keys(known) };
const shippedGrammar: GrammarSource = { ...grammar, schema: JSON.stringify(short) };
const NAMES = ["Ada", "Otto", "Petra", "Noah", "Lily", "Hugo", "Eva", "Amir"];

export async function benchGrammar(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "8" },
      /** Keeps the package of a layer of mini in this folder, and reuses an existing one: converting it takes a minute. */
      folder: { type: "string" },
    },
  });
  const rounds = Number(values.rounds);
  console.log("| model, quality | grammar | answers | forwards an answer | ms a forward, best round | median round |");
  console.log("|---|---|---|---|---|---|");
  {
    await using engine = await openEngineThread({ package: SHIPPED_PACKAGE });
    await steps(engine, {
      name: "shipped",
      rounds,
      free: shippedRequests(),
      constrained: shippedRequests(shippedGrammar),
    });
  }
  await using cleanup = new AsyncDisposableStack();
  const parent = values.folder ?? (await mkdtemp(join(tmpdir(), "palimpsest-grammar-")));
  if (values.folder === undefined) cleanup.defer(() => rm(parent, { recursive: true }));
  const folder = join(parent, "one-layer");
  if (!existsSync(folder)) await writeOneLayerOfMini(folder);
  {
    await using engine = await openEngineThread({ package: folder });
    const free = { ...request(16), prompt: { kind: "text", text: "Ada" }, ignoreEos: true } as const;
    const constrained = { ...free, maxTokens: 64, ignoreEos: false, grammar };
    const few = Math.ceil(rounds / 4);
    await steps(engine, { name: "one layer of mini", rounds: few, free: [free], constrained: [constrained] });
  }
  await ownCost();
}

interface Compared {
  readonly name: string;
  readonly rounds: number;
  readonly free: readonly GenerateRequest[];
  readonly constrained: readonly GenerateRequest[];
}

async function steps(engine: Engine, { name, rounds, free, constrained }: Compared): Promise<void> {
  const ways = [free, constrained];
  for (const way of ways) await round(engine, way);
  // Alternating, so that other work on the machine meets both alike.
  const measured = ways.map((): { forwards: number; ms: number }[] => []);
  for (let i = 0; i < rounds; i++) {
    for (const [w, way] of ways.entries()) measured[w]?.push(await round(engine, way));
  }
  for (const [w, isConstrained] of ["no", "yes"].entries()) {
    const all = measured[w] ?? [];
    const answers = all.length * free.length;
    const perForward = all.map(({ ms, forwards }) => ms / forwards).sort((a, b) => a - b);
    const forwards = all.reduce((sum, one) => sum + one.forwards, 0) / answers;
    const [best = 0, median = 0] = [perForward[0], perForward[Math.floor(perForward.length / 2)]];
    const cells = [name, isConstrained, answers, forwards.toFixed(2), best.toFixed(2), median.toFixed(2)];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

/** Forwards, those of the prompt included, and the time of all. */
async function round(engine: Engine, requests: readonly GenerateRequest[]) {
  let forwards = 0;
  const startMs = performance.now();
  for (const one of requests) {
    for await (const event of engine.generate(one, new AbortController().signal)) {
      if (event.type === "end") forwards += event.usage.forwards + event.usage.prefill_forwards;
      if (event.type === "error") throw new Error(event.message);
    }
  }
  return { forwards, ms: performance.now() - startMs };
}

function shippedRequests(grammar?: GrammarSource): GenerateRequest[] {
  return NAMES.map((name, i) => {
    const content = `Extract name, age and city as JSON: ${name} is a ${20 + 7 * i} year old pilot from Oslo who likes red.`;
    const prompt = { kind: "chat", messages: [{ role: "user", content }], tools: [] } as const;
    return { ...request(128), prompt, ...(grammar && { grammar }) };
  });
}

function request(maxTokens: number): Omit<GenerateRequest, "prompt"> {
  const asked = { responseId: "r", attempt: 1, model: "bench", decoding: {}, maxTokens, choices: 1 };
  return { ...asked, stop: [], ignoreEos: false, drafts: false, committed: [] };
}

/** The calls of one sequence to the grammar thread, from posting to the answer. */
async function ownCost(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "palimpsest-vocabulary-"));
  try {
    const tokenizer = join(folder, "tokenizer.json");
    await writeFile(tokenizer, JSON.stringify(madeUpTokenizer(VOCABULARY)));
    const data = { tokenizer: { tokenizer }, vocabSize: VOCABULARY, maskToken: MASK_TOKEN, endTokens: END_TOKENS };
    await using grammars = openGrammars(data);
    const { ebnf, shortest } = grammars.convert(grammar);
    const [, firstTrial] = await took(() => grammars.try(ebnf));
    const other = grammars.convert({ kind: "json-object", param: "response_format" });
    const [, trial] = await took(() => grammars.try(other.ebnf));
    const open = () => grammars.sequence({ ebnf, shortest, endTokens: END_TOKENS, committed: [] });
    const [, begin] = await took(async () => {
      using constraint = open();
      await constraint.known(256);
    });
    console.log(
      `\n${VOCABULARY} made-up tokens: first schema tried in ${firstTrial.toFixed(0)} ms, a second in ${trial.toFixed(0)} ms,`,
    );
    console.log(`thread of all sequences opened in ${begin.toFixed(0)} ms`);
    const steps = [await answer(open()), await answer(open()), await answer(open())];
    const perStep = steps.map(({ ms, forwards }) => ms / forwards).sort((a, b) => a - b);
    const [best = 0, median = 0] = [perStep[0], perStep[1]];
    console.log(`grammar's part of a step: ${best.toFixed(2)} ms best of 3 answers, ${median.toFixed(2)} ms median`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function answer(constraint: OpenConstraint): Promise<{ forwards: number; ms: number }> {
  let ms = 0;
  const timed =
    <A extends unknown[], R>(call: (...args: A) => R | Promise<R>) =>
    async (...args: A): Promise<R> => {
      const [result, spent] = await took(() => call(...args));
      ms += spent;
      return result;
    };
  using _ = constraint;
  const measured = {
    open: timed(constraint.open.bind(constraint)),
    settle: timed(constraint.settle.bind(constraint)),
    ending: timed(constraint.ending.bind(constraint)),
    commit: timed(async (cells: readonly number[]) => constraint.commit(cells)),
  };
  const text = Buffer.from('{"nam": "Ada Lovelace", "age": 36, "city": "London", "tags": ["poet", "countess"]}');
  const wanted = [...text].map((byte) => FIRST_BYTE + byte);
  const model = new WishfulModel((cell, seen) => {
    const isWrong = (cell * 31 + (seen[cell] ?? 0) * 7) % 10 === 0;
    return { token: isWrong ? FIRST_BYTE + 256 + cell : (wanted[cell] ?? 4), certainty: isWrong ? 0.4 : 0.9 };
  });
  const options: DecodeOptions = {
    decoding: { rule: "2.1", threshold: 0.7, editing_threshold: 0.5, max_post_steps: 16 },
    ...{ blockLength: 32, maskToken: MASK_TOKEN, eosTokens: new Set(END_TOKENS), maxTokens: 256 },
  };
  const window = new OpenWindow([], options);
  const ahead = new Lookahead(model, { nextBlockQuery: nextConstrainedQuery(window, measured, options) });
  const { signal } = new AbortController();
  for await (const _step of decodeConstrained(ahead, window, measured, options, signal));
  return { forwards: model.forwards, ms };
}

async function took<T>(call: () => Promise<T> | T): Promise<[T, number]> {
  const startMs = performance.now();
  const result = await call();
  return [result, performance.now() - startMs];
}
