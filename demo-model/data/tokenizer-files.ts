/** The tokenizer as Hugging Face files: tokenizer.json and tokenizer_config.json. */
import { type BytePairs, PIECE_PATTERN, SPECIAL_TOKENS } from "./bpe.ts";
import { CHAT_TEMPLATE } from "./template.ts";

/** The contents of tokenizer.json for byte pairs. */
export function tokenizerJson(pairs: BytePairs): object {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_TOKENS.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: PIECE_PATTERN }, behavior: "Isolated", invert: false },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(pairs.vocabulary),
      merges: pairs.merges,
    },
  };
}

/** The contents of tokenizer_config.json. Clean-up of spaces is off: with it, decoding changes code. */
export function tokenizerConfig(): object {
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    eos_token: "<|endoftext|>",
    pad_token: "<|endoftext|>",
    mask_token: "<|mask|>",
    clean_up_tokenization_spaces: false,
    add_bos_token: false,
    chat_template: CHAT_TEMPLATE,
  };
}

/** Reads byte pairs back from a tokenizer.json that `tokenizerJson` wrote. */
export function readTokenizerJson(text: string): BytePairs {
  const { model } = JSON.parse(text) as { model: { vocab: { [token: string]: number }; merges: [string, string][] } };
  return { vocabulary: new Map(Object.entries(model.vocab)), merges: model.merges };
}
