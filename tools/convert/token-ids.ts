/**
 * Chooses the mask token, the tokens that end an answer and, for 2.2, the edit tokens. The first source that states them wins:
 * the operator's flags, generation_config.json, config.json, the tokenizer, the released models. It reads no files.
 */

import { PackageError } from "@palimpsest/gpu-worker/errors";
import { z } from "zod";

/** Ids of the released LLaDA2 vocabulary, for checkpoints without a tokenizer. */
const RELEASED_MASK_TOKEN = 156895;
const RELEASED_EOS_TOKEN = 156892;
/** Of 2.2, whose configuration and tokenizer do not name them. */
const RELEASED_DELETE_TOKEN = 156930;
const RELEASED_SPLIT_TOKEN = 156931;

/** Their names in the released tokenizer. */
const MASK_TEXT = "<|mask|>";
const EOS_TEXT = "<|endoftext|>";
/** Ends a turn. The models were trained to write it before the end of text. */
const ROLE_END_TEXT = "<|role_end|>";

export interface TokenIds {
  readonly maskToken: number;
  readonly eosTokens: readonly number[];
  /** Only of a model that deletes and inserts. */
  readonly editTokens?: { readonly delete: number; readonly split: number };
}

/** Ids that a source states. */
export interface StatedTokenIds {
  readonly maskToken?: number | undefined;
  readonly eosTokens?: readonly number[] | undefined;
}

export interface TokenIdSources {
  /** The operator's flags. Their end tokens replace all others. */
  readonly flags: StatedTokenIds;
  readonly generationConfig: StatedTokenIds;
  readonly config: StatedTokenIds & {
    readonly deleteToken?: number | undefined;
    readonly splitToken?: number | undefined;
  };
  /** Special tokens by text; empty without a tokenizer. */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Texts of the mask and end tokens in tokenizer_config.json. */
  readonly names: TokenNames;
  readonly vocabSize: number;
  /** True for a checkpoint of 2.2, for which the released edit tokens are the default. */
  readonly edits: boolean;
}

export interface TokenNames {
  readonly mask?: string | undefined;
  readonly eos?: string | undefined;
}

/** @throws PackageError when no source states an id, naming the flag, or ids are impossible */
export function chooseTokenIds(sources: TokenIdSources): TokenIds {
  const { flags, generationConfig, config, vocabulary, names, vocabSize } = sources;
  const released = (id: number): number | undefined => (id < vocabSize ? id : undefined);
  const maskToken =
    flags.maskToken ??
    generationConfig.maskToken ??
    config.maskToken ??
    vocabulary.get(names.mask ?? MASK_TEXT) ??
    released(RELEASED_MASK_TOKEN);
  if (maskToken === undefined) {
    throw new PackageError("neither the configuration nor a tokenizer says which token is the mask; give --mask-token");
  }
  const eosTokens = flags.eosTokens ?? stopIds(sources, released(RELEASED_EOS_TOKEN));
  if (eosTokens.length === 0) {
    throw new PackageError("neither the configuration nor a tokenizer says which token ends an answer; give --eos");
  }
  for (const [id, flag] of [[maskToken, "--mask-token"], ...eosTokens.map((eos) => [eos, "--eos"])] as const) {
    if ((id as number) >= vocabSize) {
      throw new PackageError(`token ${id} is outside the vocabulary of ${vocabSize}; give another ${flag}`);
    }
  }
  if (eosTokens.includes(maskToken)) {
    throw new PackageError(`token ${maskToken} is both the mask and an end of answer; give --mask-token or --eos`);
  }
  const editTokens = chooseEditTokens(sources, [maskToken, ...eosTokens]);
  return { maskToken, eosTokens, ...(editTokens && { editTokens }) };
}

/** Both or none. A model of 2.2 that states none, with a vocabulary too small for the released ids, has none. */
function chooseEditTokens(sources: TokenIdSources, others: readonly number[]): TokenIds["editTokens"] {
  const { config, edits, vocabSize } = sources;
  const released = edits && RELEASED_SPLIT_TOKEN < vocabSize;
  const deleteToken = config.deleteToken ?? (released ? RELEASED_DELETE_TOKEN : undefined);
  const split = config.splitToken ?? (released ? RELEASED_SPLIT_TOKEN : undefined);
  if (deleteToken === undefined && split === undefined) return undefined;
  if (deleteToken === undefined || split === undefined) {
    throw new PackageError("config.json states one of delete_token_id and split_token_id; state both or neither");
  }
  for (const id of [deleteToken, split]) {
    if (id >= vocabSize) {
      throw new PackageError(`edit token ${id} is outside the vocabulary of ${vocabSize}; correct config.json`);
    }
  }
  if (new Set([deleteToken, split, ...others]).size < others.length + 2) {
    throw new PackageError(
      `edit tokens ${deleteToken} and ${split} must differ from each other, the mask and the end tokens; correct config.json`,
    );
  }
  return { delete: deleteToken, split };
}

const tokenId = z.int().nonnegative();

const statedIds = z.object({
  mask_token_id: tokenId.nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId)]).nullish(),
});

/** Parses the token ids of a generation_config.json. @param file its path, for messages */
export function parseGenerationConfig(json: unknown, file: string): StatedTokenIds {
  const parsed = statedIds.safeParse(json);
  if (!parsed.success) {
    throw new PackageError(`${file}: mask_token_id must be a token id, eos_token_id one or a list of them`);
  }
  const eos = parsed.data.eos_token_id ?? undefined;
  return {
    maskToken: parsed.data.mask_token_id ?? undefined,
    eosTokens: typeof eos === "number" ? [eos] : eos,
  };
}

function stopIds({ generationConfig, config, vocabulary, names }: TokenIdSources, released?: number): number[] {
  const one = vocabulary.get(names.eos ?? EOS_TEXT) ?? released;
  const base =
    [generationConfig.eosTokens, config.eosTokens].find((ids) => ids?.length) ?? (one === undefined ? [] : [one]);
  const roleEnd = vocabulary.get(ROLE_END_TEXT);
  return [...new Set(roleEnd === undefined ? base : [...base, roleEnd])];
}
