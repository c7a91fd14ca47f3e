/** Opens a package over its ranks' threads, and notes the time of each part of its forwards. */
import type { InferenceSession } from "onnxruntime-node";
import { graphsOf, type Manifest } from "../../../gpu-worker/src/model/manifest.ts";
import { HEAD_GRAPH, isExpertGraph, LEADER } from "../../../gpu-worker/src/model/package-plan.ts";
import type { RankLink } from "../../../gpu-worker/src/parallel/exchange.ts";
import { createExchangeMemory, openRankThread } from "../../../gpu-worker/src/program/rank-client.ts";
import { ExpertShard, shardLink } from "../../../gpu-worker/src/runtime/expert-shard.ts";
import { Forward } from "../../../gpu-worker/src/runtime/forward.ts";
import { KvTensors } from "../../../gpu-worker/src/runtime/kv-tensors.ts";
import { openSessions, type Sessions } from "../../../gpu-worker/src/runtime/package.ts";

/** Milliseconds of a forward by part. */
export interface ForwardParts {
  /** The leader's layers: attention, routers, shared experts, dense layers. */
  layersMs: number;
  headMs: number;
  /** The head on the processor, without waits for the disk or a core. */
  headCpuMs: number;
  /** The slowest rank's experts, summed over the layers. */
  slowestMs: number;
  /** All ranks' experts. */
  expertsMs: number;
  /** Between a layer's rows and the next layer, without the slowest rank's experts. */
  exchangeMs: number;
}

export interface RankedModel extends AsyncDisposable {
  readonly forward: Forward;
  /** The parts since the last call. */
  take(): ForwardParts;
}

/** A rank has as long as it needs: its weights may have to come from a disk. */
export async function openRanked(folder: string, manifest: Manifest, pages: number): Promise<RankedModel> {
  await using opening = new AsyncDisposableStack();
  const { signal } = new AbortController();
  const memory = manifest.ranks > 1 ? await createExchangeMemory(folder) : undefined;
  const others = Array.from({ length: manifest.ranks - 1 }, (_, i) => i + 1);
  const links = await Promise.all(
    others.map((rank) => openRankThread({ kind: "local", package: folder, rank, threads: 1 }, { signal, memory })),
  );
  for (const link of links) opening.use(link);
  const parts = fresh();
  const opened = await openSessions(folder, manifest, { threads: 1 }, graphsOf(manifest, LEADER));
  const sessions = noted(opened, parts);
  let layer = { startMs: 0, slowestMs: 0 };
  const noting = (link: RankLink): RankLink => ({
    rank: link.rank,
    ready: true,
    memory: link.memory,
    async run(routed, wanted) {
      const answer = await link.run(routed, wanted);
      layer.slowestMs = Math.max(layer.slowestMs, answer.computeMs);
      parts.expertsMs += answer.computeMs;
      return answer;
    },
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  });
  const own = noting(shardLink(new ExpertShard(opened, manifest, LEADER), manifest));
  const startLayer = (): void => {
    layer = { startMs: performance.now(), slowestMs: 0 };
  };
  const endLayer = (): void => {
    if (layer.startMs === 0) return;
    parts.slowestMs += layer.slowestMs;
    parts.exchangeMs += performance.now() - layer.startMs - layer.slowestMs;
    layer = { startMs: 0, slowestMs: 0 };
  };
  const forward = new Forward(
    new Map([...sessions].map(([name, session]) => [name, before(session, endLayer)])),
    manifest,
    new KvTensors(manifest, pages),
    { own, links: links.map(noting), onRoute: startLayer },
  );
  const model = opening.move();
  return {
    forward,
    take() {
      endLayer();
      const taken = { ...parts };
      Object.assign(parts, fresh());
      return taken;
    },
    [Symbol.asyncDispose]: () => model.disposeAsync(),
  };
}

function fresh(): ForwardParts {
  return { layersMs: 0, headMs: 0, headCpuMs: 0, slowestMs: 0, expertsMs: 0, exchangeMs: 0 };
}

/** Notes the time of the leader's graphs; those of its experts are noted as a rank's. */
function noted(sessions: Sessions, parts: ForwardParts): Sessions {
  const wrapped = [...sessions].filter(([name]) => !isExpertGraph(name));
  return new Map(
    wrapped.map(([name, session]) => {
      const run = async (...inputs: Parameters<InferenceSession["run"]>): Promise<InferenceSession.ReturnType> => {
        const [startMs, start] = [performance.now(), process.threadCpuUsage()];
        const outputs = await session.run(...inputs);
        const { user, system } = process.threadCpuUsage(start);
        if (name === HEAD_GRAPH) parts.headCpuMs += (user + system) / 1000;
        parts[name === HEAD_GRAPH ? "headMs" : "layersMs"] += performance.now() - startMs;
        return outputs;
      };
      return [name, { run, inputNames: session.inputNames } as unknown as InferenceSession];
    }),
  );
}

function before(session: InferenceSession, call: () => void): InferenceSession {
  const run = (...inputs: Parameters<InferenceSession["run"]>): Promise<InferenceSession.ReturnType> => {
    call();
    return session.run(...inputs);
  };
  return { run, inputNames: session.inputNames } as unknown as InferenceSession;
}
