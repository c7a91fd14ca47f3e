/**
 * The edit-event client: follows a response as it is written, edited and committed. Runs in browsers and Node.
 *
 *     const client = createClient({ baseUrl: "http://127.0.0.1:8080" });
 *     let document = emptyDocument;
 *     for await (const event of client.edits({ model, messages })) document = reduce(document, event);
 */
import {
  type EditEvent,
  errorEvent,
  failureOf,
  formatPosition,
  type Position,
  positionAfter,
} from "@palimpsest/proto/events";
import { errorOf, PalimpsestError } from "./errors.ts";
import { sseData } from "./sse.ts";

export type * from "@palimpsest/proto/events";
export { emptyDocument, fail, positionOf, reduce } from "@palimpsest/proto/events";
export { PalimpsestError } from "./errors.ts";

export interface ClientOptions {
  /** The edge's URL without `/v1`; empty on a page that the edge serves. */
  readonly baseUrl: string;
  readonly apiKey?: string;
  readonly fetch?: typeof fetch;
}

/** A chat completion request in OpenAI's JSON form; docs/protocol.md and /openapi.json describe every field. */
export interface EditsRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly mode?: "quality" | "speed";
  readonly threshold?: number;
  readonly editing_threshold?: number;
  readonly max_post_steps?: number;
  readonly editing_window?: number;
  readonly n?: number;
  readonly max_tokens?: number;
  readonly min_tokens?: number;
  readonly stop?: string | readonly string[];
  readonly stop_token_ids?: readonly number[];
  readonly ignore_eos?: boolean;
  /** Absent or 0: always the most probable token. */
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  readonly seed?: number;
  readonly logit_bias?: Readonly<Record<string, number>>;
  readonly penalty_lambda?: number;
  readonly presence_penalty?: number;
  readonly frequency_penalty?: number;
  readonly logprobs?: boolean;
  readonly top_logprobs?: number;
  readonly tools?: readonly object[];
  readonly tool_choice?: "auto" | "none" | "required" | object;
  readonly parallel_tool_calls?: boolean;
  /** True: the answer continues the last message, the assistant's, and has only what follows it. */
  readonly continue_final_message?: boolean;
  readonly response_format?: ResponseFormat;
  readonly structured_outputs?: StructuredOutputs;
}

/** The form of the answer. */
export type ResponseFormat =
  | { readonly type: "text" | "json_object" }
  | { readonly type: "json_schema"; readonly json_schema: { readonly name: string; readonly schema: object } };

/** vLLM's way to say the form of the answer: one of these. */
export interface StructuredOutputs {
  readonly json?: object | string;
  readonly regex?: string;
  readonly choice?: readonly string[];
  /** EBNF whose rule `root` is the answer. */
  readonly grammar?: string;
  readonly json_object?: boolean;
}

export interface ChatMessage {
  readonly role: "system" | "developer" | "user" | "assistant" | "tool";
  readonly content: string | null;
  readonly [field: string]: unknown;
}

export interface Client {
  /**
   * The edit events of a new response: `queued` while it waits, then `open` first and `end` last. Leaving the loop or aborting the signal cancels it.
   * If the connection is lost and the server is part of a fleet, it reconnects and resumes behind the last event.
   * A response that fails after `open` yields an `error` event, so that a reduced document drops its drafts, and then throws.
   * @throws PalimpsestError when the request is rejected, the response fails, or the connection is lost for good
   */
  edits(request: EditsRequest, options?: { signal?: AbortSignal }): AsyncGenerator<EditEvent, void>;
  /**
   * The edit events of a fleet's response with this id, from its beginning, or behind a position: `positionOf` the
   * document that the reader has. It reconnects as `edits` does.
   * @throws PalimpsestError when the response is unknown, fails, or the connection is lost for good
   */
  watch(responseId: string, options?: { after?: Position; signal?: AbortSignal }): AsyncGenerator<EditEvent, void>;
  /** The ids of the served models. @throws PalimpsestError */
  models(options?: { signal?: AbortSignal }): Promise<string[]>;
}

