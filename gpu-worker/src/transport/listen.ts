/** Binds gRPC servers to TCP ports and Unix sockets. */
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { connect } from "node:net";
import * as grpc from "@grpc/grpc-js";

/**
 * @param address `host:port`, or `unix:` and a path
 * @param credentials neither encrypted nor authenticated by default
 * @returns the address; a port of 0 is replaced by the chosen one
 * @throws Error naming the address that cannot be listened on
 */
export async function listen(
  server: grpc.Server,
  address: string,
  credentials = grpc.ServerCredentials.createInsecure(),
): Promise<string> {
  await removeStaleSocket(address);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  server.bindAsync(address, credentials, (error, port) => {
    if (error) reject(new Error(`cannot listen on ${address}: ${error.message}`, { cause: error }));
    else resolve(address.replace(/:0$/, `:${port}`));
  });
  return promise;
}

/** Binds all addresses or none: if one fails, the servers stop, since they would keep a failed program alive. */
export async function listenAll<T>(servers: readonly grpc.Server[], begin: () => Promise<T>[]): Promise<T[]> {
  const all = await Promise.allSettled(begin());
  const failed = all.find(({ status }) => status === "rejected");
  if (failed === undefined) return all.map((one) => (one as PromiseFulfilledResult<T>).value);
  for (const server of servers) server.forceShutdown();
  throw (failed as PromiseRejectedResult).reason;
}

/** Removes the socket file of a killed program, which prevents listening there. */
async function removeStaleSocket(address: string): Promise<void> {
  const path = /^unix:(?:\/\/)?(.+)$/.exec(address)?.[1];
  if (path === undefined) return;
  const socket = connect(path);
  try {
    await once(socket, "connect");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ECONNREFUSED") await rm(path);
  } finally {
    socket.destroy();
  }
}
