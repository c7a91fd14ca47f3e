/**
 * The events of a response, from its edit events: text from commits only, so that none changes later. The same edit events
 * give the same events with the same numbers, which lets a client resume after any of them.
 */
import { type CommitEvent, type EditEvent, type FinishReason, unreachable } from "@palimpsest/proto";
import type { EdgeError } from "../errors.ts";
import { createTokenPlacer, type PlacedToken } from "../openai/logprobs.ts";
import { type AnswerPart, createAnswerParser, type ToolUse } from "../openai/tool-calls.ts";
import { callIdOf, itemIdOf } from "./item-ids.ts";
import type { FunctionCallItem, OutputItem, OutputMessage, ResponseObject } from "./response-object.ts";

type OutputText = OutputMessage["content"][number];
type Logprobs = { token: string; logprob: number; top_logprobs: { token: string; logprob: number }[] }[];

interface Placed {
  readonly item_id: string;
  readonly output_index: number;
}
interface PlacedText extends Placed {
  readonly content_index: 0;
}

/** An event type for each name. */
type Named<Name, Fields> = Name extends string ? { type: Name } & Fields : never;
type Ending = "response.completed" | "response.incomplete" | "response.failed";
type Lifecycle = "response.created" | "response.in_progress" | Ending;

/** An event without its number. */
type Unnumbered =
  | Named<Lifecycle, { response: ResponseObject }>
  | Named<"response.output_item.added" | "response.output_item.done", { output_index: number; item: OutputItem }>
  | Named<"response.content_part.added" | "response.content_part.done", { part: OutputText } & PlacedText>
  | Named<"response.output_text.delta", { delta: string; logprobs: Logprobs } & PlacedText>
  | Named<"response.output_text.done", { text: string; logprobs: Logprobs } & PlacedText>
  | Named<"response.function_call_arguments.delta", { delta: string } & Placed>
  | Named<"response.function_call_arguments.done", { arguments: string } & Placed>
  | Named<"error", { code: string; message: string; param: string | null }>;

export type ResponseEvent = Unnumbered & { sequence_number: number };

export interface ResponseWriter {
  /** The events that an edit event adds. */
  push(event: EditEvent): ResponseEvent[];
  /** The event of a failure that is no edit event. Before `response.created`, which has the id, it is an `error`. */
  fail(error: Pick<EdgeError, "code" | "message" | "param">): ResponseEvent;
  /** The response as it stands. */
  readonly response: ResponseObject;
}

export interface WriterOptions {
  /** The functions that the answer may call; undefined if none. */
  readonly tools: ToolUse | undefined;
  /** Unix seconds at which the response ended. */
  completedAt(): number;
}

