/**
 * A rank's thread: runs the rank's experts on what the leader sends, or hands it on to the process that does. rank-link.ts is
 * the leader's end.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { RankLink } from "./parallel/exchange.ts";
import type { FromRank, RankSettings, RemoteRank, ToRank } from "./rank-messages.ts";
import { openShard } from "./runtime/expert-shard.ts";
import { openGrpcRank } from "./transport/grpc-rank.ts";

if (parentPort === null) throw new Error("rank-thread.ts runs as a worker thread; see rank-link.ts");
const port = parentPort;
const send = (message: FromRank, moved: ArrayBuffer[] = []): void => port.postMessage(message, moved);

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
  port.on("message", async (message: ToRank) => {
    if (message.kind === "end") process.exit();
    const { id, routed } = message;
    try {
      const answer = await link.run(routed);
      send({ kind: "answer", id, answer }, [answer.partial.buffer as ArrayBuffer]);
    } catch (error) {
      send({ kind: "error", id, message: (error as Error).message });
    }
  });
  void link.lost?.then(({ message: reason }) => send({ kind: "lost", reason }));
  send({ kind: "ready" });
}
