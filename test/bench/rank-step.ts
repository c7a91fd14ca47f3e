/**
 * Measures a denoise step of one block over a package's ranks, seen from the leader: `node rank-step.ts SETTINGS`, a
 * separate program so that it can be pinned to a core. Prints the steps' figures as JSON.
 */
import type { InferenceSession } from "onnxruntime-node";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { graphsOf, type Manifest, shardPlan } from "../../gpu-worker/src/model/manifest.ts";
import { expertGraph, isExpertGraph, LEADER } from "../../gpu-worker/src/model/package-plan.ts";
import type { RankLink } from "../../gpu-worker/src/parallel/exchange.ts";
import { openRankThreads, openRemoteRanks } from "../../gpu-worker/src/program/rank-client.ts";
import { Forward } from "../../gpu-worker/src/runtime/forward.ts";
import { KvTensors } from "../../gpu-worker/src/runtime/kv-tensors.ts";
import { openSessions, type Sessions } from "../../gpu-worker/src/runtime/package.ts";

export interface RankStepSettings {
  /** Folder of a package; its ranks are threads if no addresses are given. */
  readonly folder: string;
  readonly addresses: readonly string[];
  readonly sent: "f32" | "f16";
  /** Tokens cached before the block. */
  readonly context: number;
  readonly steps: number;
}

/** Milliseconds of a step: the sum of `graphs + waiting + exchange` and the preparation of inputs. */
export interface RankStep {
  readonly step: number;
  /** All layers, without the head. */
  readonly layers: number;
  /** Time in the leader's graphs. */
  readonly graphs: number;
  /** Time waiting for ranks whose experts took longer than the leader's. */
  readonly waiting: number;
  /** All other time between a layer's rows and the next layer. */
  readonly exchange: number;
  /** Rows, expert ids, weights and partial sums, in both directions. */
  readonly movedBytes: number;
  /** Minimum: each row once to each other rank with one of its experts, and a partial sum back. */
  readonly leastBytes: number;
}

interface Ran {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
}

interface Exchanged {
  readonly layer: number;
  readonly computeMs: number;
  readonly bytes: number;
}

const settings = JSON.parse(process.argv[2] as string) as RankStepSettings;
console.log(JSON.stringify(await measure(settings)));
process.exit();

async function measure({ folder, addresses, sent, context, steps }: RankStepSettings): Promise<RankStep[]> {
  const manifest = await readManifest(folder);
  const { blockLength, ranks, maskToken, config } = manifest;
  const [ran, exchanged]: [Ran[], Exchanged[]] = [[], []];
  let leastBytes = 0;
  const links =
    addresses.length > 0
      ? await openRemoteRanks(manifest, { addresses, sent })
      : await openRankThreads(folder, ranks, 1);
  const sessions = noting(await openSessions(folder, manifest, { threads: 1 }, graphsOf(manifest, LEADER)), ran);
  const forward = new Forward(sessions, manifest, new KvTensors(manifest, context / blockLength), {
    links: links.map((link) => counting(link, exchanged, sent)),
    onRoute: (layer, experts) => {
      leastBytes += 2 * rowsSent(manifest, layer, experts) * config.hiddenSize * (sent === "f16" ? 2 : 4);
    },
  });
  const block = {
    tokens: Array.from({ length: blockLength }, (_, i) => (i % 2 === 0 ? maskToken : (i * 7919) % config.vocabSize)),
    pages: Array.from({ length: context / blockLength }, (_, page) => page),
    peers: [],
  };
  const found: RankStep[] = [];
  for (let step = -2; step < steps; step++) {
    ran.length = exchanged.length = leastBytes = 0;
    const startMs = performance.now();
    const output = await forward.layers([block]);
    const layers = performance.now() - startMs;
    await forward.head(output, [...block.tokens.keys()]);
    const whole = performance.now() - startMs;
    const movedBytes = exchanged.reduce((sum, { bytes }) => sum + bytes, 0);
    if (step >= 0) found.push({ step: whole, layers, ...split(ran, exchanged), movedBytes, leastBytes });
  }
  return found;
}

function split(ran: readonly Ran[], exchanged: readonly Exchanged[]) {
  const graphs = ran.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  let [waiting, exchange] = [0, 0];
  for (const [i, own] of ran.entries()) {
    if (!isExpertGraph(own.name)) continue;
    const [before, after] = [ran[i - 1] as Ran, ran[i + 1] as Ran];
    const slowest = exchanged
      .filter(({ layer }) => expertGraph(layer, LEADER) === own.name)
      .reduce((most, { computeMs }) => Math.max(most, computeMs), 0);
    const waited = Math.min(after.startMs - own.endMs, Math.max(0, slowest - (own.endMs - own.startMs)));
    waiting += waited;
    exchange += own.startMs - before.endMs + after.startMs - own.endMs - waited;
  }
  return { graphs, waiting, exchange };
}

function noting(sessions: Sessions, ran: Ran[]): Sessions {
  const note = (name: string, session: InferenceSession): InferenceSession => {
    const run = async (...inputs: Parameters<InferenceSession["run"]>): Promise<InferenceSession.ReturnType> => {
      const startMs = performance.now();
      const outputs = await session.run(...inputs);
      ran.push({ name, startMs, endMs: performance.now() });
      return outputs;
    };
    return { run, inputNames: session.inputNames } as unknown as InferenceSession;
  };
  return new Map([...sessions].map(([name, session]) => [name, note(name, session)]));
}

function counting(link: RankLink, exchanged: Exchanged[], sent: "f32" | "f16"): RankLink {
  return {
    rank: link.rank,
    ready: true,
    memory: link.memory,
    async run(routed, wanted) {
      const { layer, hidden, experts, weights } = routed;
      const bytes = 2 * hidden.length * (sent === "f16" ? 2 : 4) + experts.byteLength + weights.byteLength;
      const answer = await link.run(routed, wanted);
      exchanged.push({ layer, computeMs: answer.computeMs, bytes });
      return answer;
    },
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  };
}

/** Number of rows sent to ranks other than the leader, according to the plan. */
function rowsSent(manifest: Manifest, layer: number, experts: BigInt64Array): number {
  const { topK, denseLayers } = manifest.config;
  const plan = shardPlan(manifest)[layer - denseLayers] as readonly (readonly number[])[];
  const others = plan.slice(LEADER + 1).map((held) => new Set(held));
  let rows = 0;
  for (let row = 0; row < experts.length; row += topK) {
    const chosen = [...experts.subarray(row, row + topK)].map(Number);
    rows += others.filter((held) => chosen.some((expert) => held.has(expert))).length;
  }
  return rows;
}
