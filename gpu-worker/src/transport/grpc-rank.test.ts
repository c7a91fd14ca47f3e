/** The exchange over real sockets, with ranks that compute nothing. */
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect as connectHttp2 } from "node:http2";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { serviceDefinition } from "@palimpsest/proto";
import { ExchangeRequestSchema, type ExchangeResponse, ExpertService } from "@palimpsest/proto/expert";
import type { Tls } from "@palimpsest/proto/tls-files";
import { service as health } from "grpc-health-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { systemClock } from "../clock.ts";
import type { RankAnswer, RankLink, RoutedRows } from "../parallel/exchange.ts";
import { openGrpcRank } from "./grpc-rank.ts";
import { EXCHANGE_WINDOW_BYTES, type ExchangeTerms, encodeDispatch } from "./rank-codec.ts";
import { serveRank } from "./rank-server.ts";

const terms: ExchangeTerms = { packageDigest: "ab".repeat(32), planDigest: "ef".repeat(32), ranks: 3, rank: 2 };
const types = { sent: "f32", held: "f32" } as const;

let opened: AsyncDisposableStack;
let folder: string;
beforeEach(async () => {
  opened = new AsyncDisposableStack();
  folder = await mkdtemp(join(tmpdir(), "rank-"));
});
afterEach(async () => {
  await opened.disposeAsync();
  await rm(folder, { recursive: true });
});

/** Doubles rows. */
const double = async ({ hidden }: RoutedRows): Promise<RankAnswer> => ({
  partial: hidden.map((x) => 2 * x),
  computeMs: 1,
});

async function serve(run: RankLink["run"] = double, address = "127.0.0.1:0") {
  const link: RankLink = { rank: 2, ready: true, run, async [Symbol.asyncDispose]() {} };
  const server = opened.use(await serveRank({ link, terms, held: "f32", addresses: [address], clock: systemClock }));
  return { server, address: server.addresses[0] as string };
}

/** One attempt. */
const reach = async (address: string, changes: Partial<ExchangeTerms> = {}, tls?: Tls) => {
  const giveUp = (reason: string) => {
    throw new Error(reason);
  };
  return opened.use(await openGrpcRank({ address, terms: { ...terms, ...changes }, types, tls }, giveUp));
};

const rows = (count: number, width = 2): RoutedRows => ({
  layer: 1,
  hidden: Float32Array.from({ length: count * width }, (_, i) => i),
  experts: new BigInt64Array(count),
  weights: new Float32Array(count),
});

