/** Reads the files of a checkpoint's tokenizer and the names of its special tokens. It loads no tokenizer. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describeIssues, PackageError } from "@palimpsest/gpu-worker/errors";
import { ifExists, readJson } from "@palimpsest/gpu-worker/files/optional-file";
import type { Manifest } from "@palimpsest/gpu-worker/model/manifest";
import { specialTokens } from "@palimpsest/gpu-worker/model/special-tokens";
import { z } from "zod";
import type { TokenNames } from "./token-ids.ts";

const TOKENIZER_FILE = "tokenizer.json";
const CONFIG_FILE = "tokenizer_config.json";
const TEMPLATE_FILE = "chat_template.jinja";

export interface TokenizerFiles {
  /** Contents by file name in the package. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The manifest's entry; undefined without tokenizer.json. */
  readonly manifest: Manifest["tokenizer"];
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly names: TokenNames;
}

/**
 * Reads the files that exist. A template inside tokenizer_config.json becomes a file of its own, so that a package has it in
 * one place.
 * @throws PackageError naming the file at fault
 */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const path = join(folder, TOKENIZER_FILE);
  const json = await readJson(path);
  if (json === undefined) return { files: new Map(), manifest: undefined, vocabulary: new Map(), names: {} };

  const config = parseTokenizerConfig(await readJson(join(folder, CONFIG_FILE)), join(folder, CONFIG_FILE));
  const template = (await ifExists(readFile(join(folder, TEMPLATE_FILE)))) ?? embeddedTemplate(config);
  const files = new Map<string, Uint8Array>([[TOKENIZER_FILE, await readFile(path)]]);
  if (config) files.set(CONFIG_FILE, await readFile(join(folder, CONFIG_FILE)));
  if (template) files.set(TEMPLATE_FILE, template);
  return {
    files,
    manifest: {
      tokenizer: TOKENIZER_FILE,
      ...(config && { config: CONFIG_FILE }),
      ...(template && { chatTemplate: TEMPLATE_FILE }),
    },
    vocabulary: specialTokens(json, path),
    names: { mask: tokenText(config?.mask_token), eos: tokenText(config?.eos_token) },
  };
}

const token = z.union([z.string(), z.object({ content: z.string() })]).nullish();

const tokenizerConfig = z.object({
  mask_token: token,
  eos_token: token,
  chat_template: z.union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))]).nullish(),
});

type TokenizerConfig = z.infer<typeof tokenizerConfig>;

function parseTokenizerConfig(json: unknown, file: string): TokenizerConfig | undefined {
  if (json === undefined) return undefined;
  const parsed = tokenizerConfig.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new PackageError(`${file}: ${describeIssues(parsed.error)}`);
}

/** The template of tokenizer_config.json; of several, the default one. */
function embeddedTemplate(config: TokenizerConfig | undefined): Uint8Array | undefined {
  const stated = config?.chat_template;
  const text = Array.isArray(stated) ? stated.find(({ name }) => name === "default")?.template : stated;
  return text ? new TextEncoder().encode(text) : undefined;
}

function tokenText(stated: z.infer<typeof token>): string | undefined {
  return typeof stated === "object" ? stated?.content : stated;
}
