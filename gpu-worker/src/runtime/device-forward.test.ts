/** What a forward on a device claims and gives up, and what its failure means, on sessions that compute nothing. */
import { Tensor } from "onnxruntime-node";
import { expect, it } from "vitest";
import { tinyConfig } from "../../../test/support/models/checkpoint.ts";
import { parseConfig } from "../model/config.ts";
import type { Manifest } from "../model/manifest.ts";
import { DeviceForward } from "./device-forward.ts";
import type { DeviceGraph, DeviceSessions, Tensors } from "./device-sessions.ts";

const { model: config } = parseConfig(tinyConfig, "config.json");
const manifest = { config, blockLength: 4, maskToken: 95, target: "webgpu" } as unknown as Manifest;
const POOLS = 2 * config.layers;
const block = { tokens: [1, 2, 3, 4], pages: [], peers: [] };

/** Sessions that note the tensors they gave out and that were not disposed of. */
function noting() {
  const alive = new Set<Tensor>();
  const runs: { graph: DeviceGraph; feeds: Tensors }[] = [];
  const state = { failure: undefined as string | undefined };
  const give = (onDevice: boolean): Tensor => {
    const tensor = new Tensor("float32", [1], [1]);
    if (!onDevice) return tensor;
    alive.add(tensor);
    return Object.assign(tensor, {
      dispose: () => {
        if (!alive.delete(tensor)) throw new Error("disposed of twice");
      },
    });
  };
  const outputs: Readonly<Record<DeviceGraph, readonly string[]>> = {
    body: ["hidden", ...Array.from({ length: config.layers }, (_, l) => [`keys_${l}`, `values_${l}`]).flat()],
    head: ["logits"],
    zeros: ["zeros"],
    commit: ["written"],
    adjust: ["sums"],
    allow: ["allowed"],
    candidates: ["token", "probability"],
    ranking: ["", "_2", "_3", "_4", "_5"].flatMap((rank) =>
      ["token", "probability"].map((name) => `${rank && "ranked_"}${name}${rank}`),
    ),
    rows: ["picked"],
    sampling: ["drawn_token", "drawn_probability", "logprob", "best_tokens", "best_logprobs"],
  };
  const sessions: DeviceSessions = {
    async run(graph, feeds) {
      for (const [name, tensor] of Object.entries(feeds)) {
        if ("dispose" in tensor && Object.hasOwn(tensor, "dispose") && !alive.has(tensor)) {
          throw new Error(`${name} was disposed of before it was fed`);
        }
      }
      if (state.failure !== undefined) throw new Error(state.failure);
      runs.push({ graph, feeds });
      const onDevice = !["candidates", "ranking", "rows", "sampling"].includes(graph);
      return Object.fromEntries(outputs[graph].map((name) => [name, give(onDevice)]));
    },
    async [Symbol.asyncDispose]() {},
  };
  return { sessions, alive, runs, state };
}

it("after the kernels are compiled nothing but the pools is on the device", async () => {
  const { sessions, alive, runs } = noting();
  await using _forward = await DeviceForward.open(sessions, manifest, 3);
  expect(alive.size).toBe(POOLS);
  const plain: DeviceGraph[] = ["body", "head", "zeros", "commit", "adjust", "candidates", "rows", "sampling"];
  expect(new Set(runs.map(({ graph }) => graph))).toEqual(new Set([...plain, "allow", "ranking"]));
});

it("a forward's tensors stay until its last claim and write, and blocks of one forward are written together", async () => {
  const { sessions, alive, runs } = noting();
  await using forward = await DeviceForward.open(sessions, manifest, 3);
  runs.length = 0;
  const output = await forward.layers([block, block]);
  const other = output.share();
  output[Symbol.dispose]();
  expect(alive.size).toBe(2 * POOLS + 1);
  forward.write(1, other, 0);
  forward.write(2, other, 1);
  other[Symbol.dispose]();
  expect(alive.size).toBe(2 * POOLS + 1);
  using _next = await forward.layers([block]);
  const commits = runs.filter(({ graph }) => graph === "commit");
  expect(commits).toHaveLength(POOLS);
  // Rows of pages 1 and 2 for each of two heads, from blocks 0 and 1.
  expect(commits[0]?.feeds.at?.data).toEqual(BigInt64Array.of(2n, 3n, 4n, 5n));
  expect(commits[0]?.feeds.from?.data).toEqual(Int32Array.of(0, 1, 2, 3));
  expect(alive.size).toBe(2 * POOLS + 1); // pools and the next forward's own
});

it("a page that was freed and written again holds the later block", async () => {
  const { sessions, runs } = noting();
  await using forward = await DeviceForward.open(sessions, manifest, 3);
  runs.length = 0;
  using output = await forward.layers([block, block]);
  forward.write(1, output, 0);
  forward.write(1, output, 1);
  using _next = await forward.layers([block]);
  const commit = runs.find(({ graph }) => graph === "commit");
  expect(commit?.feeds.at?.data).toEqual(BigInt64Array.of(2n, 3n));
  expect(commit?.feeds.from?.data).toEqual(Int32Array.of(2, 3));
});

it("candidates, draws, adjustments, allowed tokens and scores leave nothing behind", async () => {
  const { sessions, alive } = noting();
  await using forward = await DeviceForward.open(sessions, manifest, 3);
  using output = await forward.layers([block]);
  const before = alive.size;
  const draws = [{ cell: 1, temperature: 1, uniform: 0.5 }];
  const adjustments = [{ cell: 0, token: 1, by: 2 }];
  const constrained = { best: new Set([0, 1]), allowed: [{ row: 1, bits: new Int32Array(3).fill(-1) }] };
  await forward.head(output, [0, 1, 2], { draws, adjustments });
  await forward.head(output, [0, 1, 2], { draws, adjustments, ...constrained });
  await forward.score(output, [0, 1], [5, 6], 1);
  expect(alive.size).toBe(before);
});

it("the device's failure is unavailable, then and from then on, without asking the device again", async () => {
  const { sessions, runs, state } = noting();
  await using forward = await DeviceForward.open(sessions, manifest, 3);
  using output = await forward.layers([block]);
  expect(forward.deviceFailure).toBeUndefined();
  state.failure = "device lost";
  const unavailable = { code: "unavailable", message: "the device failed in the body graph: device lost" };
  await expect(forward.layers([block])).rejects.toMatchObject(unavailable);
  state.failure = undefined;
  const before = runs.length;
  await expect(forward.head(output, [0])).rejects.toMatchObject(unavailable);
  await expect(forward.layers([block])).rejects.toMatchObject(unavailable);
  expect(runs).toHaveLength(before);
  expect(forward.deviceFailure).toBe(unavailable.message);
});
