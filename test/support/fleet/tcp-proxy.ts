/** A TCP proxy between a program and its server that a test can cut. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Breaks open connections and refuses new ones, until restored. */
  cut(): void;
  /** Forwards no more bytes, without closing any connection. */
  stall(): void;
  mend(): void;
}

export async function openTcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let state: "open" | "cut" | "stalled" = "open";
  const server = createServer((from) => {
    if (state !== "open") return void from.destroy();
    const to = connect(targetPort, "127.0.0.1");
    const pair = [from, to] as const;
    pairs.add(pair);
    for (const [a, b] of [pair, [to, from] as const]) {
      a.on("data", (bytes) => {
        if (state === "open") b.write(bytes);
      });
      a.on("error", () => {});
      a.on("close", () => {
        b.destroy();
        pairs.delete(pair);
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const breakAll = () => {
    for (const [from, to] of pairs) {
      from.destroy();
      to.destroy();
    }
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = "cut";
      breakAll();
    },
    stall() {
      state = "stalled";
    },
    mend() {
      // Open connections lost bytes, so they must be reopened.
      breakAll();
      state = "open";
    },
    async [Symbol.asyncDispose]() {
      breakAll();
      server.close();
      await once(server, "close");
    },
  };
}
