/** The answers of a package to all golden runs, which share its forwards: FOLDER NAME. Prints lists of tokens as JSON. */
import { readManifest } from "../../../gpu-worker/src/files/read-manifest.ts";
import { openModel } from "../../../gpu-worker/src/runtime/model.ts";
import { ahead, decodeWith } from "../models/decode-with.ts";
import { type GoldenName, goldenOptions, goldenRuns } from "../models/golden.ts";

/** The longest golden run has 100 prompt tokens and 128 more. */
const PAGES_PER_RUN = 8;

const [folder, name] = process.argv.slice(2) as [string, GoldenName];
const runs = goldenRuns(name);
const pages = runs.length * PAGES_PER_RUN;
await using model = await openModel(folder, await readManifest(folder), { threads: 1, pages });
const answers = await Promise.all(
  runs.map(async (run, r) => {
    using sequence = model.sequence(Array.from({ length: PAGES_PER_RUN }, (_, i) => r * PAGES_PER_RUN + i));
    const tokens: number[] = [];
    for await (const step of decodeWith(ahead(sequence), run.prompt, goldenOptions(name, run))) {
      if (step.kind === "commit") tokens.push(...step.cells);
    }
    return tokens;
  }),
);
console.log(JSON.stringify(answers));
