/**
 * A process of the edge's benchmark that sends requests over keep-alive connections, one after the other on each, and measures
 * the responses. It reads HTTP/1.1 by its end mark alone, so that it takes little of the machine.
 */
import { connect, type Socket } from "node:net";
import type { Load, LoadFigures } from "./plan.ts";
import { sharedNow } from "./responses.ts";

const END = "\r\n0\r\n\r\n";
const DUE = /"content":"@([\d.]+)@"/g;
const TOLD = /server-timing: edge;dur=([\d.]+)/i;
const DRAFT_DUE = /"content":\["@[\d.]+@",/g;

process.on("message", (load: Load) => {
  run(load).then(
    (figures) => process.send?.(figures),
    (error: Error) => process.send?.({ failure: error.message }),
  );
});

async function run(load: Load): Promise<LoadFigures> {
  const seen: Seen = { times: [], lateness: [], told: [], drafts: 0, writes: 0 };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: load.clients }, () => client(load, startMs, seen)));
  const ms = performance.now() - startMs;
  const times = seen.times.sort((a, b) => a - b);
  const told = seen.told.sort((a, b) => a - b);
  const lateness = seen.lateness.sort((a, b) => a - b);
  return {
    ...{ responses: times.length, ms, commits: lateness.length, drafts: seen.drafts, writes: seen.writes },
    ...{ p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) },
    ...{ lateP50Ms: quantile(lateness, 0.5), lateP999Ms: quantile(lateness, 0.999) },
    toldMs: quantile(told, 0.5),
  };
}

interface Seen {
  readonly times: number[];
  readonly lateness: number[];
  readonly told: number[];
  drafts: number;
  writes: number;
}

async function client({ url, headers = {}, plan, ...load }: Load, startMs: number, seen: Seen): Promise<void> {
  const { hostname, port, pathname } = new URL(url);
  const stream_options = plan.hasDrafts ? { stream_options: { include_edits: true } } : {};
  const messages = [{ role: "user", content: JSON.stringify(plan) }];
  const body = JSON.stringify({ model: "scripted", stream: true, messages, ...stream_options });
  const head = { host: `${hostname}:${port}`, "content-type": "application/json", "content-length": body.length };
  const lines = Object.entries({ ...head, ...headers }).map(([name, value]) => `${name}: ${value}`);
  const request = `POST ${pathname} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  socket.setEncoding("latin1");
  const isOver = (sent: number) =>
    load.ms === undefined ? sent >= (load.responsesPerClient ?? 1) : performance.now() - startMs > load.ms;
  for (let sent = 0; !isOver(sent); sent++) {
    const sentMs = performance.now();
    await response(socket, request, seen);
    seen.times.push(performance.now() - sentMs);
  }
  socket.destroy();
}

/** @throws Error with the end of the response when it is not a whole stream */
function response(socket: Socket, request: string, seen: Seen): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let text = "";
  const read = (data: string) => {
    seen.writes++;
    note(data, seen);
    text += data;
    if (!text.endsWith(END)) return;
    socket.off("data", read).off("close", closed);
    const [, told] = TOLD.exec(text) ?? [];
    if (told !== undefined) seen.told.push(Number(told));
    if (text.startsWith("HTTP/1.1 200") && text.slice(-256).includes("[DONE]")) resolve();
    else reject(new Error(`a response failed: ${text.slice(0, 200)} ... ${text.slice(-300)}`));
  };
  const closed = () => reject(new Error(`a connection was closed after: ${text.slice(-500)}`));
  socket.on("data", read).once("close", closed);
  socket.write(request);
  return promise;
}

function note(data: string, seen: Seen): void {
  if (!data.includes("@")) return;
  const nowMs = sharedNow();
  for (const [, dueMs] of data.matchAll(DUE)) seen.lateness.push(nowMs - Number(dueMs));
  for (const _ of data.matchAll(DRAFT_DUE)) seen.drafts++;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
