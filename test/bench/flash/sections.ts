/** Runs a section of `bench -- flash` in a process of its own, so that its memory is its own: SECTION SETTINGS. Prints JSON. */
import { join } from "node:path";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { readManifest } from "../../../gpu-worker/src/files/read-manifest.ts";
import type { Manifest } from "../../../gpu-worker/src/model/manifest.ts";
import { EMBEDDING_GRAPH, expertGraph, layerGraph } from "../../../gpu-worker/src/model/package-plan.ts";
import { Forward } from "../../../gpu-worker/src/runtime/forward.ts";
import { KvTensors } from "../../../gpu-worker/src/runtime/kv-tensors.ts";
import type { ForwardOutput } from "../../../gpu-worker/src/runtime/model-forward.ts";
import { sequencesOf } from "../../../gpu-worker/src/runtime/model-sequences.ts";
import { openSession, type Sessions } from "../../../gpu-worker/src/runtime/package.ts";
import { ahead, decodeWith } from "../../support/models/decode-with.ts";
import { type ForwardParts, openRanked } from "./ranked-model.ts";
import { peakMemory, type ThreadTimes, threadTimes } from "./thread-times.ts";

/** Forwards whose best is taken, where the weights are in memory. */
const REPEATS = 5;

/** Less than a block, so that nothing is prefilled. */
const PROMPT_TOKENS = 8;

export interface DecodeSettings {
  readonly folder: string;
  readonly blocks: number;
}

export interface StepFigures extends ForwardParts, ThreadTimes {
  readonly blocks: number;
  readonly wallMs: number;
}

export interface DecodeFigures {
  readonly openMs: number;
  readonly openedBytes: number;
  readonly steps: readonly StepFigures[];
  readonly tokens: number;
  readonly residentBytes: number;
  readonly ownBytes: number;
}

export interface EqualityFigures {
  /** [T, H] after the last layer, as base64. */
  readonly hidden: string;
  readonly tokens: readonly number[];
  /** Best of some forwards, milliseconds of the processor. */
  readonly denseMs: number;
  readonly layerMs: number;
  /** A layer's experts, by rank. */
  readonly rankMs: readonly number[];
}

const sections = { decode, equality };

const [, , name, settings] = process.argv as [string, string, keyof typeof sections, string];
// Ended only once the pipe has all of it; rank threads would keep the process.
process.stdout.write(JSON.stringify(await sections[name](JSON.parse(settings))), () => process.exit());

/**
 * Decodes blocks. Each takes two forwards: random weights are unsure of every token, so the thresholds fill all cells at once and
 * let none change. The last of one block is the first of the next.
 */
async function decode({ folder, blocks }: DecodeSettings): Promise<DecodeFigures> {
  const manifest = await readManifest(folder);
  const { blockLength, maskToken, config } = manifest;
  const startMs = performance.now();
  const before = await threadTimes();
  await using model = await openRanked(folder, manifest, blocks);
  const openMs = performance.now() - startMs;
  const { readBytes: openedBytes } = difference(await threadTimes(), before);
  using sequence = sequencesOf(model.forward, manifest, {}).sequence(Array.from({ length: blocks }, (_, page) => page));
  const steps: StepFigures[] = [];
  const noting: Parameters<typeof ahead>[0] = {
    prefill: (tokens) => sequence.prefill(tokens),
    commit: (block) => sequence.commit(block),
    async forward(queries) {
      const [startMs, start] = [performance.now(), await threadTimes()];
      model.take();
      const found = await sequence.forward(queries);
      const wallMs = performance.now() - startMs;
      const step = { ...model.take(), ...difference(await threadTimes(), start), blocks: queries.length, wallMs };
      steps.push(step);
      console.error(`a forward of ${queries.length} blocks took ${(wallMs / 1000).toFixed(1)} s`);
      return found;
    },
  };
  const options = {
    decoding: { rule: "2.1", threshold: 0, editing_threshold: 1, max_post_steps: 1 },
    ...{ blockLength, maskToken, eosTokens: new Set<number>() },
    maxTokens: blocks * blockLength - PROMPT_TOKENS,
  } as const;
  const prompt = Array.from({ length: PROMPT_TOKENS }, (_, i) => (i * 7919) % config.vocabSize);
  let tokens = 0;
  for await (const step of decodeWith(ahead(noting), prompt, options)) {
    if (step.kind === "commit") tokens += step.cells.length;
  }
  return { openMs, openedBytes, steps, tokens, ...(await peakMemory()) };
}

