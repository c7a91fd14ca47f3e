/** Requests and models as the messages that workers speak, whatever carries them. */
import { create } from "@bufbuild/protobuf";
import type { CommittedChoice, GetModelResponse, GenerateRequest as WireRequest } from "@palimpsest/proto/generate";
import { DecodingMode, GenerateRequestSchema } from "@palimpsest/proto/generate";
import type { DecodingRequest, GenerateRequest, Message, Model, Prompt } from "../ports.ts";

/** @param attempt 1 unless another worker held the response before, whose commits are then `committed` */
export function encodeRequest(
  request: GenerateRequest,
  attempt: number,
  committed: readonly CommittedChoice[] = [],
): WireRequest {
  const { responseId, model, prompt, decoding, sampling, maxTokens, choices, stop, ignoreEos, drafts, cacheScope } =
    request;
  const { stopTokenIds = [], minTokens = 0, logitBias = {}, logprobs } = request;
  return create(GenerateRequestSchema, {
    responseId,
    attempt,
    model,
    prompt: encodePrompt(prompt),
    decoding: encodeDecoding(decoding),
    ...(sampling && { sampling }),
    ...(maxTokens !== undefined && { maxTokens }),
    choices,
    stop: [...stop],
    stopTokenIds: [...stopTokenIds],
    minTokens,
    logitBias,
    ...(logprobs !== undefined && { logprobs }),
    ignoreEos,
    drafts,
    committed: [...committed],
    ...(cacheScope !== undefined && { cacheScope }),
  });
}

export function decodeModel(message: GetModelResponse): Model {
  const { model: name, created, blockLength, maxContextTokens, chat, text, capacity } = message;
  return { name, created: Number(created), blockLength, maxContextTokens, chat, text, capacity };
}

type PromptInit = NonNullable<Parameters<typeof create<typeof GenerateRequestSchema>>[1]>["prompt"] & {};

function encodePrompt(prompt: Prompt): PromptInit {
  switch (prompt.kind) {
    case "chat": {
      const tools = prompt.tools.map((tool) => JSON.stringify(tool));
      return { case: "chat", value: { messages: prompt.messages.map(encodeMessage), tools } };
    }
    case "text":
      return { case: "text", value: prompt.text };
    case "tokens":
      return { case: "tokens", value: { ids: [...prompt.tokens] } };
  }
}

function encodeMessage({ role, content, toolCalls = [], toolCallId = "", name = "" }: Message) {
  return { role, content, toolCalls: toolCalls.map((call) => ({ ...call })), toolCallId, name };
}

function encodeDecoding({ mode, ...asked }: DecodingRequest) {
  return { ...asked, mode: mode ? modes[mode] : DecodingMode.UNSPECIFIED };
}

const modes = { speed: DecodingMode.SPEED, quality: DecodingMode.QUALITY } as const;
