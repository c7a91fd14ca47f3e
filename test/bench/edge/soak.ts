/** Thousands of streams, some of them left by their clients: the memory of the edge must not grow. */
import type { Server, startLoad } from "./processes.ts";

const STEPS = 10;
const CLIENTS = 32;

export async function soakEdge(edge: Server, load: ReturnType<typeof startLoad>, streams: number): Promise<void> {
  console.log("| streams | responses/s | RSS |");
  console.log("|---|---|---|");
  const responsesPerClient = Math.ceil(streams / STEPS / CLIENTS);
  for (let step = 1; step <= STEPS; step++) {
    const { responses, ms } = await load.run({ ...edge, plan: { commits: 7 }, clients: CLIENTS, responsesPerClient });
    const cells = [
      step * responses,
      (responses / (ms / 1000)).toFixed(0),
      `${(edge.rssBytes() / 2 ** 20).toFixed(0)} MiB`,
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}
