/** Whether a GPU's results are right: recorded runs of tiny-21, the shipped package beside the CPU, equal bits. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readManifest } from "../../../gpu-worker/src/files/read-manifest.ts";
import { createExchangeMemory, openRankThread } from "../../../gpu-worker/src/program/rank-client.ts";
import { openDeviceShard } from "../../../gpu-worker/src/runtime/device-shard.ts";
import { type Model, type ModelOptions, openModel } from "../../../gpu-worker/src/runtime/model.ts";
import { shardPackage } from "../../../tools/convert/shard.ts";
import { ahead, decodeWith } from "../../support/models/decode-with.ts";
import { FORWARD_PAGES, type Forwards, forwardsOf } from "../../support/models/forwards.ts";
import {
  convertGolden,
  type GoldenName,
  goldenCheckpoint,
  goldenOptions,
  goldenRuns,
} from "../../support/models/golden.ts";
import type { SectionOptions } from "./sections.ts";

const SHIPPED = fileURLToPath(new URL("../../../gpu-worker/models/demo", import.meta.url));

/** More than the blocks of the longest golden run. */
const PAGES = 16;

const device = { kind: "webgpu" } as const;

/** A package for WebGPU on onnxruntime: the whole forward on the device. */
export async function goldenSection({ untilMs }: SectionOptions): Promise<void> {
  await reportWhole("tiny-21", untilMs);
}

/** An archive has demo-21 only if it was asked for. */
export async function goldenDemoSection({ untilMs }: SectionOptions): Promise<void> {
  if (existsSync(goldenCheckpoint("demo-21"))) return reportWhole("demo-21", untilMs);
  console.log("not run: the archive was made without --with-demo-21");
}

async function reportWhole(name: GoldenName, untilMs: number): Promise<void> {
  await using golden = await convertGolden(name, { quantization: "none", ranks: 1, provider: "webgpu" });
  await using model = await openModel(golden.folder, await readManifest(golden.folder), { threads: 1, pages: PAGES });
  await reportRuns(`${name} as a package for webgpu`, model, untilMs, name);
}

/** A package for the CPU, its experts in kernels of our own. */
export async function goldenExpertsSection({ untilMs }: SectionOptions): Promise<void> {
  await using golden = await convertGolden("tiny-21", { quantization: "none", ranks: 1 });
  await using model = await openOnDevices(golden.folder, 1);
  await reportRuns("tiny-21 as a package for the CPU, experts on a device", model, untilMs);
}

/** Ranks that share the first adapter. */
export async function ranksSection({ untilMs }: SectionOptions): Promise<void> {
  for (const ranks of [1, 4]) {
    if (Date.now() > untilMs) return console.log("no time is left for more ranks");
    await using golden = await convertGolden("tiny-21", { quantization: "none", ranks });
    await using model = await openOnDevices(golden.folder, ranks);
    await reportRuns(`${ranks} ranks on one device`, model, Math.min(untilMs, Date.now() + 60_000));
  }
}

/** The shipped package, written for the device, beside itself on this machine's CPU. */
export async function shippedSection(): Promise<void> {
  const manifest = await readManifest(SHIPPED);
  await using onCpu = await openModel(SHIPPED, manifest, { threads: 1, pages: FORWARD_PAGES });
  const expected = await forwardsOf(onCpu, manifest);
  console.log(
    `${manifest.name}, ${manifest.quantization}, beside the CPU of this machine, which rounds activations to 8 bits`,
  );
  console.log(
    "as onnxruntime does on a device; the experts' kernels round none. Tokens are random, so many are near a tie\n",
  );
  console.log("| on the device | equal tokens | largest difference of a probability | the same bits when repeated |");
  console.log("|---|---|---|---|");
  await using experts = await openOnDevices(SHIPPED, 1);
  report("experts", expected, await forwardsOf(experts, manifest), await forwardsOf(experts, manifest));
  const parent = await mkdtemp(join(tmpdir(), "palimpsest-shipped-"));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(parent, { recursive: true }));
  const folder = join(parent, "webgpu");
  const written = await shardPackage({ source: SHIPPED, target: folder, provider: "webgpu" });
  await using whole = await openModel(folder, written, { threads: 1, pages: FORWARD_PAGES });
  report("the whole forward", expected, await forwardsOf(whole, manifest), await forwardsOf(whole, manifest));
}

function report(name: string, expected: Forwards, once: Forwards, twice: Forwards): void {
  const [cells, found] = [expected.candidates.flat(), once.candidates.flat()];
  const equal = cells.filter(({ token }, i) => token === found[i]?.token).length;
  const apart = cells.map(({ probability }, i) => Math.abs(probability - (found[i]?.probability ?? 2)));
  const bits = JSON.stringify(once) === JSON.stringify(twice);
  console.log(
    `| ${name} | ${equal} of ${cells.length} | ${Math.max(...apart).toExponential(1)} | ${bits ? "yes" : "NO"} |`,
  );
}

async function openOnDevices(folder: string, ranks: number): Promise<Model> {
  const memory = await createExchangeMemory(folder);
  const { signal } = new AbortController();
  const openLinks = () =>
    Promise.all(
      Array.from({ length: ranks - 1 }, (_, i) =>
        openRankThread({ kind: "local", package: folder, rank: i + 1, threads: 1, device }, { signal, memory }),
      ),
    );
  const options: ModelOptions = {
    threads: 1,
    pages: PAGES,
    openOwn: () => openDeviceShard(folder, 0, device),
    ...(ranks > 1 && { openLinks }),
  };
  return openModel(folder, await readManifest(folder), options);
}

/** Decodes the recorded runs one after the other, until the time is over; of the last, the blocks that were committed count. */
async function reportRuns(title: string, model: Model, untilMs: number, name: GoldenName = "tiny-21"): Promise<void> {
  const runs = goldenRuns(name);
  let [equal, tried, tokens, equalTokens] = [0, 0, 0, 0];
  const startMs = performance.now();
  for (const run of runs) {
    if (tokens > 0 && Date.now() > untilMs) break;
    using sequence = model.sequence(Array.from({ length: PAGES }, (_, page) => page));
    const found: number[] = [];
    for await (const step of decodeWith(ahead(sequence), run.prompt, goldenOptions(name, run))) {
      if (step.kind === "commit") found.push(...step.cells);
      if (Date.now() > untilMs && found.length < run.output.length) break;
    }
    const expected = run.output.slice(0, found.length);
    tokens += expected.length;
    equalTokens += expected.filter((token, i) => token === found[i]).length;
    if (expected.length < run.output.length && Date.now() > untilMs) break;
    tried++;
    if (found.join() === run.output.join()) equal++;
  }
  const { forwards, prefillForwards } = model.counts;
  const forwardMs = (performance.now() - startMs) / (forwards + prefillForwards);
  const rest = tried < runs.length ? `; no time for ${runs.length - tried} more` : "";
  console.log(`${title}: ${equal} of ${tried} recorded runs, ${equalTokens} of ${tokens} tokens${rest}`);
  console.log(`${forwardMs.toFixed(1)} ms a forward of one sequence\n`);
}
