/** Sends thousands of short requests with random cancels, and reports the memory of the idle engine. */
import { parseArgs } from "node:util";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { openEngine } from "../../gpu-worker/src/program/open-engine.ts";
import { pageBytes } from "../../gpu-worker/src/runtime/kv-tensors.ts";
import { convertGolden, GOLDEN_MASK } from "../support/models/golden.ts";
import { soak } from "../support/models/soak.ts";

const PAGES = 8;
const CHECKPOINTS = 10;

export async function benchSoak(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { requests: { type: "string", default: "10000" } } });
  await using golden = await convertGolden("tiny-21", { quantization: "int8", ranks: 1 });
  const kvCacheBytes = PAGES * pageBytes(await readManifest(golden.folder));
  await using engine = await openEngine({ package: golden.folder, kvCacheBytes });
  console.log(`tiny-21, int8, a K/V cache of ${PAGES} pages; 8 clients, three in ten of their requests cancelled\n`);
  console.log(
    "| requests | cancelled | preempted | forwards | running | waiting | pages in use | cached | heap | outside |",
  );
  console.log("|---|---|---|---|---|---|---|---|---|---|");
  const options = {
    requests: Number(values.requests),
    checkpoints: CHECKPOINTS,
    seed: 1n,
    vocabSize: GOLDEN_MASK["tiny-21"],
  };
  for await (const { requests, cancelled, stats, heapBytes, externalBytes } of soak(engine, options)) {
    const { preemptions, forwards, runningSequences, waitingSequences, pagesInUse, pagesCached } = stats;
    const held = [runningSequences, waitingSequences, pagesInUse, pagesCached].join(" | ");
    const memory = [heapBytes, externalBytes].map((bytes) => `${(bytes / 1e6).toFixed(1)} MB`).join(" | ");
    console.log(`| ${requests} | ${cancelled} | ${preemptions} | ${forwards} | ${held} | ${memory} |`);
  }
}