export function createClient({ baseUrl, apiKey, fetch = globalThis.fetch.bind(globalThis) }: ClientOptions): Client {
  const root = baseUrl.replace(/\/+$/, "");
  const authorization = apiKey ? { authorization: `Bearer ${apiKey}` } : {};

  async function send(path: string, init: RequestInit): Promise<Response> {
    const headers = { ...authorization, ...init.headers };
    const response = await fetch(root + path, { ...init, headers }).catch((cause: unknown) => {
      init.signal?.throwIfAborted();
      throw new PalimpsestError("unavailable", "The server is unreachable.", { retryable: true, cause });
    });
    if (!response.ok) throw await errorOf(response);
    return response;
  }

  async function connect(id: string, after?: Position, signal?: AbortSignal) {
    const position = after ? `?after=${formatPosition(after)}` : "";
    return storedEvents(await send(`/v1/streams/${encodeURIComponent(id)}${position}`, signal ? { signal } : {}));
  }

  /** Events over as many connections as it takes. @param id absent where no server keeps the response */
  async function* resumed(
    first: AsyncIterable<EditEvent>,
    id: string | null,
    after?: Position,
    signal?: AbortSignal,
  ): AsyncGenerator<EditEvent, void> {
    let position = after;
    let events = first;
    for (let tries = 0; tries < RECONNECTS; tries++) {
      try {
        for await (const event of events) {
          position = positionAfter(position, event);
          tries = 0;
          yield event;
          if (event.type === "end" || event.type === "error") return;
        }
      } catch (error) {
        const isFinal = error instanceof PalimpsestError && !error.retryable;
        if (id === null || isFinal || signal?.aborted) throw error;
      }
      if (id === null) return;
      await delay(RECONNECT_MS * 2 ** tries, signal);
      events = later(connect(id, position, signal));
    }
  }

  return {
    async *edits(request, { signal } = {}) {
      const response = await send("/v1/chat/completions", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          ...request,
          stream: true,
          stream_options: { include_edits: true, include_queue: true },
        }),
        ...(signal && { signal }),
      });
      const id = response.headers.get("x-response-id");
      yield* untilEnd(resumed(editEvents(response), id, undefined, signal), signal);
    },
    async *watch(id, { after, signal } = {}) {
      // Before the first event nothing is known of the response: what fails then is thrown.
      const first = await connect(id, after, signal);
      yield* untilEnd(resumed(first, id, after, signal), signal);
    },
    async models({ signal } = {}) {
      const response = await send("/v1/models", signal ? { signal } : {});
      const { data } = (await response.json()) as { data: { id: string }[] };
      return data.map(({ id }) => id);
    },
  };
}

/** Tries in a row to reach the server again, and the time before the first of them, which doubles. */
const RECONNECTS = 6;
const RECONNECT_MS = 250;

async function delay(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    signal?.addEventListener("abort", done);
  });
  signal?.throwIfAborted();
}

/** Fails, if it does, where it is read. */
async function* later(events: Promise<AsyncIterable<EditEvent>>): AsyncGenerator<EditEvent> {
  yield* await events;
}

/** The events of a stored response. */
async function* storedEvents({ body }: Response): AsyncGenerator<EditEvent> {
  if (!body) return;
  for await (const data of sseData(body)) {
    const event = JSON.parse(data) as EditEvent | { error: { code: string; message: string } };
    // The server could not go on: another connection may.
    if ("error" in event) throw new PalimpsestError(event.error.code, event.error.message, { retryable: true });
    yield event;
  }
}

/** The edit events in a stream of chunks. */
async function* editEvents({ body }: Response): AsyncGenerator<EditEvent> {
  if (!body) return;
  for await (const data of sseData(body)) {
    if (data === "[DONE]") return;
    const { edit } = JSON.parse(data) as { edit?: EditEvent };
    if (edit) yield edit;
  }
}

/** Makes the events end with `end`, or with an `error` event and a throw. */
async function* untilEnd(events: AsyncIterable<EditEvent>, signal?: AbortSignal): AsyncGenerator<EditEvent, void> {
  let last: EditEvent | undefined;
  let cause: unknown;
  try {
    for await (const event of events) {
      last = event;
      yield event;
      if (event.type === "end") return;
    }
  } catch (error) {
    cause = error;
  }
  if (last?.type === "error") throw new PalimpsestError(last.code, last.message, last);
  const failure = signal?.aborted ? ABORTED : LOST;
  if (last) {
    // It repeats the last event's position, so that a client that resumes misses nothing.
    yield errorEvent(last, failure);
  }
  signal?.throwIfAborted();
  throw new PalimpsestError(failure.code, failure.message, { ...failure, cause });
}

const ABORTED = failureOf("cancelled", "The request was cancelled.");
const LOST = failureOf("unavailable", "The connection was lost before the response ended.");
