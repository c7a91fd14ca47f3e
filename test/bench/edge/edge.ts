/**
 * Measures what an edge costs: beside a bare Node server on the same worker, and beside another gateway. Rounds alternate between
 * the servers, so that other work on the machine meets all alike: compare figures of one run only.
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { openNatsServer } from "../../../tools/serve/nats-server.ts";
import { cancellation } from "./cancellation.ts";
import { pacedStreams } from "./paced.ts";
import type { LoadFigures } from "./plan.ts";
import { type Server, start, startEdge, startGateway, startLoad } from "./processes.ts";
import { soakEdge } from "./soak.ts";

const CLIENTS = 32;
/** Events of a short and of a long response: those of its commits, and three more. */
const SHORT = 7;
const LONG = 71;
/** Of each client and each length. */
const WARM_UP_EVENTS = 280;

export interface WorkerAddress {
  readonly grpc: string;
  readonly http: string;
}

export async function benchEdge(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: "string", default: "3" }, soak: { type: "string" } },
  });
  console.log(`Load of the machine by other programs: ${loadavg()[0]?.toFixed(1)} running or waiting, over a minute\n`);
  await using opened = new AsyncDisposableStack();
  const nats = opened.use(await openNatsServer());
  const worker = opened.use(await start<WorkerAddress>("worker.ts", [], { NATS_URL: nats.url }));
  const load = opened.use(startLoad());
  const { grpc, http } = worker.message;
  const edge = opened.use(await startEdge("edge, gRPC", { WORKER_ADDRESS: grpc }));
  if (values.soak) {
    await soakEdge(edge, load, Number(values.soak));
    return;
  }
  const bare = opened.use(await start<{ url: string }>("bare-server.ts", [grpc]));
  const fleetEdge = opened.use(
    await startEdge("edge, NATS", { NATS_URL: nats.url, QUEUE_LIMIT: "1024", DISCONNECT_GRACE_MS: "0" }),
  );
  const gateway = opened.use(await startGateway(http));
  const servers: readonly Server[] = [{ name: "bare Node server", ...bare.message, ...bare }, edge, fleetEdge, gateway];
  await closedLoops(servers, load, Number(values.rounds));
  await pacedStreams(servers.slice(0, 3), load);
  await cancellation(edge, fleetEdge, worker.child);
}

interface Round {
  readonly alone: LoadFigures;
  readonly many: LoadFigures;
  readonly cpuPerResponse: number;
  readonly cpuPerEvent: number;
}

async function closedLoops(servers: readonly Server[], load: ReturnType<typeof startLoad>, rounds: number) {
  const measure = async (server: Server, ms: number): Promise<Round> => {
    const run = async (clients: number, commits: number, share: number) => {
      const beforeMs = server.cpuMs();
      const figures = await load.run({ ...server, clients, plan: { commits }, ms: ms * share });
      return { ...figures, cpu: (server.cpuMs() - beforeMs) / figures.responses };
    };
    const alone = await run(1, SHORT, 0.6);
    const many = await run(CLIENTS, SHORT, 1);
    const long = await run(CLIENTS, LONG, 1);
    return { alone, many, cpuPerResponse: many.cpu, cpuPerEvent: (long.cpu - many.cpu) / (LONG - SHORT) };
  };
  // By number, not by time: a slow machine takes longer until its code is compiled.
  for (const server of servers) {
    for (const commits of [SHORT, LONG]) {
      await load.run({ ...server, clients: CLIENTS, plan: { commits }, responsesPerClient: WARM_UP_EVENTS / commits });
    }
  }
  const measured = servers.map((): Round[] => []);
  for (let i = 0; i < rounds; i++) {
    for (const [s, server] of servers.entries()) measured[s]?.push(await measure(server, 800));
  }
  console.log(
    `Responses of ${SHORT + 3} events, an event's cost from responses of ${LONG + 3}, ${rounds} rounds, medians:\n`,
  );
  const columns = [
    ...["server", "1 client: p50 ms", "p99 ms", "added p50 ms", "added p99 ms", "told p50 ms"],
    ...[`${CLIENTS} clients: responses/s`, "of Portkey's", "CPU ms a response", "CPU ms an event"],
  ];
  console.log(`| ${columns.join(" | ")} |\n|${"---|".repeat(columns.length)}`);
  const of = (s: number, figure: (round: Round) => number) => median((measured[s] ?? []).map(figure));
  const rate = ({ many }: Round) => many.responses / (many.ms / 1000);
  for (const [s, { name }] of servers.entries()) {
    const added = (figure: (round: Round) => number) => (s === 0 ? "" : (of(s, figure) - of(0, figure)).toFixed(2));
    const p50 = ({ alone }: Round) => alone.p50Ms;
    const p99 = ({ alone }: Round) => alone.p99Ms;
    const told = of(s, ({ alone }) => alone.toldMs).toFixed(2);
    const cells = [
      ...[name, of(s, p50).toFixed(2), of(s, p99).toFixed(2), added(p50), added(p99), told, of(s, rate).toFixed(0)],
      `${(of(s, rate) / of(servers.length - 1, rate)).toFixed(2)} x`,
      ...[of(s, (round) => round.cpuPerResponse).toFixed(2), of(s, (round) => round.cpuPerEvent).toFixed(3)],
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
