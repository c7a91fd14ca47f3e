/**
 * Writes what training reads, and the held-out tasks. Run with one of:
 *   make.ts tokenizer --out DIR [--seed 1] [--size 2048]        tokenizer.json, tokenizer_config.json; takes --shares as well
 *   make.ts pack --out DIR [--seed 1] [--shards 24] [--first 0] train-NNN.bin/.idx and validation.bin/.idx
 *     (--shares json=0.2,drills=0.1: training meets these families as often as that and not as the mix says, relative to the sum;
 *     --rename: functions, people and cities get any other names)
 *     (--validation-shares everyday=0.5: the same for validation.bin, which keeps to the mix without it)
 *     (--samples N: from that many tasks, or that many per shard; small for a quick trial)
 *   make.ts suite --out FILE [--seed 1] [--split test] [--count 1000] [--family f] [--rename]   tasks as JSONL, for `palimpsest eval`
 *     (--split wordings: known everyday tasks in held-out wordings; --split tasks: held-out everyday tasks)
 *   make.ts prompts --suite FILE --tokenizer DIR --out FILE   a suite's prompts as token ids, for answer.py
 */
import { createWriteStream, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readSuite } from "@palimpsest/tools/eval/suite";
import { countPieces, createEncoder, trainBytePairs } from "./bpe.ts";
import { drawSample, type Stream } from "./corpus.ts";
import { FAMILIES, type Family, type Sample, type Split } from "./sample.ts";
import { createRenderer } from "./template.ts";
import { readTokenizerJson, tokenizerConfig, tokenizerJson } from "./tokenizer-files.ts";

/** Tasks that the tokenizer is trained on; more of them change hardly any merge. */
const TOKENIZER_SAMPLES = 40_000;
/** Tasks in one shard, about 4 million tokens: small enough to hold and shuffle in memory. */
const SHARD_SAMPLES = 20_000;
const VALIDATION_SAMPLES = 1_500;
/** Ends the assistant's turn (`<|role_end|>` in SPECIAL_TOKENS). */
const END_OF_TURN = 4;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string" },
    seed: { type: "string", default: "1" },
    size: { type: "string", default: "2048" },
    shards: { type: "string", default: "24" },
    first: { type: "string", default: "0" },
    split: { type: "string", default: "test" },
    count: { type: "string", default: "1000" },
    samples: { type: "string" },
    shares: { type: "string", default: "" },
    "validation-shares": { type: "string", default: "" },
    rename: { type: "boolean", default: false },
    family: { type: "string" },
    suite: { type: "string" },
    tokenizer: { type: "string" },
  },
});
const out = values.out ?? fail("--out is missing");
const seed = Number(values.seed);
const samples = values.samples === undefined ? undefined : Number(values.samples);
const render = createRenderer();

switch (positionals[0]) {
  case "tokenizer":
    makeTokenizer(Number(values.size));
    break;
  case "pack":
    makeShards(Number(values.first), Number(values.shards));
    break;
  case "suite":
    makeSuite(values.split as Split, Number(values.count), values.family ?? familyOf(values.split));
    break;
  case "prompts":
    await makePrompts(values.suite ?? fail("--suite is missing"), values.tokenizer ?? fail("--tokenizer is missing"));
    break;
  default:
    fail("say what to make: tokenizer, pack, suite or prompts");
}

function makeTokenizer(size: number): void {
  mkdirSync(out, { recursive: true });
  const shares = readShares(values.shares);
  const texts = function* (): Generator<string> {
    for (let i = 0; i < (samples ?? TOKENIZER_SAMPLES); i++) {
      const sample = drawSample({ seed, split: "train", shares }, i);
      yield `${render(sample.messages, sample.tools)}${sample.reference}<|role_end|>`;
    }
  };
  const pairs = trainBytePairs(countPieces(texts()), size);
  writeFileSync(join(out, "tokenizer.json"), JSON.stringify(tokenizerJson(pairs)));
  writeFileSync(join(out, "tokenizer_config.json"), `${JSON.stringify(tokenizerConfig(), null, 2)}\n`);
  console.log(`tokenizer with ${pairs.vocabulary.size} tokens in ${out}`);
}