/** A block through all layers, once for its values and some times for its parts. */
async function equality({ folder }: { readonly folder: string }): Promise<EqualityFigures> {
  const manifest = await readManifest(folder);
  const { config, ranks } = manifest;
  const timer = new Map<string, number>();
  // Packed in memory, which is faster than to prepare what is opened once.
  const opened = new Map<string, InferenceSession>();
  for (const { name } of manifest.graphs)
    opened.set(name, await openSession(join(folder, `${name}.onnx`), { threads: 1 }));
  const sessions = onProcessor(opened, timer);
  const forward = new Forward(sessions, manifest, new KvTensors(manifest, 1));
  const block = openBlock(manifest);
  const output = await forward.layers([block]);
  const candidates = await forward.head(output, [...block.tokens.keys()]);
  const best = new Map<string, number>();
  for (let i = 0; i < REPEATS; i++) {
    timer.clear();
    await forward.layers([block]);
    for (const [graph, ms] of timer) best.set(graph, Math.min(ms, best.get(graph) ?? ms));
  }
  const of = (graph: string): number => best.get(graph) as number;
  const last = config.layers - 1;
  return {
    hidden: Buffer.from(sum(output).buffer).toString("base64"),
    tokens: candidates.map(({ token }) => token),
    denseMs: of(EMBEDDING_GRAPH) + of(layerGraph(0)),
    layerMs: of(layerGraph(last)),
    rankMs: Array.from({ length: ranks }, (_, rank) => of(expertGraph(last, rank))),
  };
}

/** Sessions that note the processor time of each graph: what it takes on a machine without other work. */
function onProcessor(sessions: Sessions, timer: Map<string, number>): Map<string, InferenceSession> {
  const note = (name: string, session: InferenceSession): InferenceSession => {
    const run = async (...inputs: Parameters<InferenceSession["run"]>): Promise<InferenceSession.ReturnType> => {
      const start = process.threadCpuUsage();
      const outputs = await session.run(...inputs);
      const { user, system } = process.threadCpuUsage(start);
      timer.set(name, (user + system) / 1000);
      return outputs;
    };
    return { run, inputNames: session.inputNames } as unknown as InferenceSession;
  };
  return new Map([...sessions].map(([name, session]) => [name, note(name, session)]));
}

function openBlock({ blockLength, maskToken, config }: Manifest) {
  const token = (i: number): number => (i % 2 === 0 ? maskToken : (i * 7919) % config.vocabSize);
  return { tokens: Array.from({ length: blockLength }, (_, i) => token(i)), pages: [], peers: [] };
}

/** The last layer's rows with its experts' sums, which the head adds. */
function sum({ tensors }: ForwardOutput): Float32Array {
  const { hidden, partials } = tensors as Record<"hidden" | "partials", Tensor>;
  const total = Float32Array.from(hidden.data as Float32Array);
  for (const [i, value] of (partials.data as Float32Array).entries()) {
    const at = i % total.length;
    total[at] = (total[at] as number) + value;
  }
  return total;
}

function difference(after: ThreadTimes, before: ThreadTimes): ThreadTimes {
  return {
    cpuMs: after.cpuMs - before.cpuMs,
    queuedMs: after.queuedMs - before.queuedMs,
    readBytes: after.readBytes - before.readBytes,
  };
}
