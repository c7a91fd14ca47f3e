/**
 * Parameters of OpenAI, vLLM and SGLang that would change the answer or its form, and are not supported. Each is rejected by
 * its name, unless its value changes nothing. Parameters that change no answer are ignored: docs/protocol.md lists them.
 */
import { z } from "@hono/zod-openapi";

/** A value that changes nothing. */
type Neutral = string | number | boolean | readonly [] | Readonly<Record<string, never>>;

/** @param reason says what is not supported, and perhaps what to send instead. @param neutral accepted, as null is */
export function unsupported(reason: string, ...neutral: Neutral[]) {
  const changesNothing = (value: unknown) => value == null || neutral.some((one) => isSame(one, value));
  return z
    .unknown()
    .refine(changesNothing, { error: `${reason}: leave it out` })
    .optional()
    .openapi({ enum: [...neutral, null], description: `Not supported: ${reason}.` });
}

const logprobs = "the log-probabilities of other tokens are not supported";
const details = "this detail is not part of an answer here";
const transfer = "K/V transfer between servers is not supported";

export const unsupportedParameters = {
  repetition_penalty: unsupported("not supported; use presence_penalty or frequency_penalty", 1),
  length_penalty: unsupported("beam search is not supported", 1),
  repetition_detection: unsupported("ending at repeated text is not supported"),
  min_p: unsupported("a least probability of drawn tokens is not supported yet; use top_p or top_k", 0),
  use_beam_search: unsupported("beam search is not supported", false),
  allowed_token_ids: unsupported("a list of allowed tokens is not supported; use logit_bias", []),
  bad_words: unsupported("a list of forbidden words is not supported; use logit_bias", []),
  watermarking: unsupported("watermarks are not supported", false),
  custom_logit_processor: unsupported("code for logits is not supported"),
  custom_params: unsupported("code for logits is not supported", {}),
  vllm_xargs: unsupported("vLLM's own extensions are not supported", {}),

  guided_whitespace_pattern: unsupported("JSON has one form here, with a blank behind commas and colons"),
  structural_tag: unsupported("structural tags are not supported; use tools"),

  stop_regex: unsupported("stopping at a pattern is not supported; use stop", []),
  include_stop_str_in_output: unsupported("an answer never shows its stop string", false),
  no_stop_trim: unsupported("an answer never shows its stop string", false),
  skip_special_tokens: unsupported("an answer never shows special tokens", true),
  max_output_tokens: unsupported("this endpoint has another name for it; send max_tokens"),
  truncate_prompt_tokens: unsupported("prompts are never truncated; send a shorter one"),

  prompt_logprobs: unsupported(logprobs),
  logprob_token_ids: unsupported(logprobs, []),
  return_tokens_as_token_ids: unsupported(details, false),
  return_token_ids: unsupported(details, false),
  return_prompt_token_ids: unsupported(details, false),
  return_hidden_states: unsupported(details, false),
  return_routed_experts: unsupported(details, false),
  return_cached_tokens_details: unsupported("usage has only the number of cached tokens", false),
  return_meta_info: unsupported(details, false),

  cache_salt: unsupported("a salt for the prefix cache is not supported; requests share it only under one API key"),
  lora_path: unsupported("adapters are not supported"),
  session_params: unsupported("sessions are not supported", {}),
  kv_transfer_params: unsupported(transfer),
  ec_transfer_params: unsupported(transfer),
  bootstrap_host: unsupported(transfer),
  bootstrap_port: unsupported(transfer),
  bootstrap_room: unsupported(transfer),
};

const functions = "functions are deprecated and not supported; send tools";
const template = "the model's own chat template is always used";

export const unsupportedInChat = {
  functions: unsupported(functions, []),
  function_call: unsupported(functions, "none", "auto"),
  audio: unsupported("this model writes text only"),
  web_search_options: unsupported("searching the web is not supported"),
  moderation: unsupported("moderation is not supported"),
  verbosity: unsupported("verbosity cannot be set; ask for it in a message", "medium"),
  echo: unsupported("an answer never repeats the last message", false),
  documents: unsupported("documents are not supported; put them into a message", []),
  chat_template: unsupported(template),
  chat_template_kwargs: unsupported(template, {}),
  input_ids: unsupported("token ids are not messages; send them to /v1/completions"),
  task: unsupported("tasks of other models are not supported"),
  return_prompt_text: unsupported(details, false),
};

export const unsupportedInCompletions = {
  best_of: unsupported("several candidates are not supported; use n", 1),
  suffix: unsupported("a suffix is not supported yet", ""),
  prompt_embeds: unsupported("a prompt of embeddings is not supported"),
  tools: unsupported("tools need a conversation; use /v1/chat/completions", []),
  tool_choice: unsupported("tools need a conversation; use /v1/chat/completions", "none", "auto"),
};

function isSame(neutral: Neutral, value: unknown): boolean {
  if (typeof neutral !== "object" || typeof value !== "object" || value === null) return neutral === value;
  return Array.isArray(neutral) === Array.isArray(value) && Object.keys(value).length === 0;
}
