/**
 * Clients that retry indefinitely: each sends a request, reads edit events, reconnects to another edge when its own
 * fails, and checks the text.
 */
import { setTimeout as sleep } from "node:timers/promises";
import {
  type EditEvent,
  emptyDocument,
  formatPosition,
  type Position,
  positionAfter,
  type ResponseDocument,
  reduce,
} from "@palimpsest/proto";
import { sseData } from "../../edge/client/sse.ts";

/** A request of the load, and its text without faults. */
export interface Sample {
  readonly body: Readonly<Record<string, unknown>>;
  readonly texts: readonly string[];
}

/** The state of a client's stream. */
export interface Stream {
  document: ResponseDocument;
  lastEventMs: number;
  /** True if an uncommitted block is shown. */
  midBlock: boolean;
  /** Connections used so far. */
  connections: number;
  /** Time from the request to the first event of the response. */
  firstEventMs: number | undefined;
}

export interface Result {
  readonly ok: boolean;
  /** Description of a failure, if there was one. */
  readonly problem?: string;
  readonly code?: string;
  readonly retryable?: boolean;
  readonly takeovers: number;
  readonly connections: number;
  /** Measured from the request. */
  readonly firstEventMs: number | undefined;
  readonly endMs: number;
  /** Retry-After of a rejection. */
  readonly retryAfterMs?: number;
}

export interface Follower {
  /** Called with each event before it is reduced. */
  onEvent?(stream: Stream, event: EditEvent): void;
}

const RETRY_MS = 200;
const PATIENCE_MS = 600_000;
let keys = 0;

/** Requests the sample's response at one of the edges and follows it to its end. */
export async function follow(
  urls: () => readonly string[],
  { body, texts }: Sample,
  stream: Stream,
  { onEvent }: Follower = {},
): Promise<Result> {
  const key = `chaos-${process.pid}-${++keys}`;
  const begun = performance.now();
  const said: string[] = [];
  let id: string | undefined;
  let position: Position | undefined;
  for (let attempt = 0; stream.document.status !== "ended" && stream.document.status !== "failed"; attempt++) {
    const choices = urls();
    const url = choices[(keys + attempt) % choices.length]!;
    if (performance.now() - begun > PATIENCE_MS) return result({ problem: "never ended" });
    try {
      stream.connections++;
      const response = id === undefined ? await ask(url) : await resume(url, id);
      if (!response.ok) {
        const { error } = (await response.json()) as { error: { code: string; message: string } };
        // The edge may not know the response yet, or be disconnected from the server.
        if (id !== undefined || response.status === 503) {
          await sleep(RETRY_MS);
          continue;
        }
        const retryAfterMs = Number(response.headers.get("retry-after-ms"));
        return result({
          problem: error.message,
          code: error.code,
          retryable: response.status === 429,
          ...(retryAfterMs > 0 && { retryAfterMs }),
        });
      }
      id ??= response.headers.get("x-response-id") ?? undefined;
      for await (const data of sseData(response.body!)) take(data);
    } catch {
      await sleep(RETRY_MS);
    }
  }
  return check();

  function ask(url: string): Promise<Response> {
    return fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify({ ...body, stream: true, stream_options: { include_edits: true } }),
    });
  }

  function resume(url: string, responseId: string): Promise<Response> {
    const headers = position ? { "last-event-id": `${responseId}:${formatPosition(position)}` } : undefined;
    return fetch(`${url}/v1/streams/${responseId}`, { headers: headers ?? {} });
  }

  function take(data: string): void {
    if (data === "[DONE]") return;
    const parsed = JSON.parse(data) as { edit?: EditEvent } & EditEvent;
    const event = parsed.edit ?? (parsed.v === 1 ? parsed : undefined);
    if (event === undefined) return;
    stream.firstEventMs ??= performance.now() - begun;
    if (event.type === "commit") {
      const before = stream.document.choices[event.choice];
      if (event.block !== (before?.committed.length ?? 0)) said.push(`block ${event.block} came out of turn`);
      if (event.start !== (before?.text.length ?? 0)) said.push(`block ${event.block} does not join`);
    }
    onEvent?.(stream, event);
    stream.document = reduce(stream.document, event);
    stream.midBlock = stream.document.choices.some(({ drafts }) => drafts.length > 0);
    stream.lastEventMs = performance.now();
    position = positionAfter(position, event);
  }

  function check(): Result {
    const { document } = stream;
    if (document.error) {
      const { code, message, retryable } = document.error;
      return result({ problem: message, code, retryable });
    }
    const got = document.choices.map(({ text }) => text);
    if (got.join("\0") !== texts.join("\0"))
      said.push(`the text differs: ${JSON.stringify(got)} ${JSON.stringify(texts)}`);
    return result(said.length > 0 ? { problem: said.join("; ") } : {});
  }

  function result(found: Pick<Result, "problem" | "code" | "retryable" | "retryAfterMs">): Result {
    const { connections, firstEventMs, document } = stream;
    return {
      ok: found.problem === undefined,
      ...found,
      takeovers: Math.max(0, document.attempt - 1),
      connections,
      firstEventMs,
      endMs: performance.now() - begun,
    };
  }
}

export function newStream(): Stream {
  return {
    document: emptyDocument,
    lastEventMs: performance.now(),
    midBlock: false,
    connections: 0,
    firstEventMs: undefined,
  };
}

const ASKED = ["odd numbers", "even numbers", "negative numbers", "numbers greater than 10"];
const WANTED = ["sum", "product", "maximum", "squares, sorted in descending order"];

/** Records the text of each request without faults. */
export async function recordSamples(url: string, maxTokens: number, model: string): Promise<Sample[]> {
  const record = async (i: number, j: number): Promise<Sample> => {
    const drawn = (i + j) % 2 === 0 ? {} : { temperature: 0.8, seed: 1000 + i * 10 + j };
    const content = `Write a function that takes a list of numbers and returns the ${WANTED[j]} of the ${ASKED[i]}.`;
    const messages = [{ role: "user", content }];
    // Few forwards per block, since this tests the fleet and not the model.
    const body = { model, messages, mode: "speed", max_tokens: maxTokens, ignore_eos: true, ...drawn };
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const { choices } = (await response.json()) as { choices: { message: { content: string } }[] };
    return { body, texts: choices.map(({ message }) => message.content) };
  };
  return Promise.all(ASKED.flatMap((_, i) => WANTED.map((_, j) => record(i, j))));
}
