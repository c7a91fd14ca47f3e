/**
 * Requests, and the model that a worker serves, between their plain form and the messages of `generate.proto`. The decoder
 * rejects what no engine could accept, such as an empty prompt; ranges are the engine's to check, which knows the model.
 */
import { create, type MessageInitShape, type Message as WireMessage } from "@bufbuild/protobuf";
import * as wire from "../gen/palimpsest/v1/generate_pb.js";
import { defined } from "./defined.ts";
import type {
  CommittedChoice,
  DecodingMode,
  DecodingRequest,
  GenerateRequest,
  Message,
  Prompt,
} from "./generate-request.ts";
import { decodeGrammar, encodeGrammar } from "./grammar-codec.ts";
import type { ModelInfo } from "./model-info.ts";
import { traceContextOf } from "./trace-context.ts";
import { CodecError, finishReasons, nameOf, rules } from "./wire-names.ts";

export function encodeRequest(request: GenerateRequest): wire.GenerateRequest {
  const { responseId, attempt, model, choices, ignoreEos, drafts } = request;
  const { maxTokens, minTokens, sampling, logprobs, cacheScope, grammar, trace } = request;
  return create(wire.GenerateRequestSchema, {
    responseId,
    attempt,
    model,
    prompt: encodePrompt(request.prompt),
    decoding: encodeDecoding(request.decoding),
    choices,
    stop: [...request.stop],
    stopTokenIds: [...(request.stopTokenIds ?? [])],
    logitBias: Object.fromEntries(request.logitBias ?? []),
    ignoreEos,
    drafts,
    queuePlaces: request.queuePlaces ?? false,
    committed: request.committed.map(encodeCommitted),
    ...trace,
    ...defined({ sampling, maxTokens, minTokens, logprobs, cacheScope, grammar: grammar && encodeGrammar(grammar) }),
  });
}

/** @throws CodecError with the name of the parameter at fault, as OpenAI's API has it */
export function decodeRequest(message: wire.GenerateRequest): GenerateRequest {
  const { responseId, attempt, model, choices, ignoreEos, drafts, maxTokens, logprobs, cacheScope } = message;
  if (attempt === 0) throw invalid("attempt", "starts at 1");
  const bias = Object.entries(message.logitBias).map(([token, by]): [number, number] => [Number(token), by]);
  return {
    responseId: nonEmpty("response_id", responseId),
    attempt,
    model,
    prompt: decodePrompt(message.prompt),
    decoding: message.decoding === undefined ? {} : decodeDecoding(message.decoding),
    choices,
    stop: message.stop.map((text, i) => nonEmpty(`stop[${i}]`, text)),
    ignoreEos,
    drafts,
    committed: message.committed.map(decodeCommitted),
    ...defined({
      sampling: message.sampling && defined(fieldsOf(message.sampling)),
      maxTokens,
      minTokens: message.minTokens || undefined,
      stopTokenIds: message.stopTokenIds.length > 0 ? message.stopTokenIds : undefined,
      logitBias: bias.length > 0 ? new Map(bias) : undefined,
      logprobs,
      cacheScope,
      grammar: message.grammar && decodeGrammar(message.grammar),
      queuePlaces: message.queuePlaces || undefined,
      trace: traceContextOf(message.traceparent, message.tracestate),
    }),
  };
}

export function encodeCommitted({ tokens, open = [], finishReason }: CommittedChoice): wire.CommittedChoice {
  return create(wire.CommittedChoiceSchema, {
    tokenIds: [...tokens],
    openIds: [...open],
    ...defined({ finishReason: finishReason && finishReasons[finishReason] }),
  });
}

export function encodeModel({ name, created, capabilities, ...rest }: ModelInfo): wire.GetModelResponse {
  const served = { model: name, created: BigInt(created), capabilities: [...capabilities] };
  return create(wire.GetModelResponseSchema, { ...rest, ...served });
}

