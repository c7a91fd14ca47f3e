/** Edit events between their two forms: the JSON that programs handle and clients read, and the messages of the internal wire. */
import { create } from "@bufbuild/protobuf";
import * as wire from "../gen/palimpsest/v1/edit_pb.js";
import { defined } from "./defined.ts";
import type {
  CommitEvent,
  Content,
  Decoding,
  Edit,
  EditEvent,
  EndEvent,
  GrammarCounts,
  OpenEvent,
  Usage,
} from "./edit-event.ts";
import { decodeLogprob, encodeLogprob, shortFloat } from "./logprob-codec.ts";
import { unreachable } from "./unreachable.ts";
import { CodecError, editOps, errors, finishReasons, nameOf, rules } from "./wire-names.ts";

export function encodeEvent(event: EditEvent): wire.EditEvent {
  return create(wire.EditEventSchema, {
    responseId: event.response_id,
    attempt: event.attempt,
    seq: event.seq,
    event: encodeBody(event),
  });
}

/** @throws CodecError when a field that every event of its type has is missing, or an enum value is unknown */
export function decodeEvent(message: wire.EditEvent): EditEvent {
  const base = { v: 1 as const, response_id: message.responseId, attempt: message.attempt, seq: message.seq };
  const { event } = message;
  switch (event.case) {
    case "queued": {
      const { ahead, approximate } = event.value;
      return { ...base, type: "queued", ahead, ...(approximate && { approximate }) };
    }
    case "open":
      return { ...base, type: "open", ...decodeOpen(event.value) };
    case "draft": {
      const { choice, block, rev, content, edits } = event.value;
      return {
        ...base,
        type: "draft",
        choice,
        block,
        rev,
        content: decodeContent(content),
        edits: edits.map(decodeEdit),
      };
    }
    case "commit":
      return { ...base, type: "commit", ...decodeCommit(event.value) };
    case "done": {
      const { choice, finishReason } = event.value;
      return { ...base, type: "done", choice, finish_reason: nameOf(finishReasons, finishReason, "finish reason") };
    }
    case "end":
      return { ...base, type: "end", usage: decodeUsage(required(event.value.usage, "end.usage")) };
    case "error": {
      const { code, message: text, retryable, param } = event.value;
      const failure = { code: nameOf(errors, code, "error code"), message: text, retryable };
      return { ...base, type: "error", ...failure, ...defined({ param }) };
    }
    case undefined:
      throw new CodecError("an edit event without a body: was it written by a newer version?");
    default:
      return unreachable(event);
  }
}

/** The event as clients receive it: without the fields that only a worker needs, to resume the response. */
export function publicEvent(event: EditEvent): EditEvent {
  if (event.type !== "commit") return event;
  const { token_ids: _tokens, open_ids: _open, finish_reason: _reason, ...shown } = event;
  return shown;
}

function encodeBody(event: EditEvent): wire.EditEvent["event"] {
  switch (event.type) {
    case "queued":
      return {
        case: "queued",
        value: create(wire.QueuedSchema, { ahead: event.ahead, approximate: event.approximate ?? false }),
      };
    case "open":
      return { case: "open", value: encodeOpen(event) };
    case "draft": {
      const { choice, block, rev, content, edits } = event;
      const value = { choice, block, rev, content: encodeContent(content), edits: edits.map(encodeEdit) };
      return { case: "draft", value: create(wire.DraftSchema, value) };
    }
    case "commit":
      return { case: "commit", value: encodeCommit(event) };
    case "done": {
      const finishReason = finishReasons[event.finish_reason];
      return { case: "done", value: create(wire.DoneSchema, { choice: event.choice, finishReason }) };
    }
    case "end":
      return { case: "end", value: create(wire.EndSchema, { usage: encodeUsage(event) }) };
    case "error": {
      const { message, retryable, param } = event;
      const failure = { code: errors[event.code], message, retryable };
      return { case: "error", value: create(wire.ErrorSchema, { ...failure, ...defined({ param }) }) };
    }
    default:
      return unreachable(event);
  }
}

function encodeOpen(event: OpenEvent): wire.Open {
  const { rule, threshold, editing_threshold = 0, max_post_steps = 0, ...rest } = event.decoding;
  return create(wire.OpenSchema, {
    model: event.model,
    blockLength: event.block_length,
    choices: event.choices,
    decoding: {
      rule: rules[rule],
      threshold,
      editingThreshold: editing_threshold,
      maxPostSteps: max_post_steps,
      editingWindow: rest.editing_window ?? 0,
      penaltyLambda: rest.penalty_lambda ?? 0,
      grammar: rest.grammar ?? false,
    },
    promptTokens: event.prompt_tokens,
    cachedTokens: event.cached_tokens,
  });
}