export function createResponseWriter(empty: ResponseObject, { tools, completedAt }: WriterOptions): ResponseWriter {
  const parser = createAnswerParser(tools);
  const placer = createTokenPlacer();
  let response: ResponseObject = { ...empty, status: "in_progress", output: [] };
  let isCreated = false;
  let number = 0;
  let calls = 0;
  let reason: FinishReason | undefined;
  /** The text that is being written, the last item of the output. */
  let open: { message: OutputMessage; part: OutputText; place: PlacedText } | undefined;

  function* begin(): Generator<Unnumbered> {
    isCreated = true;
    yield { type: "response.created", response };
    yield { type: "response.in_progress", response };
  }

  function* openText(): Generator<Unnumbered, NonNullable<typeof open>> {
    if (open) return open;
    const output_index = response.output.length;
    const id = itemIdOf("message", response.id, output_index);
    const bare: OutputMessage = { id, type: "message", role: "assistant", status: "in_progress", content: [] };
    const part: OutputText = { type: "output_text", text: "", annotations: [], logprobs: [] };
    const message = { ...bare, content: [part] };
    const place = { item_id: id, output_index, content_index: 0 } as const;
    open = { message, part, place };
    response = { ...response, output: [...response.output, message] };
    yield { type: "response.output_item.added", output_index, item: bare };
    yield { type: "response.content_part.added", ...place, part: { ...part, logprobs: [] } };
    return open;
  }

  function* closeText(status: "completed" | "incomplete"): Generator<Unnumbered> {
    if (!open) return;
    const { message, part, place } = open;
    open = undefined;
    message.status = status;
    const { output_index } = place;
    yield { type: "response.output_text.done", ...place, text: part.text, logprobs: part.logprobs.map(withoutBytes) };
    yield { type: "response.content_part.done", ...place, part };
    yield { type: "response.output_item.done", output_index, item: message };
  }

  function* call(name: string, given: string): Generator<Unnumbered> {
    const output_index = response.output.length;
    const id = itemIdOf("function_call", response.id, output_index);
    const call_id = callIdOf(response.id, calls++);
    const whole: FunctionCallItem = { id, type: "function_call", status: "completed", call_id, name, arguments: given };
    response = { ...response, output: [...response.output, whole] };
    const item: FunctionCallItem = { ...whole, status: "in_progress", arguments: "" };
    const place = { item_id: id, output_index };
    yield { type: "response.output_item.added", output_index, item };
    yield { type: "response.function_call_arguments.delta", ...place, delta: given };
    yield { type: "response.function_call_arguments.done", ...place, arguments: given };
    yield { type: "response.output_item.done", output_index, item: whole };
  }

  function* show(parts: readonly AnswerPart[], tokens: readonly PlacedToken[] = []): Generator<Unnumbered> {
    for (const part of parts) {
      if (part.type === "tool_call") {
        yield* closeText("completed");
        yield* call(part.name, part.arguments);
        continue;
      }
      const text = yield* openText();
      // Log-probabilities are not combined with tools: without tools, a commit has one part.
      const logprobs = tokens.map(({ scored: { step: _, ...logprob } }) => logprob);
      text.part.text += part.text;
      text.part.logprobs.push(...logprobs);
      const { place } = text;
      yield { type: "response.output_text.delta", ...place, delta: part.text, logprobs: logprobs.map(withoutBytes) };
    }
  }

  function* commit(event: CommitEvent): Generator<Unnumbered> {
    yield* show(parser.push(event.text), placer.push(event));
  }

  function* done(given: FinishReason): Generator<Unnumbered> {
    reason = given;
    yield* show(parser.end(given));
    // An empty answer is a message without text.
    if (response.output.length === 0) yield* openText();
    yield* closeText(given === "length" ? "incomplete" : "completed");
  }

  function* end(event: EditEvent & { type: "end" }): Generator<Unnumbered> {
    const { prompt_tokens, cached_tokens, completion_tokens } = event.usage;
    const isCut = reason === "length";
    response = {
      ...response,
      status: isCut ? "incomplete" : "completed",
      completed_at: isCut ? null : completedAt(),
      incomplete_details: isCut ? { reason: "max_output_tokens" } : null,
      usage: {
        input_tokens: prompt_tokens,
        input_tokens_details: { cached_tokens, cache_write_tokens: 0 },
        output_tokens: completion_tokens,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: prompt_tokens + completion_tokens,
      },
    };
    yield { type: isCut ? "response.incomplete" : "response.completed", response };
  }

  function failed({
    code,
    message,
    param = null,
  }: {
    code: EdgeError["code"];
    message: string;
    param?: string | null;
  }) {
    if (open) open.message.status = "incomplete";
    const isCancelled = code === "cancelled";
    const error = isCancelled ? null : { code: errorCodeOf(code), message };
    response = { ...response, status: isCancelled ? "cancelled" : "failed", error };
    if (!isCreated) return { type: "error", code, message, param } as const;
    return { type: "response.failed", response } as const;
  }

  function* eventsOf(event: EditEvent): Generator<Unnumbered> {
    switch (event.type) {
      case "queued":
      case "draft":
        return;
      case "open":
        return yield* begin();
      case "commit":
        return yield* commit(event);
      case "done":
        return yield* done(event.finish_reason);
      case "end":
        return yield* end(event);
      case "error":
        return yield failed(event);
      default:
        return unreachable(event);
    }
  }

  const numbered = (event: Unnumbered): ResponseEvent => ({ ...event, sequence_number: number++ });
  return {
    push: (event) => Array.from(eventsOf(event), numbered),
    fail: (error) => numbered(failed(error)),
    get response() {
      return response;
    },
  };
}

/** Streamed log-probabilities have no bytes. */
function withoutBytes({ token, logprob, top_logprobs }: OutputText["logprobs"][number]): Logprobs[number] {
  return { token, logprob, top_logprobs: top_logprobs.map(({ token, logprob }) => ({ token, logprob })) };
}

function errorCodeOf(code: EdgeError["code"]): NonNullable<ResponseObject["error"]>["code"] {
  switch (code) {
    case "overloaded":
      return "rate_limit_exceeded";
    case "invalid_request":
    case "context_length_exceeded":
      return "invalid_prompt";
    default:
      return "server_error";
  }
}
