/** A short soak; `npm run bench -- soak` is the long version. */
import { expect, it } from "vitest";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { openEngine } from "../../gpu-worker/src/program/open-engine.ts";
import { pageBytes } from "../../gpu-worker/src/runtime/kv-tensors.ts";
import { convertGolden, GOLDEN_MASK } from "../support/models/golden.ts";
import { type Checkpoint, soak } from "../support/models/soak.ts";

/** Too few pages for eight sequences: they are preempted and blocks evicted constantly. */
const PAGES = 8;

it("400 requests with random cancels always give the same text and leave nothing allocated", async () => {
  await using golden = await convertGolden("tiny-21", { quantization: "int8", ranks: 1 });
  const kvCacheBytes = PAGES * pageBytes(await readManifest(golden.folder));
  await using engine = await openEngine({ package: golden.folder, kvCacheBytes });
  const options = { requests: 400, checkpoints: 4, seed: 1n, vocabSize: GOLDEN_MASK["tiny-21"] };
  const checkpoints: Checkpoint[] = [];
  for await (const checkpoint of soak(engine, options)) {
    checkpoints.push(checkpoint);
    expect(checkpoint.stats).toMatchObject({ runningSequences: 0, waitingSequences: 0, pagesInUse: 0 });
    expect(checkpoint.stats.pagesCached).toBeGreaterThan(0);
  }
  expect(checkpoints.map(({ liveRequests }) => liveRequests)).toEqual([0, 0, 0, 0]);
  const last = checkpoints.at(-1) as Checkpoint;
  expect(last.stats.preemptions).toBeGreaterThan(0);
  expect(last.cancelled).toBeGreaterThan(40);
}, 120_000);
