/**
 * The internal wire's requests in the engine's terms, and back. What the wire cannot rule out is checked here; ranges are
 * the engine's to judge, which knows the model. Edit events have their codec in proto.
 */
import { create } from "@bufbuild/protobuf";
import { decodeFinishReason, encodeFinishReason } from "@palimpsest/proto";
import { DecodingRule } from "@palimpsest/proto/edit";
import * as wire from "@palimpsest/proto/generate";
import type {
  DecodingRequest,
  GenerateRequest,
  Message,
  ModelInfo,
  Prompt,
  SamplingRequest,
} from "../engine/engine.ts";
import { WorkerError } from "../errors.ts";

/** @throws WorkerError naming the parameter as OpenAI's API has it */
export function parseRequest(message: wire.GenerateRequest): GenerateRequest {
  const { responseId, attempt, choices, ignoreEos, drafts, maxTokens, cacheScope } = message;
  if (attempt === 0) throw invalid("attempt", "starts at 1");
  return {
    responseId: nonEmpty("response_id", responseId),
    attempt,
    prompt: parsePrompt(message.prompt),
    decoding: message.decoding === undefined ? {} : parseDecoding(message.decoding),
    ...(message.sampling !== undefined && { sampling: parseSampling(message.sampling) }),
    ...(maxTokens !== undefined && { maxTokens }),
    choices,
    stop: message.stop.map((text, i) => nonEmpty(`stop[${i}]`, text)),
    ...(message.stopTokenIds.length > 0 && { stopTokens: message.stopTokenIds }),
    ...(message.minTokens > 0 && { minTokens: message.minTokens }),
    ...parseLogitBias(message.logitBias),
    ...(message.logprobs !== undefined && { logprobs: message.logprobs }),
    ignoreEos,
    drafts,
    ...(cacheScope !== undefined && { cacheScope }),
    committed: message.committed.map(({ tokenIds: tokens, openIds: open, finishReason }, i) => ({
      tokens,
      ...(open.length > 0 && { open }),
      ...(finishReason !== undefined && {
        finishReason: read(`committed[${i}]`, () => decodeFinishReason(finishReason)),
      }),
    })),
  };
}

/** @param model the name that the worker goes by */
export function encodeRequest(request: GenerateRequest, model: string): wire.GenerateRequest {
  const { responseId, attempt, maxTokens, choices, ignoreEos, drafts, cacheScope } = request;
  return create(wire.GenerateRequestSchema, {
    responseId,
    attempt,
    model,
    prompt: encodePrompt(request.prompt),
    decoding: encodeDecoding(request.decoding),
    ...(request.sampling !== undefined && { sampling: request.sampling }),
    ...(maxTokens !== undefined && { maxTokens }),
    choices,
    stop: [...request.stop],
    stopTokenIds: [...(request.stopTokens ?? [])],
    minTokens: request.minTokens ?? 0,
    logitBias: Object.fromEntries(request.logitBias ?? []),
    ...(request.logprobs !== undefined && { logprobs: request.logprobs }),
    ignoreEos,
    drafts,
    ...(cacheScope !== undefined && { cacheScope }),
    committed: request.committed.map(({ tokens, open = [], finishReason }) => ({
      tokenIds: [...tokens],
      openIds: [...open],
      ...(finishReason !== undefined && { finishReason: encodeFinishReason(finishReason) }),
    })),
  });
}

export function encodeModel({ name, created, ...rest }: ModelInfo): wire.GetModelResponse {
  return create(wire.GetModelResponseSchema, { model: name, created: BigInt(created), ...rest });
}

export function decodeModel(message: wire.GetModelResponse): ModelInfo {
  const { model: name, created, blockLength, maxContextTokens, chat, text, capacity } = message;
  return { name, created: Number(created), blockLength, maxContextTokens, chat, text, capacity };
}

