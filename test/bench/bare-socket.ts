/**
 * Measures a Unix socket between two Node processes alone: sends as many bytes as an exchange, there and back, without
 * computation, serialization or framing. `node bare-socket.ts PATH BYTES` is the other process, which echoes the bytes.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(import.meta.url);

if (process.argv[1] === PROGRAM) {
  const [path, bytes] = process.argv.slice(2) as [string, string];
  createServer((socket) => onMessage(socket, Number(bytes), (message) => socket.write(message))).listen(path, () =>
    process.send?.("listening"),
  );
}

/** Milliseconds of each of `runs` exchanges of `bytes` each way. */
export async function bareSocket(bytes: number, runs: number): Promise<number[]> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "palimpsest-"));
  cleanup.defer(() => rm(folder, { recursive: true }));
  const path = join(folder, "socket");
  const other = fork(PROGRAM, [path, String(bytes)]);
  cleanup.defer(() => void other.kill());
  await once(other, "message");
  const socket = connect(path);
  cleanup.defer(() => void socket.destroy());
  let arrived = Promise.withResolvers<void>();
  onMessage(socket, bytes, () => arrived.resolve());
  const took: number[] = [];
  for (let run = 0; run < runs; run++) {
    const startMs = performance.now();
    arrived = Promise.withResolvers<void>();
    socket.write(Buffer.alloc(bytes, run));
    await arrived.promise;
    took.push(performance.now() - startMs);
  }
  return took;
}

function onMessage(socket: Socket, bytes: number, take: (message: Buffer) => void): void {
  let parts: Buffer[] = [];
  let held = 0;
  socket.on("data", (part) => {
    parts.push(part);
    held += part.length;
    if (held < bytes) return;
    const all = Buffer.concat(parts);
    take(all.subarray(0, bytes));
    parts = [all.subarray(bytes)];
    held -= bytes;
  });
}
