/**
 * A rank's thread: runs the rank's experts on the leader's rows, or forwards the rows to the process that does. The leader's
 * end is parallel/shared-link.ts, or threads/rank-port.ts where rows travel as messages.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { RankLink } from "../parallel/exchange.ts";
import { answerFrom } from "../parallel/shared-link.ts";
import { openDeviceShard } from "../runtime/device-shard.ts";
import { openShard } from "../runtime/expert-shard.ts";
import type { FromRank, ToRank } from "../threads/rank-messages.ts";
import { answerThrough } from "../threads/rank-port.ts";
import { openGrpcRank } from "../transport/grpc-rank.ts";
import type { LocalRank, RankSettings, RemoteRank } from "./rank-client.ts";

if (parentPort === null) throw new Error("rank-thread.ts must run as a worker thread; use rank-client.ts");
const port = parentPort;
const send = (message: FromRank): void => port.postMessage(message);

try {
  const settings = workerData as RankSettings;
  if (settings.kind === "remote") serve(await connect(settings));
  else serve(await openExperts(settings), settings);
} catch (error) {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  send({ kind: "failed", name, message });
}

function openExperts({ package: folder, rank, threads, device }: LocalRank): Promise<RankLink> {
  return device === undefined ? openShard(folder, rank, { threads }) : openDeviceShard(folder, rank, device);
}

function connect(settings: RemoteRank): Promise<RankLink> {
  let lastReason = "";
  return openGrpcRank(settings, (reason) => {
    if (reason !== lastReason) send({ kind: "waiting", reason });
    lastReason = reason;
  });
}

function serve(link: RankLink, { exchange }: Pick<LocalRank, "exchange"> = {}): void {
  port.on("message", ({ kind }: ToRank) => {
    if (kind === "end") process.exit();
  });
  void link.lost?.then(({ message: reason }) => send({ kind: "lost", reason }));
  send({ kind: "ready" });
  if (exchange === undefined) answerThrough(port, link);
  else void answerFrom(exchange, link);
}
