/** Replays a trace on a real fleet as its clients would, in real time. */
import { setTimeout as sleep } from "node:timers/promises";
import { RETURNS } from "../simulated-fleet.ts";
import type { TracedRequest } from "../trace.ts";
import { PACED_MODEL } from "./paced-engine.ts";

export interface Answer {
  readonly blocks: number;
  /** Milliseconds from the first sending to the response's first event; undefined if the client gave up. */
  readonly waitMs: number | undefined;
  /** Milliseconds from the first event to the last. */
  readonly serviceMs: number;
  readonly rejections: number;
}

export async function replay(url: string, requests: Iterable<TracedRequest>): Promise<Answer[]> {
  const begunMs = performance.now();
  const answers: Promise<Answer>[] = [];
  for (const { atMs, ...request } of requests) {
    await sleep(Math.max(0, begunMs + atMs - performance.now()));
    answers.push(ask(url, request));
  }
  return Promise.all(answers);
}

/** @throws Error when the response ends without having begun */
export async function ask(url: string, request: Pick<TracedRequest, "blocks" | "priority">): Promise<Answer> {
  const { blocks } = request;
  const sentMs = performance.now();
  for (let rejections = 0; ; rejections++) {
    const response = await send(url, request);
    if (response.ok) {
      let beganMs: number | undefined;
      for await (const text of response.body!.pipeThrough(new TextDecoderStream() as never) as AsyncIterable<string>) {
        if (text.includes('"type":"open"')) beganMs ??= performance.now();
      }
      if (beganMs === undefined) throw new Error("a response ended without its first event");
      return { blocks, waitMs: beganMs - sentMs, serviceMs: performance.now() - beganMs, rejections };
    }
    const retryAfterMs = Number(response.headers.get("retry-after-ms"));
    const text = await response.text();
    if (response.status !== 429) throw new Error(`${response.status}: ${text}`);
    if (rejections === RETURNS) return { blocks, waitMs: undefined, serviceMs: 0, rejections: rejections + 1 };
    await sleep(retryAfterMs);
  }
}

function send(url: string, { blocks, priority }: Pick<TracedRequest, "blocks" | "priority">): Promise<Response> {
  const messages = [{ role: "user", content: String(blocks) }];
  const stream = { stream: true, stream_options: { include_edits: true } };
  return fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: PACED_MODEL, messages, priority, ...stream }),
  });
}
