/**
 * Training works from tasks to an exported checkpoint. `npm run check:long` runs this: it needs PyTorch and gcc, which npm
 * does not install. Without them it fails.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const python = process.env.PYTHON ?? "/usr/bin/python3";
const folder = mkdtempSync(join(tmpdir(), "palimpsest-train-"));
afterAll(() => rmSync(folder, { recursive: true }));

const env = { ...process.env, NODE: process.execPath, PYTHON: python, PALIMPSEST_BUILD: join(folder, "build") };

beforeAll(() => {
  const needs = [
    [python, ["-c", "import torch, numpy"]],
    ["gcc", ["--version"]],
  ] as const;
  for (const [command, args] of needs) {
    const { status } = spawnSync(command, args, { stdio: "ignore" });
    const missing = `${command} ${args.join(" ")} fails: install python3-torch and gcc, or set PYTHON to a Python that has PyTorch`;
    expect(status, missing).toBe(0);
  }
});

describe("training", () => {
  const lines = (file: string): string[] => readFileSync(join(folder, file), "utf8").trim().split("\n");

  it("goes from tasks to a checkpoint in the released layout, with a stop and a resume", { timeout: 300_000 }, () => {
    execFileSync(join(import.meta.dirname, "smoke.sh"), [folder], { env, stdio: ["ignore", "ignore", "inherit"] });
    expect(lines("run/log.jsonl").map((line) => JSON.parse(line).step)).toEqual([6, 8]);
    const config = JSON.parse(readFileSync(join(folder, "checkpoint/config.json"), "utf8"));
    expect(config).toMatchObject({ model_type: "llada2_moe", vocab_size: 600, mask_token_id: 1, eos_token_id: 0 });
    const file = readFileSync(join(folder, "checkpoint/model.safetensors"));
    const header = JSON.parse(file.toString("utf8", 8, 8 + Number(file.readBigUInt64LE())));
    expect(header["model.layers.1.mlp.experts.15.down_proj.weight"]).toMatchObject({
      dtype: "BF16",
      shape: [256, 128],
    });
    expect(header["model.layers.1.mlp.gate.expert_bias"]).toMatchObject({ dtype: "F32", shape: [16] });
    expect(existsSync(join(folder, "checkpoint/tokenizer.json"))).toBe(true);
    expect(lines("losses.svg").at(-1)).toBe("</svg>");
  });

  it("computes the same as plain PyTorch, and resumes where it stopped", { timeout: 300_000 }, () => {
    const tests = spawnSync(python, ["-m", "unittest", "test_training"], {
      cwd: import.meta.dirname,
      env,
      encoding: "utf8",
    });
    expect(tests.stderr).toMatch(/\nOK\n$/);
  });
});
