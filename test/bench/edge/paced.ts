/** 500 streams at once, at a model's pace: how late their commits are, and what they cost the server. */
import type { Server, startLoad } from "./processes.ts";

const STREAMS = 500;
const COMMITS = 64;

export async function pacedStreams(servers: readonly Server[], load: ReturnType<typeof startLoad>): Promise<void> {
  console.log(`\n${STREAMS} streams at once, ${COMMITS} commits every 20 ms:\n`);
  console.log(
    "| server | drafts | commits late, p50 ms | p99.9 ms | drafts received | CPU ms an event | of one processor |",
  );
  console.log("|---|---|---|---|---|---|---|");
  for (const hasDrafts of [false, true]) {
    for (const server of servers) {
      // The bare server knows no drafts.
      if (hasDrafts && server === servers[0]) continue;
      const beforeMs = server.cpuMs();
      const plan = { commits: COMMITS, isPaced: true, hasDrafts };
      const figures = await load.run({ ...server, plan, clients: STREAMS });
      const cpuMs = server.cpuMs() - beforeMs;
      const cells = [
        ...[server.name, hasDrafts ? "30 a second" : "none"],
        ...[figures.lateP50Ms.toFixed(1), figures.lateP999Ms.toFixed(1), figures.drafts],
        ...[(cpuMs / (figures.commits + figures.drafts)).toFixed(3), `${((100 * cpuMs) / figures.ms).toFixed(0)} %`],
      ];
      console.log(`| ${cells.join(" | ")} |`);
    }
  }
}
