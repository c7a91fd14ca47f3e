/** Ranks in threads give the bits that the same ranks give on one thread, over shared memory and in messages. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import type { Manifest } from "../../gpu-worker/src/model/manifest.ts";
import type { RankLink } from "../../gpu-worker/src/parallel/exchange.ts";
import { createExchangeMemory, openRankThreads } from "../../gpu-worker/src/program/rank-client.ts";
import type { BlockInput } from "../../gpu-worker/src/runtime/attention-inputs.ts";
import { Forward } from "../../gpu-worker/src/runtime/forward.ts";
import { KvTensors } from "../../gpu-worker/src/runtime/kv-tensors.ts";
import type { ForwardOutput } from "../../gpu-worker/src/runtime/model-forward.ts";
import { openSessions, type Sessions } from "../../gpu-worker/src/runtime/package.ts";
import { convertGolden, type GoldenPackage } from "../support/models/golden.ts";

/** Blocks of each forward: the memory grows, and is then larger than needed. */
const FORWARDS = [1, 6, 2];

const opened = new AsyncDisposableStack();
afterAll(() => opened.disposeAsync());

for (const ranks of [2, 4]) {
  let golden: GoldenPackage;
  let manifest: Manifest;
  let sessions: Sessions;
  let expected: Float32Array[];
  beforeAll(async () => {
    golden = opened.use(await convertGolden("tiny-21", { quantization: "int8", ranks }));
    manifest = await readManifest(golden.folder);
    sessions = await openSessions(golden.folder, manifest, { threads: 1 });
    expected = await rowsOver();
  });

  it(`${ranks} ranks over shared memory`, async () => {
    const memory = await createExchangeMemory(golden.folder);
    expect(memory).toBeDefined();
    expect(await rowsOver(await openRankThreads(golden.folder, ranks, 1, { memory: Promise.resolve(memory) }))).toEqual(
      expected,
    );
  });

  it(`${ranks} ranks in messages`, async () => {
    const links = await openRankThreads(golden.folder, ranks, 1, { memory: Promise.resolve(undefined) });
    expect(await rowsOver(links)).toEqual(expected);
  });

  /** The head's inputs after each forward; all are read when the last has ended. */
  async function rowsOver(links?: readonly RankLink[]): Promise<Float32Array[]> {
    for (const link of links ?? []) opened.use(link);
    const forward = new Forward(sessions, manifest, new KvTensors(manifest, 1), { links });
    const outputs: ForwardOutput[] = [];
    for (const blocks of FORWARDS) outputs.push(await forward.layers(tokensOf(blocks, manifest)));
    return outputs.flatMap(({ tensors: { hidden, partials } }) =>
      [hidden, partials].map((tensor) => tensor?.data as Float32Array),
    );
  }
}

function tokensOf(blocks: number, { blockLength, config }: Manifest): Omit<BlockInput, "cells">[] {
  return Array.from({ length: blocks }, (_, block) => ({
    tokens: Array.from({ length: blockLength }, (_, i) => ((blockLength * block + i) * 7919) % config.vocabSize),
    pages: [],
    peers: [],
  }));
}
