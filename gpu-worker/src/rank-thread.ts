/** A rank in a thread of its own: runs its experts on what the leader sends. rank-link.ts is the leader's end. */
import { parentPort, workerData } from "node:worker_threads";
import type { RankLink } from "./parallel/exchange.ts";
import type { FromRank, RankSettings, ToRank } from "./rank-messages.ts";
import { openShard } from "./runtime/expert-shard.ts";

if (parentPort === null) throw new Error("rank-thread.ts runs as a worker thread; see rank-link.ts");
const port = parentPort;
const send = (message: FromRank, moved: ArrayBuffer[] = []): void => port.postMessage(message, moved);

try {
  const { package: folder, rank, threads } = workerData as RankSettings;
  serve(await openShard(folder, rank, { threads }));
} catch (error) {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  send({ kind: "failed", name, message });
}

function serve(shard: RankLink): void {
  port.on("message", async ({ id, routed }: ToRank) => {
    try {
      const answer = await shard.run(routed);
      send({ kind: "answer", id, answer }, [answer.partial.buffer as ArrayBuffer]);
    } catch (error) {
      send({ kind: "error", id, message: (error as Error).message });
    }
  });
  send({ kind: "ready" });
}