function decodeOpen(open: wire.Open): Omit<OpenEvent, "v" | "type" | "response_id" | "attempt" | "seq"> {
  return {
    model: open.model,
    block_length: open.blockLength,
    choices: open.choices,
    decoding: decodeDecoding(required(open.decoding, "open.decoding")),
    prompt_tokens: open.promptTokens,
    cached_tokens: open.cachedTokens,
  };
}

function decodeDecoding(message: wire.Decoding): Decoding {
  const { threshold, editingThreshold, maxPostSteps, penaltyLambda, grammar } = message;
  const rule = nameOf(rules, message.rule, "decoding rule");
  const given = defined({ penalty_lambda: penaltyLambda || undefined, grammar: grammar || undefined });
  const shared = { rule, threshold, ...given };
  if (rule === "2.0") return shared;
  const window = message.editingWindow > 1 && { editing_window: message.editingWindow };
  return { ...shared, editing_threshold: editingThreshold, max_post_steps: maxPostSteps, ...window };
}

function encodeCommit(event: CommitEvent): wire.Commit {
  const { choice, block, text, start, length, token_ids: tokenIds = [], open_ids: openIds = [] } = event;
  const { finish_reason, stop, logprobs = [] } = event;
  return create(wire.CommitSchema, {
    ...{ choice, block, text, start, length, tokenIds, openIds },
    logprobs: logprobs.map(encodeLogprob),
    ...defined({ finishReason: finish_reason && finishReasons[finish_reason], stop }),
  });
}

function decodeCommit(commit: wire.Commit): Omit<CommitEvent, "v" | "type" | "response_id" | "attempt" | "seq"> {
  const { choice, block, text, start, length, tokenIds: token_ids, openIds, finishReason, stop, logprobs } = commit;
  return {
    ...{ choice, block, text, start, length, token_ids },
    ...defined({
      open_ids: openIds.length > 0 ? openIds : undefined,
      finish_reason: finishReason === undefined ? undefined : nameOf(finishReasons, finishReason, "finish reason"),
      stop,
      logprobs: logprobs.length > 0 ? logprobs.map(decodeLogprob) : undefined,
    }),
  };
}

function encodeContent(content: Content): wire.Span[] {
  return content.map((span) =>
    create(wire.SpanSchema, {
      span: typeof span === "string" ? { case: "text", value: span } : { case: "masked", value: span },
    }),
  );
}

function decodeContent(spans: readonly wire.Span[]): Content {
  return spans.map(({ span }) => required(span.value, "draft.content"));
}

function encodeEdit({ op, reason, ...rest }: Edit): wire.Edit {
  const by = reason === undefined ? wire.EditReason.UNSPECIFIED : wire.EditReason.GRAMMAR;
  return create(wire.EditSchema, { op: editOps[op], reason: by, ...rest });
}

function decodeEdit({ op, at, offset, before, after, p, reason }: wire.Edit): Edit {
  const by = reason === wire.EditReason.GRAMMAR ? ("grammar" as const) : undefined;
  return { op: nameOf(editOps, op, "edit"), at, offset, p: shortFloat(p), ...defined({ before, after, reason: by }) };
}

function encodeUsage({ usage }: EndEvent): wire.Usage {
  return create(wire.UsageSchema, {
    promptTokens: usage.prompt_tokens,
    cachedTokens: usage.cached_tokens,
    completionTokens: usage.completion_tokens,
    forwards: usage.forwards,
    prefillForwards: usage.prefill_forwards,
    edits: usage.edits,
    ...defined({ grammar: usage.grammar && encodeGrammarCounts(usage.grammar) }),
  });
}

function decodeUsage(usage: wire.Usage): Usage {
  const { unmask = 0, substitute = 0, delete: deleted = 0, insert = 0 } = usage.edits ?? {};
  return {
    prompt_tokens: usage.promptTokens,
    cached_tokens: usage.cachedTokens,
    completion_tokens: usage.completionTokens,
    forwards: usage.forwards,
    prefill_forwards: usage.prefillForwards,
    edits: { unmask, substitute, delete: deleted, insert },
    ...defined({ grammar: usage.grammar && decodeGrammarCounts(usage.grammar) }),
  };
}

function encodeGrammarCounts({ repairs, forced_tokens, forced_finish }: GrammarCounts): wire.GrammarCounts {
  return create(wire.GrammarCountsSchema, { repairs, forcedTokens: forced_tokens, forcedFinish: forced_finish });
}

function decodeGrammarCounts({ repairs, forcedTokens, forcedFinish }: wire.GrammarCounts): GrammarCounts {
  return { repairs, forced_tokens: forcedTokens, forced_finish: forcedFinish };
}

function required<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new CodecError(`${field} is missing`);
  return value;
}
