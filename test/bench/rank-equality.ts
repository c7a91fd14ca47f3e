/**
 * Runs a layer of a released size with all its experts on one rank and on several, and compares their results and
 * times.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Quantization } from "../../gpu-worker/src/model/weights.ts";
import { compareRanks } from "../support/models/rank-equality.ts";
import { palimpsest } from "./child.ts";

const RUNS = 5;

export async function benchRankEquality(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      like: { type: "string", default: "flash,flash-2.2" },
      /** The first layer is dense. */
      layers: { type: "string", default: "2" },
      ranks: { type: "string", default: "4" },
      quantize: { type: "string", default: "int4" },
    },
  });
  const ranks = Number(values.ranks);
  const form = `${values.layers} layers, the first of them dense, ${values.quantize}, random weights`;
  console.log(`${form}; blocks of one sequence in one forward; 1 rank against ${ranks}, one thread`);
  console.log(`times are of the expert graphs alone, best of ${RUNS}; the ranks run one after the other\n`);
  console.log(
    "| shape | rows | experts chosen, by rank | same | largest difference | of rms | bitwise | same tokens | 1 rank | each rank |",
  );
  console.log("|---|---|---|---|---|---|---|---|---|---|");
  for (const shape of values.like.split(",")) {
    const folder = await mkdtemp(join(tmpdir(), "palimpsest-"));
    try {
      const checkpoint = join(folder, "checkpoint");
      await palimpsest("synth", "--like", shape, "--layers", values.layers, checkpoint);
      const quantization = values.quantize as Quantization;
      const found = await compareRanks({ checkpoint, folder, quantization, ranks, runs: RUNS });
      const cells = [
        shape,
        found.rows,
        found.distinctExperts.join(" + "),
        found.equalExperts ? "yes" : "no",
        found.largestDifference.toExponential(1),
        (found.largestDifference / found.rms).toExponential(1),
        found.equalBits ? "yes" : "no",
        `${found.equalTokens}/${found.cells}`,
        `${found.wholeMs.toFixed(1)} ms`,
        found.rankMs.map((ms) => `${ms.toFixed(1)} ms`).join(", "),
      ];
      console.log(`| ${cells.join(" | ")} |`);
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}