export function decodeModel(message: wire.GetModelResponse): ModelInfo {
  const { model: name, created, blockLength, maxContextTokens, chat, text, capacity, capabilities } = message;
  return { name, created: Number(created), blockLength, maxContextTokens, chat, text, capacity, capabilities };
}

const modes = {
  speed: wire.DecodingMode.SPEED,
  quality: wire.DecodingMode.QUALITY,
} as const satisfies Record<DecodingMode, wire.DecodingMode>;

type PromptInit = NonNullable<MessageInitShape<typeof wire.GenerateRequestSchema>["prompt"]>;

function encodePrompt(prompt: Prompt): PromptInit {
  switch (prompt.kind) {
    case "chat": {
      const tools = prompt.tools.map((tool) => JSON.stringify(tool));
      const messages = prompt.messages.map(({ toolCalls = [], ...rest }) => ({ ...rest, toolCalls: [...toolCalls] }));
      return { case: "chat", value: { messages, tools, ...defined({ answerStart: prompt.answerStart }) } };
    }
    case "text":
      return { case: "text", value: prompt.text };
    case "tokens":
      return { case: "tokens", value: { ids: [...prompt.tokens] } };
  }
}

function decodePrompt(prompt: wire.GenerateRequest["prompt"]): Prompt {
  switch (prompt.case) {
    case "chat": {
      const { messages, tools, answerStart } = prompt.value;
      if (messages.length === 0) throw invalid("messages", "is empty");
      return {
        kind: "chat",
        messages: messages.map(decodeMessage),
        tools: tools.map(decodeTool),
        ...defined({ answerStart: answerStart || undefined }),
      };
    }
    case "text":
      return { kind: "text", text: prompt.value };
    case "tokens":
      return { kind: "tokens", tokens: prompt.value.ids };
    default:
      throw invalid("prompt", "is missing: send messages, text or token ids");
  }
}

function decodeMessage({ role, content, toolCalls, toolCallId, name }: wire.Message, index: number): Message {
  const calls = toolCalls.map(({ id, name, arguments: text }) => ({ id, name, arguments: text }));
  return {
    role: nonEmpty(`messages[${index}].role`, role),
    content,
    ...defined({
      toolCalls: calls.length > 0 ? calls : undefined,
      toolCallId: toolCallId || undefined,
      name: name || undefined,
    }),
  };
}

function decodeTool(tool: string, index: number): object {
  try {
    return JSON.parse(tool) as object;
  } catch (cause) {
    throw invalid(`tools[${index}]`, `is not JSON (${(cause as Error).message})`, { cause });
  }
}

function encodeDecoding({ mode, rule, ...rest }: DecodingRequest): wire.DecodingRequest {
  return create(wire.DecodingRequestSchema, {
    ...rest,
    ...defined({ mode: mode && modes[mode], rule: rule && rules[rule] }),
  });
}

function decodeDecoding(message: wire.DecodingRequest): DecodingRequest {
  const { mode, rule, ...numbers } = fieldsOf(message);
  return defined({
    ...numbers,
    mode: mode === wire.DecodingMode.UNSPECIFIED ? undefined : nameOf(modes, mode, "decoding mode", "mode"),
    rule: rule === undefined ? undefined : nameOf(rules, rule, "decoding rule", "decoding"),
  });
}

function decodeCommitted({ tokenIds, openIds, finishReason }: wire.CommittedChoice, index: number): CommittedChoice {
  const param = `committed[${index}]`;
  return {
    tokens: tokenIds,
    ...defined({
      open: openIds.length > 0 ? openIds : undefined,
      finishReason:
        finishReason === undefined ? undefined : nameOf(finishReasons, finishReason, "finish reason", param),
    }),
  };
}

/** The fields of a message, without protobuf's own. */
function fieldsOf<Fields extends WireMessage>({ $typeName: _name, $unknown: _unknown, ...fields }: Fields) {
  return fields;
}

function nonEmpty(param: string, text: string): string {
  if (text === "") throw invalid(param, "is empty");
  return text;
}

function invalid(param: string, message: string, options: ErrorOptions = {}): CodecError {
  return new CodecError(message, { ...options, param });
}