function makeShards(first: number, count: number): void {
  const encode = createEncoder(readTokenizerJson(readFileSync(join(out, "tokenizer.json"), "utf8")));
  const size = samples ?? SHARD_SAMPLES;
  const shares = readShares(values.shares);
  if (first === 0) {
    const stream: Stream = { seed, split: "validation", shares: readShares(values["validation-shares"]) };
    pack("validation", stream, 0, Math.min(size, VALIDATION_SAMPLES), encode);
  }
  for (let shard = first; shard < first + count; shard++) {
    pack(
      `train-${String(shard).padStart(3, "0")}`,
      { seed, split: "train", shares, rename: values.rename },
      shard * size,
      size,
      encode,
    );
  }
}

/** "json=0.2,drills=0.1" -> { json: 0.2, drills: 0.1 } */
function readShares(text: string): NonNullable<Stream["shares"]> {
  return Object.fromEntries(
    text
      .split(",")
      .filter(Boolean)
      .map((pair) => {
        const [family = "", share = ""] = pair.split("=");
        if (!isFamily(family)) fail(`no family ${family}`);
        if (!(share !== "" && Number(share) >= 0)) fail(`--shares ${pair}: give a share, as in ${family}=0.2`);
        return [family, Number(share)];
      }),
  );
}

function isFamily(name: string): name is Family {
  return (FAMILIES as readonly string[]).includes(name);
}

/**
 * NAME.bin: the token ids of all samples, 16 bits each, prompt before answer; NAME.idx: three 32-bit numbers for each
 * sample: its start, and the lengths of its prompt and of its answer (end of turn included). Little endian.
 */
function pack(name: string, stream: Stream, from: number, count: number, encode: (text: string) => number[]): void {
  const tokens: number[] = [];
  const index: number[] = [];
  for (let i = from; i < from + count; i++) {
    const sample = drawSample(stream, i);
    const prompt = encode(render(sample.messages, sample.tools));
    const answer = [...encode(sample.reference), END_OF_TURN];
    index.push(tokens.length, prompt.length, answer.length);
    for (const id of prompt) tokens.push(id);
    for (const id of answer) tokens.push(id);
  }
  // The index is written last and renamed into place: if it exists, its shard is complete.
  writeFileSync(join(out, `${name}.bin`), Uint16Array.from(tokens));
  writeFileSync(join(out, `${name}.part`), Int32Array.from(index));
  renameSync(join(out, `${name}.part`), join(out, `${name}.idx`));
  const answers = index.filter((_, i) => i % 3 === 2);
  const long = answers.filter((length) => length > 128).length / count;
  const mean = answers.reduce((a, b) => a + b, 0) / count;
  console.log(
    `${name}: ${count} samples, ${tokens.length} tokens, answers ${mean.toFixed(1)} on average, ${(100 * long).toFixed(1)}% over 4 blocks`,
  );
}

function makeSuite(split: Split, count: number, family: string | undefined): void {
  if (family !== undefined && !isFamily(family)) fail(`no family ${family}`);
  const file = createWriteStream(out);
  const asked = new Set<string>();
  const stream: Stream = { seed, split, rename: values.rename, ...(family ? { family } : {}) };
  for (let i = 0; asked.size < count; i++) {
    const sample: Sample = drawSample(stream, i);
    const request = render(sample.messages, sample.tools);
    if (asked.has(request)) continue;
    asked.add(request);
    file.write(`${JSON.stringify(sample)}\n`);
  }
  file.end();
}

/** Two splits exist for one family alone. */
function familyOf(split: string): Family | undefined {
  return split === "wordings" || split === "tasks" ? "everyday" : undefined;
}

async function makePrompts(suite: string, tokenizer: string): Promise<void> {
  const encode = createEncoder(readTokenizerJson(readFileSync(join(tokenizer, "tokenizer.json"), "utf8")));
  const lines = (await readSuite(suite)).map(({ id, messages, tools }) =>
    JSON.stringify({ id, prompt: encode(render(messages, tools)) }),
  );
  writeFileSync(out, `${lines.join("\n")}\n`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
