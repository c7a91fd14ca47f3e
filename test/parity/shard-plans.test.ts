/**
 * Reproduces the recorded decodes on ranks with uneven shares of the experts: placed by measured load, the hottest on
 * two ranks, and with a rank that most steps skip.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { ExpertLoadCounter } from "../../gpu-worker/src/model/expert-load.ts";
import type { Manifest } from "../../gpu-worker/src/model/manifest.ts";
import { planByLoad, type ShardPlan } from "../../gpu-worker/src/model/shard-plan.ts";
import type { RankLink, RoutedRows } from "../../gpu-worker/src/parallel/exchange.ts";
import { openRankThreads } from "../../gpu-worker/src/program/rank-client.ts";
import { openModel } from "../../gpu-worker/src/runtime/model.ts";
import { shardPackage } from "../../tools/convert/shard.ts";
import { ahead, decodeWith } from "../support/models/decode-with.ts";
import { convertGolden, type GoldenPackage, goldenOptions, goldenRuns } from "../support/models/golden.ts";

/** The first run of each mode. */
const runs = goldenRuns("tiny-21").filter((_, index) => index % 4 === 0);
const PAGES = Array.from({ length: 8 }, (_, page) => page);
const REPLICAS = 4;

let one: GoldenPackage;
let folder: string;
let manifest: Manifest;
/** Measured by the runs on one rank. */
let load: ExpertLoadCounter;

beforeAll(async () => {
  one = await convertGolden("tiny-21", { quantization: "none", ranks: 1 });
  folder = await mkdtemp(join(tmpdir(), "palimpsest-plans-"));
  manifest = await readManifest(one.folder);
  load = new ExpertLoadCounter(manifest.config);
  await decodeRuns(one.folder, 1, { onRoute: (layer, experts) => load.count(layer, experts) });
});
afterAll(async () => {
  await one[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

it.each([2, 4])(
  "placed by load with replicas, %i ranks: token for token, and replicas share the work",
  async (ranks) => {
    const plan = planByLoad(manifest.config, load.layers, ranks, REPLICAS);
    const target = await split(plan, ranks);
    const others = new ExpertLoadCounter(manifest.config);
    const onDispatch = ({ layer, experts, weights }: RoutedRows) =>
      others.count(
        layer,
        experts.filter((_, choice) => weights[choice] !== 0),
      );
    expect(await decodeRuns(target, ranks, { onDispatch })).toEqual(runs.map(({ output }) => output));
    for (const [i, layer] of plan.entries()) {
      const [leader, ...rest] = layer as [readonly number[], ...(readonly number[])[]];
      const shared = leader.filter((expert) => rest.some((held) => held.includes(expert)));
      for (const expert of shared) {
        const [all, elsewhere] = [load, others].map(({ layers }) => layers[i]?.[expert] as number) as [number, number];
        expect(elsewhere).toBeGreaterThan(0);
        expect(elsewhere).toBeLessThan(all);
      }
    }
  },
);

it("skips a rank in a step whose rows chose none of its experts", async () => {
  const plan = load.layers.map((counts) => {
    const least = counts.indexOf(Math.min(...counts));
    return [[...counts.keys()].filter((expert) => expert !== least), [least]];
  });
  const target = await split(plan, 2);
  let [asked, layers] = [0, 0];
  const found = await decodeRuns(target, 2, { onDispatch: () => asked++, onRoute: () => layers++ });
  expect(found).toEqual(runs.map(({ output }) => output));
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThan(layers);
});

async function split(plan: ShardPlan, ranks: number): Promise<string> {
  const target = await mkdtemp(join(folder, "plan-"));
  await shardPackage({ source: one.folder, target, ranks, plan: () => plan, replace: true });
  return target;
}

interface Watched {
  readonly onRoute?: (layer: number, experts: BigInt64Array) => void;
  /** Called with the rows for ranks other than the leader. */
  readonly onDispatch?: (routed: RoutedRows) => void;
}

/** The answers of all runs, with ranks in threads. */
async function decodeRuns(target: string, ranks: number, { onRoute, onDispatch }: Watched): Promise<number[][]> {
  const watched = (link: RankLink): RankLink => ({
    rank: link.rank,
    ready: true,
    memory: link.memory,
    run(routed, wanted) {
      onDispatch?.(routed);
      return link.run(routed, wanted);
    },
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  });
  const openLinks = ranks === 1 ? undefined : async () => (await openRankThreads(target, ranks, 1)).map(watched);
  const split = await readManifest(target);
  await using model = await openModel(target, split, { threads: 1, pages: PAGES.length, openLinks, onRoute });
  const answers: number[][] = [];
  for (const run of runs) {
    const output: number[] = [];
    const own = ahead(model.sequence(PAGES));
    const steps = decodeWith(own, run.prompt, goldenOptions("tiny-21", run), new AbortController().signal);
    for await (const step of steps) if (step.kind === "commit") output.push(...step.cells);
    answers.push(output);
  }
  return answers;
}
