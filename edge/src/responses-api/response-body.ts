/** The body of POST /v1/responses: OpenAI's parameters, and those of block diffusion that all endpoints share. */
import { z } from "@hono/zod-openapi";
import { isNestedDeeper, MAX_NESTING, MAX_TOP_LOGPROBS } from "@palimpsest/proto";
import { sharedParameters, tokenCount } from "../openai/parameters.ts";
import { unsupported, unsupportedInChat } from "../openai/unsupported-parameters.ts";
import { functionName, inputItem } from "./input-items.ts";
import { LOGPROBS, responseFaults, responseToolChoice, textFormat } from "./response-parameters.ts";

/** As many as a chat completion takes. */
const MAX_TOOLS = 128;
/** OpenAI's own limits. */
const MAX_METADATA = 16;
const MAX_METADATA_KEY = 64;
const MAX_METADATA_VALUE = 512;
/** Longer than any id. */
const MAX_ID_LENGTH = 128;

const onlyFunctions = "only function tools are supported: this server runs no tools itself";

const tool = z
  .object({
    type: z.literal("function", { error: onlyFunctions }),
    name: functionName,
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
    strict: z.boolean().nullish().openapi({ description: "True: a call's arguments always fit `parameters`." }),
    async: unsupported("a call always waits for its output", false),
    defer_loading: unsupported("a tool can't be shown later; every tool is shown to the model", false),
    allowed_callers: z.array(z.literal("direct", { error: "only the model calls tools" })).nullish(),
  })
  .refine((tool) => !isNestedDeeper(tool, MAX_NESTING), {
    error: `more than ${MAX_NESTING} objects or lists stand inside each other; send a flatter schema`,
  });

const metadata = z
  .record(z.string().max(MAX_METADATA_KEY), z.string().max(MAX_METADATA_VALUE))
  .refine((pairs) => Object.keys(pairs).length <= MAX_METADATA, `has more than ${MAX_METADATA} keys`);

/** Parameters that other endpoints call otherwise. */
const ownNames = {
  n: unsupported("an answer has one choice here; use /v1/chat/completions", 1),
  messages: unsupported("this endpoint has another name for it; send input"),
  max_tokens: unsupported("this endpoint has another name for it; send max_output_tokens"),
  max_completion_tokens: unsupported("this endpoint has another name for it; send max_output_tokens"),
  response_format: unsupported("this endpoint has another name for it; send text.format"),
  continue_final_message: unsupported("an answer is always a message of its own here", false),
  add_generation_prompt: unsupported("an answer is always a message of its own here", true),
  logprobs: unsupported(`this endpoint has another name for it; send include: ["${LOGPROBS}"]`, false),
};

const responseFields = sharedParameters.extend({
  ...unsupportedInChat,
  ...ownNames,
  input: z.union([z.string(), z.array(inputItem).min(1)]),
  instructions: z.string().nullish().openapi({
    description: "A system message before the input. Not carried over by previous_response_id.",
  }),
  previous_response_id: z.string().min(1).max(MAX_ID_LENGTH).nullish().openapi({
    description: "A stored response: its conversation stands before the input.",
  }),
  store: z.boolean().nullish().openapi({
    description: "True, the default, keeps the response for GET /v1/responses/{id} and previous_response_id.",
  }),
  background: z.boolean().nullish().openapi({
    description: "Answer at once, and go on without the client. In a fleet; needs store.",
  }),
  max_output_tokens: tokenCount.nullish(),
  metadata: metadata.nullish(),
  tools: z.array(tool).max(MAX_TOOLS).nullish(),
  tool_choice: responseToolChoice.nullish().openapi({ description: "Whether the answer calls functions, and which." }),
  parallel_tool_calls: z
    .boolean()
    .nullish()
    .openapi({ description: "False: the answer ends with its first function call." }),
  text: z
    .object({
      format: textFormat.nullish().openapi({ description: "The form of the answer's text." }),
      verbosity: unsupportedInChat.verbosity,
    })
    .nullish(),
  include: z
    .array(
      z.enum([
        LOGPROBS,
        "reasoning.encrypted_content",
        "file_search_call.results",
        "web_search_call.results",
        "web_search_call.action.sources",
        "message.input_image.image_url",
        "computer_call_output.output.image_url",
        "code_interpreter_call.outputs",
      ]),
    )
    .nullish()
    .openapi({ description: `Only ${LOGPROBS} adds something: an answer has no items of the other kinds.` }),
  top_logprobs: z
    .int()
    .min(0)
    .max(MAX_TOP_LOGPROBS)
    .nullish()
    .openapi({
      description: `How many of the most probable tokens to list for each token. Needs include: ["${LOGPROBS}"].`,
    }),
  stream_options: z
    .object({
      include_obfuscation: z.boolean().nullish(),
      include_usage: unsupported("the last event of a stream always has the usage", true),
      include_queue: unsupported("edit events are not part of this stream", false),
      include_edits: unsupported("edit events are not part of this stream; GET /v1/streams/{id} has them", false),
    })
    .nullish(),
  truncation: unsupported("prompts are never truncated; send a shorter one", "disabled"),
  conversation: unsupported("conversations are not supported; use previous_response_id"),
  prompt: unsupported("stored prompts are not supported; send instructions and input"),
  context_management: unsupported("a conversation is never compacted; send the items that the model should read", []),
  moderation: unsupported("moderation is not supported"),
  image: unsupported("this model writes text only"),
  access_programs: unsupported("there are no access programs here", {}),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  prompt_cache_key: z.string().nullish(),
});

export const responseBody = responseFields
  .refine(({ background, store }) => !background || store !== false, {
    error: "needs store: leave store out, or background",
    path: ["background"],
  })
  .refine(({ include, top_logprobs }) => !top_logprobs || include?.includes(LOGPROBS), {
    error: `needs include: ["${LOGPROBS}"]`,
    path: ["top_logprobs"],
  })
  .refine(({ include, tools }) => !include?.includes(LOGPROBS) || !tools?.length, {
    error: `${LOGPROBS} can't be combined with tools: leave one of them out`,
    path: ["include"],
  })
  .superRefine((body, context) => {
    for (const fault of responseFaults(body)) context.addIssue({ code: "custom", ...fault });
  })
  .openapi("ResponseRequest");

export type ResponseBody = z.infer<typeof responseFields>;
