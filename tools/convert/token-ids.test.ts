import { expect, it } from "vitest";
import { PackageError } from "../../gpu-worker/src/errors.ts";
import { chooseTokenIds, parseGenerationConfig, type TokenIdSources } from "./token-ids.ts";

const RELEASED_VOCABULARY = 157184;

function choose(sources: Partial<TokenIdSources>) {
  const silent = { flags: {}, generationConfig: {}, config: {}, vocabulary: new Map(), names: {}, edits: false };
  return chooseTokenIds({ ...silent, vocabSize: RELEASED_VOCABULARY, ...sources });
}

const vocabulary = new Map([
  ["<|mask|>", 10],
  ["<|endoftext|>", 11],
  ["<|role_end|>", 12],
  ["<hole>", 13],
  ["<stop>", 14],
]);
const config = { maskToken: 20, eosTokens: [21] };
const generationConfig = { maskToken: 30, eosTokens: [31, 32] };
const flags = { maskToken: 40, eosTokens: [41] };

it.each([
  ["the flags", { flags, generationConfig, config, vocabulary }, 40, [41]],
  ["then generation_config.json, with the end of a turn", { generationConfig, config, vocabulary }, 30, [31, 32, 12]],
  ["then config.json", { config, vocabulary }, 20, [21, 12]],
  ["then the names the tokenizer gives", { vocabulary, names: { mask: "<hole>", eos: "<stop>" } }, 13, [14, 12]],
  ["then the released names", { vocabulary }, 10, [11, 12]],
  ["then the released ids", {}, 156895, [156892]],
])("token ids come from %s", (_, sources, maskToken, eosTokens) => {
  expect(choose(sources)).toEqual({ maskToken, eosTokens });
});

it("each id comes from the first place that states it", () => {
  const partial = { flags: { maskToken: 1 }, generationConfig: { eosTokens: [] }, config: { eosTokens: [2] } };
  expect(choose(partial)).toEqual({ maskToken: 1, eosTokens: [2] });
});

it("the end of a turn is not listed twice", () => {
  expect(choose({ generationConfig: { eosTokens: [11, 12] }, vocabulary }).eosTokens).toEqual([11, 12]);
});

it.each([
  ["no mask", { config: { eosTokens: [5] }, vocabSize: 512 }, /give --mask-token/],
  ["no end", { config: { maskToken: 5 }, vocabSize: 512 }, /give --eos/],
  [
    "a mask outside the vocabulary",
    { config, vocabSize: 20 },
    /token 20 is outside the vocabulary of 20.*--mask-token/,
  ],
  ["an end outside the vocabulary", { config, vocabSize: 21 }, /token 21 is outside the vocabulary of 21.*--eos/],
  ["a mask that ends answers", { flags: { maskToken: 5, eosTokens: [4, 5] } }, /token 5 is both/],
])("%s is refused with the flag to give", (_, sources, message) => {
  expect(() => choose(sources)).toThrow(PackageError);
  expect(() => choose(sources)).toThrow(message);
});

it("a generation_config.json may state one end token, several, or nothing", () => {
  expect(parseGenerationConfig({ eos_token_id: 7, mask_token_id: null }, "g")).toEqual({ eosTokens: [7] });
  expect(parseGenerationConfig({ eos_token_id: [7, 8], mask_token_id: 9 }, "g")).toEqual({
    maskToken: 9,
    eosTokens: [7, 8],
  });
  expect(parseGenerationConfig({ temperature: 1 }, "g")).toEqual({});
  expect(() => parseGenerationConfig({ eos_token_id: "7" }, "g.json")).toThrow(/g\.json: mask_token_id must be/);
});

const edits = true;
const stated = { deleteToken: 60, splitToken: 61 };

it("edit tokens are those that config.json states, or in 2.2 the released ones", () => {
  expect(choose({}).editTokens).toBeUndefined();
  expect(choose({ edits }).editTokens).toEqual({ delete: 156930, split: 156931 });
  expect(choose({ edits, config: stated }).editTokens).toEqual({ delete: 60, split: 61 });
  expect(choose({ edits, config, vocabSize: 512 }).editTokens).toBeUndefined();
});

it.each([
  ["one of the two", { config: { ...config, deleteToken: 60 } }, /state both or neither/],
  ["an id outside the vocabulary", { config: { ...config, ...stated }, vocabSize: 61 }, /edit token 61 is outside/],
  ["an id for two purposes", { config: { ...stated, maskToken: 60, eosTokens: [1] } }, /60 and 61 must differ/],
])("a config.json that states %s is refused", (_, sources, message) => {
  expect(() => choose(sources)).toThrow(message);
});
