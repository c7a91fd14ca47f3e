/**
 * Measures the effect of quantized weights on the prompts and modes of the golden runs at temperature 0: how often the
 * demo checkpoint gives the same answer as f32, and how far the logits of both golden checkpoints move.
 */

import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import type { Quantization } from "../../gpu-worker/src/model/weights.ts";
import { openModel } from "../../gpu-worker/src/runtime/model.ts";
import { ahead, decodeWith } from "../support/models/decode-with.ts";
import { convertGolden, type GoldenRun, goldenOptions, goldenRuns } from "../support/models/golden.ts";
import { errorCells, logitErrors } from "./logit-error.ts";

export async function benchQuantization(): Promise<void> {
  const runs = goldenRuns("demo-21");
  const modes = [...new Set(runs.map(({ mode }) => mode))];
  console.log(`demo-21, ${runs.length} runs; answers equal to f32's, token for token\n`);
  console.log(`| weights | package | ${modes.join(" | ")} | all |`);
  console.log(`|---|---|${modes.map(() => "---|").join("")}---|`);
  for (const quantization of ["none", "int8", "int4"] as const) {
    const { equal, megabytes } = await compare(quantization, runs);
    const share = (some: readonly GoldenRun[]): string =>
      `${some.filter((run) => equal.has(run)).length}/${some.length}`;
    const perMode = modes.map((mode) => share(runs.filter((run) => run.mode === mode)));
    console.log(`| ${quantization} | ${megabytes.toFixed(1)} MB | ${perMode.join(" | ")} | ${share(runs)} |`);
  }
  console.log(
    "\nlogits of the f32 runs' denoise steps, f32 deciding each step; error in standard deviations of f32's\n",
  );
  console.log("| checkpoint | weights | rows | rms error | largest | divergence, nats | equal greedy tokens |");
  console.log("|---|---|---|---|---|---|---|");
  for (const name of ["tiny-21", "demo-21"] as const) {
    const variants = { int8: { quantization: "int8" }, int4: { quantization: "int4" } } as const;
    for (const [quantization, error] of await logitErrors(name, variants)) {
      console.log(`| ${[name, quantization, ...errorCells(error)].join(" | ")} |`);
    }
  }
}

async function compare(quantization: Quantization, runs: readonly GoldenRun[]) {
  await using golden = await convertGolden("demo-21", { quantization, ranks: 1 });
  const manifest = await readManifest(golden.folder);
  const pages = Array.from({ length: 8 }, (_, page) => page);
  const model = await openModel(golden.folder, manifest, { threads: 1, pages: pages.length });
  const equal = new Set<GoldenRun>();
  for (const run of runs) {
    const output: number[] = [];
    const steps = decodeWith(
      ahead(model.sequence(pages)),
      run.prompt,
      goldenOptions("demo-21", run),
      new AbortController().signal,
    );
    for await (const step of steps) if (step.kind === "commit") output.push(...step.cells);
    if (output.join() === run.output.join()) equal.add(run);
  }
  return { equal, megabytes: manifest.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / 1e6 };
}
