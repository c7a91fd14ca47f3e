/** The time from a client's cancel, by a closed connection or by DELETE, to the engine's abort. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Server } from "./processes.ts";
import { ENDLESS, sharedNow } from "./responses.ts";

const RESPONSES = 50;

export async function cancellation(edge: Server, fleetEdge: Server, worker: ChildProcess): Promise<void> {
  console.log(`\nFrom a client's cancel to the engine's AbortSignal, ${RESPONSES} responses one after the other:\n`);
  console.log("| server | cancelled by | p50 ms | p99 ms |");
  console.log("|---|---|---|---|");
  const rows = [
    [edge, "closed connection", close],
    [fleetEdge, "closed connection, no grace", close],
    [fleetEdge, "DELETE", remove],
  ] as const;
  for (const [server, name, cancel] of rows) {
    const times: number[] = [];
    for (let i = 0; i < RESPONSES; i++) times.push(await cancelOne(server.url, worker, cancel));
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.floor(times.length * share)]?.toFixed(1);
    console.log(`| ${server.name} | ${name} | ${at(0.5)} | ${at(0.99)} |`);
  }
}

type Cancel = (socket: Socket, origin: string, responseId: string) => unknown;

const close: Cancel = (socket) => socket.destroy();
const remove: Cancel = (_, origin, id) => fetch(`${origin}/v1/streams/${id}`, { method: "DELETE" });

/** Cancels a response after its first commit. */
async function cancelOne(url: string, worker: ChildProcess, cancel: Cancel): Promise<number> {
  const { origin, hostname, port, pathname } = new URL(url);
  const content = JSON.stringify({ commits: ENDLESS, isPaced: true });
  const body = JSON.stringify({ model: "scripted", stream: true, messages: [{ role: "user", content }] });
  const headers = [`host: ${hostname}`, "content-type: application/json", `content-length: ${body.length}`];
  const socket = connect(Number(port), hostname).setEncoding("latin1");
  socket.write(`POST ${pathname} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n${body}`);
  let text = "";
  for await (const data of socket.iterator({ destroyOnReturn: false })) {
    text += data;
    if (text.includes("@")) break;
  }
  const [, id = ""] = /x-response-id: (\S+)/i.exec(text) ?? [];
  const aborted = once(worker, "message");
  const cancelledMs = sharedNow();
  const cancelled = cancel(socket, origin, id);
  const [{ abortedMs }] = (await aborted) as [{ abortedMs: number }];
  await cancelled;
  socket.destroy();
  return abortedMs - cancelledMs;
}
