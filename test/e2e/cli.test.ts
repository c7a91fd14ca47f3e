/** Runs the `palimpsest` command as a user would: converts a checkpoint, inspects the package, generates from it. */
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SHIPPED_PACKAGE } from "../../tools/serve/launch.ts";
import { type GoldenRun, goldenCheckpoint, goldenRuns } from "../support/models/golden.ts";
import { palimpsest, palimpsestWithFileLimit } from "../support/programs/program.ts";

let folder: string;
let tiny: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "palimpsest-cli-"));
  tiny = join(folder, "tiny");
  const converted = await palimpsest(
    "convert",
    goldenCheckpoint("tiny-21"),
    tiny,
    "--mask-token",
    "511",
    "--eos",
    "508",
  );
  expect(converted).toMatchObject({ code: 0, stdout: expect.stringContaining("tiny") });
});
afterAll(() => rm(folder, { recursive: true }));

const [run] = goldenRuns("tiny-21").filter(({ mode, eos_id }) => mode === "quality" && eos_id !== 508) as [GoldenRun];

it.each([[[]], [["--no-cache"]]])("generate %o reproduces a golden run from token ids", async (flags) => {
  const prompt = join(folder, "prompt.json");
  await writeFile(prompt, JSON.stringify(run.prompt));
  const { stdout, stderr } = await palimpsest(
    ...["generate", "--model", tiny, "--prompt-tokens", prompt, "--json", "--mode", "quality"],
    ...["--max-tokens", String(run.gen_length), "--eos", String(run.eos_id), ...flags],
  );
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toMatchObject({
    tokens: run.output,
    text: "",
    finish_reason: "stop",
    forwards: run.forwards,
  });
});

it("generate limits an answer's tokens and its end, and reports log-probabilities", async () => {
  const prompt = "Write a function that returns the sum of a list of numbers.";
  const ask = async (...flags: string[]) => {
    const asked = ["generate", "--model", SHIPPED_PACKAGE, "--prompt", prompt, "--json", ...flags];
    const { stdout, stderr } = await palimpsest(...asked);
    expect(stderr).toBe("");
    return JSON.parse(stdout) as { tokens: number[]; text: string; logprobs?: { logprob: number; top_logprobs: [] }[] };
  };
  const plain = await ask();
  const [first] = plain.tokens as [number];
  const scored = await ask("--logprobs", "2", "--stop-token-ids", String(plain.tokens[3]));
  expect(scored.tokens).toEqual(plain.tokens.slice(0, 4));
  expect(scored.logprobs?.map(({ top_logprobs }) => top_logprobs.length)).toEqual([2, 2, 2, 2]);
  expect((await ask("--logit-bias", `${first}=-100`, "--penalty-lambda", "1")).tokens).not.toContain(first);
  expect((await ask("--stop", "return", "--stop", "reduce", "--min-tokens", "3")).text).not.toMatch(/return|reduce/);
  // A bias lifts a hundred tokens above all others: their order is less certain than an answer, whatever the weights.
  const lifted = Array.from({ length: 100 }, (_, i) => 300 + i);
  const some = ["--logit-bias", lifted.map((token) => `${token}=100`).join(), "--max-tokens", "20"];
  const drawing = ["--temperature", "2", "--top-k", "50", "--top-p", "0.95", "--seed", "7"];
  const [greedy, drawn] = [await ask(...some), await ask(...some, ...drawing)];
  expect(lifted).toEqual(expect.arrayContaining([...greedy.tokens, ...drawn.tokens]));
  expect(drawn.tokens).not.toEqual(greedy.tokens);
});

it("a failed write during a conversion is reported, leaves no package, and the same command then resumes", async () => {
  const target = join(folder, "broken");
  const args = ["convert", goldenCheckpoint("tiny-21"), target, "--mask-token", "511", "--eos", "508"] as const;
  const broken = await palimpsestWithFileLimit(256 * 1024, ...args);
  expect(broken.code).toBe(1);
  expect(broken.stderr).toMatch(/^error: .*\.bin: exceeds the file size limit; .*\n$/m);
  expect(await readdir(folder)).not.toContain("broken");
  expect(await palimpsest(...args)).toMatchObject({ code: 0, stderr: expect.stringContaining("resuming after") });
  expect((await palimpsest("inspect", target, "--verify")).code).toBe(0);
});

it("generate writes text from the shipped package, and inspect describes it", async () => {
  const answer = await palimpsest(
    "generate",
    "--model",
    SHIPPED_PACKAGE,
    "--prompt",
    "Write a function that returns the sum of a list of numbers.",
  );
  expect(answer.stdout).toContain("function ");
  const { stdout } = await palimpsest("inspect", SHIPPED_PACKAGE);
  expect(stdout).toContain("16 in 4 groups");
});

it.each([
  [["generate", "--model", "nowhere", "--prompt", "x"], 1, "no manifest.json"],
  [["generate", "--model", SHIPPED_PACKAGE], 2, "--prompt or --prompt-tokens is needed"],
  [["generate", "--model", SHIPPED_PACKAGE, "--prompt", "x", "--threshold", "2"], 2, "probability from 0 to 1"],
  [
    ["generate", "--model", SHIPPED_PACKAGE, "--prompt", "x", "--decoding", "2.0", "--mode", "speed"],
    1,
    "preset of decoding 2.1",
  ],
  [["generate", "--model", SHIPPED_PACKAGE, "--prompt", "x", "--logit-bias", "5"], 2, "as in 5=-100,7=2.5"],
  [["generate", "--model", SHIPPED_PACKAGE, "--prompt", "x", "--logit-bias", "1=5"], 1, "never part of an answer"],
  [["convert", "nowhere", "out"], 1, "not a checkpoint folder"],
  [["nonsense"], 2, "unknown command"],
])("%o fails with exit code %i and says why", async (args, code, message) => {
  const finished = await palimpsest(...args);
  expect(finished.stderr).toContain(message);
  expect(finished.code).toBe(code);
  expect(finished.stderr).not.toContain("    at ");
});
