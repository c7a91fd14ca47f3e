/**
 * Text to tokens and back, from the files of a model package. Byte-level BPE only, so that decoding is the concatenation of
 * bytes and no clean-up can change a text. It knows no blocks and no sequences.
 */

import { readFile } from "node:fs/promises";
import { Tokenizer as ByteLevelBpe } from "@huggingface/tokenizers";
import type { Message, Prompt } from "@palimpsest/proto";
import { z } from "zod";
import { describeIssues, PackageError, parseJson, TooManyTokens, WorkerError } from "../errors.ts";
import { missingBytes, spelledBytes } from "./byte-level.ts";
import { openChatTemplate, templateMessages } from "./chat-template.ts";
import { specialText } from "./special-text.ts";

/** Paths of a package's files. */
export interface TokenizerFiles {
  /** `tokenizer.json`. */
  readonly tokenizer: string;
  /** `tokenizer_config.json`: names the tokens that a template may write. */
  readonly config?: string;
  /** The Jinja template. */
  readonly chatTemplate?: string;
}

export interface Tokenizer {
  /**
   * Tokens of a raw text. The text of a special token is text; nothing is added.
   * @throws TooManyTokens before it is encoded, if its bytes tell that it has more than `limit`
   */
  encode(text: string, limit?: number): number[];
  /**
   * Tokens of a conversation, up to where the assistant's answer begins, or goes on. Only the template writes special tokens.
   * @param tools parsed, as OpenAI's API has them
   * @param answerStart text that the answer begins with
   * @throws TooManyTokens before it is encoded, as `encode` does
   * @throws WorkerError when there is no template, or it refuses a message, which is named
   */
  encodeChat(messages: readonly Message[], tools: readonly unknown[], limit?: number, answerStart?: string): number[];
  /** A text cut where no token crosses. */
  pieces(text: string): string[];
  /** The UTF-8 bytes a token stands for, perhaps a part of a character. Empty for special tokens and unknown ids. */
  bytes(token: number): Uint8Array;
}

/** Tokens of a prompt, as `encode` and `encodeChat` give them. */
export function encodePrompt(
  tokenizer: Pick<Tokenizer, "encode" | "encodeChat">,
  prompt: Exclude<Prompt, { readonly kind: "tokens" }>,
  limit: number,
): number[] {
  if (prompt.kind === "text") return tokenizer.encode(prompt.text, limit);
  return tokenizer.encodeChat(prompt.messages, prompt.tools, limit, prompt.answerStart);
}

/** @throws PackageError naming the file that cannot be used */
export async function openTokenizer(files: TokenizerFiles): Promise<Tokenizer> {
  const [json, variables, template] = await Promise.all([
    readJson(files.tokenizer, tokenizerJson),
    files.config === undefined ? {} : readJson(files.config, templateVariables),
    files.chatTemplate === undefined ? undefined : readText(files.chatTemplate),
  ]);
  const bpe = plainTokenizer(json, files.tokenizer);
  const added = new Map(json.added_tokens.map((token) => [token.id, token]));
  const special = specialText(json.added_tokens);
  const chat = template === undefined ? undefined : openChatTemplate(template, files.chatTemplate!, variables);

  // A normalizer may shorten a text; without one, a text of so many bytes per token is too long, whatever its tokens are.
  const longestToken = json.normalizer ? Number.POSITIVE_INFINITY : longest(json);
  const encode = (text: string): number[] => bpe.encode(text).ids;
  const leastTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / longestToken);
  return {
    encode(text, limit = Number.POSITIVE_INFINITY) {
      checkLimit(leastTokens(text), limit);
      return encode(text);
    },
    encodeChat(messages, tools, limit = Number.POSITIVE_INFINITY, answerStart = "") {
      if (chat === undefined) throw new WorkerError("invalid_request", noTemplate, { param: "messages" });
      // A template writes at least a token for each.
      checkLimit(messages.length, limit);
      const prompt = chat.render(special.hide(templateMessages(messages)), special.hide(tools));
      const stretches = special.cut(prompt + special.hide(answerStart));
      const least = stretches.map((stretch) => ("token" in stretch ? 1 : leastTokens(stretch.text)));
      checkLimit(sum(least), limit);
      return stretches.flatMap((stretch) => ("token" in stretch ? stretch.token : encode(stretch.text)));
    },
    pieces(text) {
      const spelled: string[] = bpe.pre_tokenizer?.pre_tokenize(text) ?? [text];
      return spelled.map((piece) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(spelledBytes(piece)));
    },
    bytes(token) {
      const known = added.get(token);
      if (known) return new TextEncoder().encode(known.special ? "" : known.content);
      return spelledBytes(bpe.id_to_token(token) ?? "");
    },
  };
}

const noTemplate =
  "this model's package has no chat template: send the whole prompt as text to /v1/completions, or convert the checkpoint " +
  "with its chat template";

const tokenizerJson = z.looseObject({
  added_tokens: z.array(
    z.object({
      id: z.int().nonnegative(),
      content: z.string().min(1),
      special: z.boolean().default(true),
      lstrip: z.boolean().default(false),
      rstrip: z.boolean().default(false),
    }),
  ),
  model: z.looseObject({
    type: z.literal("BPE", "only byte-level BPE can be used"),
    vocab: z.record(z.string(), z.int().nonnegative()),
  }),
  normalizer: z.unknown(),
  decoder: z.object({ type: z.literal("ByteLevel", "only byte-level BPE can be used") }),
});

type TokenizerJson = z.infer<typeof tokenizerJson>;

/** Everything in `tokenizer_config.json` that names one token: `bos_token`, `eos_token`, … */
const templateVariables = z.record(z.string(), z.unknown()).transform((config) => {
  const named = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)]);
  const tokens = Object.entries(config).filter(([key]) => key.endsWith("_token"));
  return Object.fromEntries(
    tokens.flatMap(([key, value]) => {
      const token = named.safeParse(value);
      return token.success ? [[key, token.data] as const] : [];
    }),
  );
});

/** The tokenizer without its added tokens: whatever it reads is plain text. */
function plainTokenizer(json: TokenizerJson, file: string): ByteLevelBpe {
  const vocab = { ...json.model.vocab };
  for (const { content } of json.added_tokens) delete vocab[content];
  const missing = missingBytes(vocab);
  if (missing.length > 0) {
    throw new PackageError(`${file}: model.vocab has no entry for the bytes ${missing.join(", ")}: not byte-level BPE`);
  }
  try {
    const plain = { ...json, added_tokens: [], post_processor: null, model: { ...json.model, vocab } };
    return new ByteLevelBpe(plain, {});
  } catch (cause) {
    throw new PackageError(`${file}: ${(cause as Error).message}`, { cause });
  }
}

function checkLimit(atLeast: number, limit: number): void {
  if (atLeast > limit) throw new TooManyTokens(atLeast);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Bytes of the longest token. */
function longest({ added_tokens, model }: TokenizerJson): number {
  const added = new Set(added_tokens.map(({ content }) => content));
  const plain = Object.keys(model.vocab).filter((token) => !added.has(token));
  return plain.reduce((most, token) => Math.max(most, spelledBytes(token).length), 1);
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(parseJson(await readText(file), file));
  if (parsed.success) return parsed.data;
  throw new PackageError(`${file}: ${describeIssues(parsed.error)}`);
}

function readText(file: string): Promise<string> {
  return readFile(file, "utf8").catch((cause: Error) => {
    throw new PackageError(`${file}: ${cause.message}`, { cause });
  });
}