const modes = { speed: wire.DecodingMode.SPEED, quality: wire.DecodingMode.QUALITY } as const;
const rules = { "2.0": DecodingRule.V2_0, "2.1": DecodingRule.V2_1, "2.2": DecodingRule.V2_2 } as const;

function parsePrompt(prompt: wire.GenerateRequest["prompt"]): Prompt {
  switch (prompt.case) {
    case "chat": {
      const { messages, tools } = prompt.value;
      if (messages.length === 0) throw invalid("messages", "is empty");
      return {
        kind: "chat",
        messages: messages.map(parseMessage),
        tools: tools.map((tool, i) => read(`tools[${i}]`, () => JSON.parse(tool))),
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

function parseMessage({ role, content, toolCalls, toolCallId, name }: wire.Message, index: number): Message {
  return {
    role: nonEmpty(`messages[${index}].role`, role),
    content,
    ...(toolCalls.length > 0 && {
      toolCalls: toolCalls.map(({ id, name, arguments: text }) => ({ id, name, arguments: text })),
    }),
    ...(toolCallId !== "" && { toolCallId }),
    ...(name !== "" && { name }),
  };
}

function parseLogitBias(bias: wire.GenerateRequest["logitBias"]): Pick<GenerateRequest, "logitBias"> {
  const entries = Object.entries(bias).map(([token, by]) => [Number(token), by] as const);
  return entries.length > 0 ? { logitBias: new Map(entries) } : {};
}

function parseSampling({ temperature, topP, topK, seed }: wire.Sampling): SamplingRequest {
  return {
    temperature,
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(seed !== undefined && { seed }),
  };
}

function parseDecoding(message: wire.DecodingRequest): DecodingRequest {
  const { threshold, editingThreshold, maxPostSteps, editingWindow, penaltyLambda } = message;
  const mode = message.mode === wire.DecodingMode.UNSPECIFIED ? undefined : nameOf(modes, message.mode, "mode");
  const rule = message.rule === undefined ? undefined : nameOf(rules, message.rule, "decoding");
  return {
    ...(mode !== undefined && { mode }),
    ...(rule !== undefined && { rule }),
    ...(threshold !== undefined && { threshold }),
    ...(editingThreshold !== undefined && { editingThreshold }),
    ...(maxPostSteps !== undefined && { maxPostSteps }),
    ...(editingWindow !== undefined && { editingWindow }),
    ...(penaltyLambda !== undefined && { penaltyLambda }),
  };
}

function encodePrompt(prompt: Prompt): wire.GenerateRequest["prompt"] {
  switch (prompt.kind) {
    case "chat": {
      const tools = prompt.tools.map((tool) => JSON.stringify(tool));
      const messages = prompt.messages.map(({ toolCalls = [], ...rest }) => ({ ...rest, toolCalls: [...toolCalls] }));
      return { case: "chat", value: create(wire.ChatSchema, { messages, tools }) };
    }
    case "text":
      return { case: "text", value: prompt.text };
    case "tokens":
      return { case: "tokens", value: create(wire.TokenIdsSchema, { ids: [...prompt.tokens] }) };
  }
}

function encodeDecoding({ mode, rule, ...rest }: DecodingRequest): wire.DecodingRequest {
  return create(wire.DecodingRequestSchema, {
    ...rest,
    ...(mode !== undefined && { mode: modes[mode] }),
    ...(rule !== undefined && { rule: rules[rule] }),
  });
}

function nameOf<Name extends string>(table: Readonly<Record<Name, number>>, value: number, param: string): Name {
  for (const name in table) if (table[name] === value) return name;
  throw invalid(param, `${value} is unknown to this worker: one of ${Object.keys(table).join(", ")}`);
}

function nonEmpty(param: string, text: string): string {
  if (text === "") throw invalid(param, "is empty");
  return text;
}

function read<T>(param: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw invalid(param, `cannot be read (${(cause as Error).message})`);
  }
}

function invalid(param: string, message: string): WorkerError {
  return new WorkerError("invalid_request", `${param}: ${message}`, { param });
}
