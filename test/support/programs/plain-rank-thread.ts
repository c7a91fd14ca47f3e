/** The thread of a plain rank (plain-rank.ts). */
import { parentPort, workerData } from "node:worker_threads";
import type { RankLink, RoutedRows } from "../../../gpu-worker/src/parallel/exchange.ts";
import { answerFrom } from "../../../gpu-worker/src/parallel/shared-link.ts";
import { answerThrough } from "../../../gpu-worker/src/threads/rank-port.ts";
import { beBusy, FAILING_LAYER, HANGING_LAYER, type PlainRank, putPlainSums } from "./plain-rank.ts";

const port = parentPort!;
const { rank, shape, sums = false, busyMs = [0, 0], sliceMs, exchange } = workerData as PlainRank;

const link: RankLink = {
  rank,
  ready: true,
  async run(routed: RoutedRows) {
    if (routed.layer === FAILING_LAYER) throw new Error(`no layer ${routed.layer} – here`);
    if (routed.layer === HANGING_LAYER) await new Promise(() => {});
    const partial = routed.into ?? routed.hidden;
    const computeMs = beBusy(busyMs);
    if (sums) putPlainSums(routed, shape.topK, partial);
    return { partial, computeMs };
  },
  async [Symbol.asyncDispose]() {},
};

port.on("message", ({ kind }) => {
  if (kind === "end") process.exit();
});
port.postMessage({ kind: "ready" });
if (exchange === undefined) answerThrough(port, link);
else void answerFrom(exchange, link, sliceMs);