it.each([
  ["TCP", () => "127.0.0.1:0"],
  ["a unix socket", () => `unix:${join(folder, "rank.sock")}`],
])("answers on %s, large dispatches and small ones, each to its own question", async (_, address) => {
  const link = await reach((await serve(double, address())).address);
  // 2 MiB at most: more than the window, and more than a socket holds.
  const sizes = [1, 256, 3, 64];
  const answers = await Promise.all(sizes.map((count) => link.run(rows(count, 2048))));
  for (const [i, count] of sizes.entries()) {
    const expected = (await double(rows(count, 2048))).partial;
    expect(Buffer.from(answers[i]!.partial.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
  }
});

it("a leader may send a layer's rows without waiting for a window update", async () => {
  const { address } = await serve();
  const session = connectHttp2(`http://${address}`);
  opened.defer(() => session.destroy());
  session.on("error", () => {});
  session.request({ ":method": "POST", ":path": serviceDefinition(ExpertService).exchange.path }).on("error", () => {});
  await vi.waitUntil(() => session.remoteSettings.initialWindowSize === EXCHANGE_WINDOW_BYTES);
  await vi.waitUntil(() => (session.state.remoteWindowSize as number) >= EXCHANGE_WINDOW_BYTES);
});

it("a dispatch that cannot be computed fails alone", async () => {
  const link = await reach(
    (
      await serve(async (routed) => {
        if (routed.hidden.length > 2) throw new Error("no such rows");
        return double(routed);
      })
    ).address,
  );
  await expect(link.run(rows(2))).rejects.toThrow("no such rows");
  expect(await link.run(rows(1))).toEqual(await double(rows(1)));
});

it("an answer of another size is no answer", async () => {
  const link = await reach((await serve(async () => ({ partial: new Float32Array(3), computeMs: 0 }))).address);
  await expect(link.run(rows(1))).rejects.toThrow("its answer does not fit the dispatch");
});

it("another package is refused with both digests, and neither side computes", async () => {
  const run = vi.fn(double);
  const { address } = await serve(run);
  await expect(reach(address, { packageDigest: "cd".repeat(32) })).rejects.toMatchObject({
    name: "PackageError",
    message: expect.stringMatching(/^rank 2 at 127.0.0.1:\d+ holds package (ab){32}, this process (cd){32}; give all/),
  });
  await expect(reach(address, { rank: 1 })).rejects.toThrow(
    "is configured for rank 2 of 3, this process for rank 1 of 3",
  );
  expect(run).not.toHaveBeenCalled();
});

it("a leader that does not begin with a hello is rejected", async () => {
  const run = vi.fn(double);
  const { address } = await serve(run);
  const client = opened.adopt(new grpc.Client(address, grpc.credentials.createInsecure()), (it) => it.close());
  const { path, requestSerialize, responseDeserialize } = serviceDefinition(ExpertService).exchange;
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  call.write(
    create(ExchangeRequestSchema, { message: { case: "dispatch", value: encodeDispatch(1n, rows(1), "f32") } }),
  );
  await expect((call as AsyncIterable<ExchangeResponse>)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: grpc.status.FAILED_PRECONDITION,
    details: "the first message must be a hello",
  });
  expect(run).not.toHaveBeenCalled();
});

it("with certificates, a rank takes a leader of its CA and no other, and a leader no other rank", async () => {
  const file = (name: string) => readFile(new URL(`../../../test/support/fleet/tls/${name}`, import.meta.url), "utf8");
  const [ca, cert, key] = await Promise.all(["ca.pem", "server.pem", "server-key.pem"].map(file));
  const tls = { ca, cert, key } as Tls;
  const link: RankLink = { rank: 2, ready: true, run: double, async [Symbol.asyncDispose]() {} };
  const open = async (own?: Tls) => {
    const options = { link, terms, held: "f32", addresses: ["127.0.0.1:0"], tls: own, clock: systemClock } as const;
    return opened.use(await serveRank(options)).addresses[0] as string;
  };
  const [secure, plain] = [await open(tls), await open()];
  const trusted = await reach(secure, {}, tls);
  expect(await trusted.run(rows(1))).toEqual(await double(rows(1)));
  await expect(reach(secure)).rejects.toThrow(Error);
  await expect(reach(plain, {}, tls)).rejects.toThrow(Error);
  // Nobody but itself vouches for the certificate: the CA did not sign it.
  await expect(reach(secure, {}, { ...tls, ca: tls.cert })).rejects.toThrow(/certificate/);
});

it("a rank with certificates answers health checks without any, and nothing else", async () => {
  const file = (name: string) => readFile(new URL(`../../../test/support/fleet/tls/${name}`, import.meta.url), "utf8");
  const [ca, cert, key] = await Promise.all(["ca.pem", "server.pem", "server-key.pem"].map(file));
  const link: RankLink = { rank: 2, ready: true, run: double, async [Symbol.asyncDispose]() {} };
  const probed = `unix:${join(folder, "health.sock")}`;
  const addresses = ["127.0.0.1:0"];
  const options = { link, terms, held: "f32", addresses, healthAddresses: [probed], clock: systemClock } as const;
  const server = opened.use(await serveRank({ ...options, tls: { ca, cert, key } as Tls }));
  const client = opened.adopt(new grpc.Client(probed, grpc.credentials.createInsecure()), (it) => it.close());
  const { path, requestSerialize, responseDeserialize } = health.Check!;
  const status = () =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { service: "" }, (error, response) =>
        error === null ? resolve((response as { status: string }).status) : reject(error),
      );
    });
  expect(await status()).toBe("SERVING");
  await expect(reach(probed)).rejects.toThrow(/does not implement/);
  await server.drain(0);
  await expect(status()).rejects.toThrow(/UNAVAILABLE/);
});

it("garbage on its port does not disturb a rank", async () => {
  const { address } = await serve();
  const link = await reach(address);
  const socket = connect(Number(address.split(":")[1]), "127.0.0.1");
  socket.on("error", () => {});
  socket.resume().end("GET / HTTP/1.1\r\n\r\n\0\xff garbage");
  await once(socket, "close");
  expect(await link.run(rows(1))).toEqual(await double(rows(1)));
});

it("a server that answers with garbage is refused", async () => {
  const server = createServer((socket) => socket.on("error", () => {}).end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  await once(server.listen(0, "127.0.0.1"), "listening");
  opened.defer(() => void server.close());
  await expect(reach(`127.0.0.1:${(server.address() as AddressInfo).port}`)).rejects.toThrow(Error);
});

it("a rank that exits fails its pending dispatches and resolves lost", async () => {
  const { server, address } = await serve(() => new Promise(() => {}));
  const link = await reach(address);
  const asked = link.run(rows(1));
  void server.drain(0);
  await expect(asked).rejects.toThrow(Error);
  expect(await link.lost).toBeInstanceOf(Error);
  expect(link.ready).toBe(false);
  await expect(link.run(rows(1))).rejects.toThrow(Error);
});

it("a draining rank serves its leader, rejects another, and exits once the leader has disconnected", async () => {
  const { server, address } = await serve();
  const link = await reach(address);
  const drained = server.drain(60_000);
  expect(await link.run(rows(1))).toEqual(await double(rows(1)));
  await expect(reach(address)).rejects.toThrow(Error);
  await link[Symbol.asyncDispose]();
  await drained;
});
