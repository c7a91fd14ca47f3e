/** The CUDA device of each rank, which a machine without CUDA reveals in its error. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { openShard } from "../../gpu-worker/src/runtime/expert-shard.ts";
import { convertGolden } from "../support/models/golden.ts";

const PROGRAM = fileURLToPath(new URL("../../gpu-worker/src/main.ts", import.meta.url));

it("a rank uses the device of its number in a process of all ranks, and the first device in its own process", async () => {
  await using golden = await convertGolden("tiny-21", { quantization: "none", ranks: 3 });
  const file = join(golden.folder, "manifest.json");
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, "utf8")), target: "cuda" }));

  await expect(openShard(golden.folder, 2, { threads: 1 })).rejects.toThrow("needs CUDA device 2, but onnxruntime");

  const env = { ...process.env, MODEL_PACKAGE: golden.folder, RANK: "2", RANK_ADDRESS: "127.0.0.1:0" };
  const said = await new Promise<string>((resolve) => {
    execFile(process.execPath, [PROGRAM], { env }, (_, stdout) => resolve(stdout));
  });
  expect(said).toContain("needs CUDA device 0, but onnxruntime");
});
