/** Requests to the server under test, and its streams as they come over the wire. */
import type { EditEvent } from "@palimpsest/proto";
import { EventSourceParserStream } from "eventsource-parser/stream";

export interface Target {
  /** URL without `/v1`. */
  readonly baseUrl: string;
  readonly apiKey?: string;
}

/** A message of a server-sent event stream. */
export interface Message {
  readonly id?: string | undefined;
  readonly event?: string | undefined;
  readonly data: string;
}

/** A stream that was read to its end, or until it was left. */
export interface Streamed {
  readonly status: number;
  readonly contentType: string;
  readonly responseId: string | undefined;
  readonly messages: readonly Message[];
}

/** The body of an answer that is not a stream. */
// biome-ignore lint/suspicious/noExplicitAny: JSON from outside, of which each case reads its part
export type Json = any;

const TIMEOUT_MS = 120_000;

/** @throws TypeError when the server is unreachable */
export function send({ baseUrl, apiKey }: Target, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { ...(apiKey && { authorization: `Bearer ${apiKey}` }), ...init.headers };
  return fetch(baseUrl + path, { signal: AbortSignal.timeout(TIMEOUT_MS), ...init, headers });
}

export function post(target: Target, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return send(target, "/v1/chat/completions", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

/** @param until leaves the stream behind the message for which it is true */
export async function read(response: Response, until = (_: Message) => false): Promise<Streamed> {
  const messages: Message[] = [];
  const bytes = response.body ?? new Blob([]).stream();
  for await (const message of bytes
    .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
    .pipeThrough(new EventSourceParserStream())) {
    messages.push(message);
    if (until(message)) break;
  }
  return {
    status: response.status,
    contentType: response.headers.get("content-type") ?? "",
    responseId: response.headers.get("x-response-id") ?? undefined,
    messages,
  };
}

/** The chunks of a completion's stream without the last `[DONE]`. */
export function chunksOf({ messages }: Streamed): Json[] {
  return messages.flatMap(({ data }) => (data === "[DONE]" ? [] : [JSON.parse(data)]));
}

/** The edit events in the chunks of a completion's stream. */
export function editsOf(streamed: Streamed): EditEvent[] {
  return chunksOf(streamed).flatMap(({ edit }) => (edit ? [edit] : []));
}

/** The edit events of a stored response's stream. */
export function eventsOf({ messages }: Streamed): EditEvent[] {
  return messages.map(({ data }) => JSON.parse(data));
}

/** The text of each choice as its commits say. */
export function committed(events: readonly EditEvent[]): string[] {
  const texts: string[] = [];
  for (const event of events) {
    if (event.type === "open") for (let i = 0; i < event.choices; i++) texts[i] ??= "";
    if (event.type === "commit") texts[event.choice] = (texts[event.choice] ?? "") + event.text;
  }
  return texts;
}
