/**
 * A rank's thread: runs the rank's experts on what the leader sends, or hands it on to the process that does. rank-link.ts is
 * the leader's end.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { RankLink } from "../parallel/exchange.ts";
import { openShard } from "../runtime/expert-shard.ts";
import type { FromRank, RankSettings, RemoteRank, ToRank } from "../threads/rank-messages.ts";
import { answerThrough } from "../threads/rank-port.ts";
import { openGrpcRank } from "../transport/grpc-rank.ts";

if (parentPort === null) throw new Error("rank-thread.ts runs as a worker thread; see rank-link.ts");
const port = parentPort;
const send = (message: FromRank): void => port.postMessage(message);

try {
  const settings = workerData as RankSettings;
  serve(settings.kind === "local" ? await openShard(settings.package, settings.rank, settings) : await reach(settings));
} catch (error) {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  send({ kind: "failed", name, message });
}

function reach(settings: RemoteRank): Promise<RankLink> {
  let told = "";
  return openGrpcRank(settings, (reason) => {
    if (reason !== told) send({ kind: "waiting", reason });
    told = reason;
  });
}

function serve(link: RankLink): void {
  answerThrough(port, link);
  port.on("message", ({ kind }: ToRank) => {
    if (kind === "end") process.exit();
  });
  void link.lost?.then(({ message: reason }) => send({ kind: "lost", reason }));
  send({ kind: "ready" });
}
