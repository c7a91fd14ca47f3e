/** A NATS cluster on this machine: servers with JetStream that replicate each other's streams. */

import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { freePort, type NatsServer, openNatsServer } from "../../../tools/serve/nats-server.ts";
import { until } from "../waiting.ts";

export interface NatsCluster extends AsyncDisposable {
  /** All servers' addresses, for NATS_URL. */
  readonly url: string;
  /** By the names that JetStream reports. */
  readonly servers: ReadonlyMap<string, NatsServer>;
}

/** Resolves when the cluster can create a stream with a copy on every server. */
export async function openNatsCluster(size: number): Promise<NatsCluster> {
  await using opening = new AsyncDisposableStack();
  const names = Array.from({ length: size }, (_, i) => `nats-${i}`);
  const ports = await Promise.all(names.map(freePort));
  const routes = ports.map((port) => `"nats://127.0.0.1:${port}"`).join("\n");
  const servers = new Map<string, NatsServer>();
  for (const [i, name] of names.entries()) {
    const config = `server_name: ${name}\ncluster {\n  name: test\n  listen: "127.0.0.1:${ports[i]}"\n  routes: [\n${routes}\n ]\n}`;
    servers.set(name, opening.use(await openNatsServer({ config })));
  }
  const url = [...servers.values()].map((server) => server.url).join(",");
  const connection = await connect({ servers: url.split(",") });
  try {
    const jsm = await jetstreamManager(connection, { checkAPI: false });
    const probe = { name: "probe", subjects: ["probe"], num_replicas: size };
    await until(() =>
      jsm.streams.add(probe).then(
        () => true,
        () => false,
      ),
    );
    await jsm.streams.delete("probe");
  } finally {
    await connection.close();
  }
  const opened = opening.move();
  return { url, servers, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
