/** Family `extraction`: facts out of a sentence of daily life, as JSON with the keys that the request states. */
import { writeJson } from "../json.ts";
import type { Random } from "../random.ts";
import type { Draft, Json, Language } from "../sample.ts";
import { joinParts } from "../words.ts";
import { MORE_RECORD_KINDS } from "./more-record-kinds.ts";
import { OTHER_RECORD_KINDS } from "./other-record-kinds.ts";
import { RECORD_KINDS, type RecordKind } from "./record-kinds.ts";
import { everydaySplit } from "./splits.ts";

const KINDS: readonly RecordKind[] = [...RECORD_KINDS, ...MORE_RECORD_KINDS, ...OTHER_RECORD_KINDS];
const ALL_KEYS_SHARE = 0.4;
const INDENTED_SHARE = 0.1;

/** `%k` the keys as a list, `%j` an object with them, `%t` the text. */
const ASKS: { readonly [language in Language]: readonly string[] } = {
  en: [
    "pull the %k out of this as json: %t",
    "Extract %k from the text below and answer with JSON only.\n\n%t",
    "%t\n\nGive me %k as a JSON object.",
    "turn this into json with the keys %k: %t",
    "json please (%k): %t",
    "What are %k here? Reply in JSON.\n%t",
    "I have this note: %t\nI need %k as JSON.",
    "can you get %k from this? as json. %t",
    'Read the message and return a JSON object with %k.\n"%t"',
    "parse: %t -> json, keys %k",
    "Convert to JSON. Keys: %k. Text: %t",
    "make a json object out of the following, only %k\n%t",
    "From this sentence, I want the fields %k in JSON format: %t",
    "%t => json with %k",
    "Fill in this JSON: %j\nText: %t",
    "Use the form %j for the data in: %t",
    "structured data please. fields: %k. input: %t",
    "Here is what somebody wrote: %t\nPut %k into JSON, nothing else.",
    "grab %k, json output, no explanation: %t",
    "Could you please extract the following fields as JSON: %k? %t",
    "which %k does this text give? json only\n\n%t",
    "text: %t\nfields: %k\nformat: json",
  ],
  zh: [
    "从下面的文字里提取 %k，用 JSON 回答：%t",
    "%t\n把 %k 整理成 JSON。",
    "帮我把这段话转成 JSON，键为 %k：%t",
    "提取字段 %k，只输出 JSON。\n%t",
    "用 JSON 给出 %k：%t",
    "按 %j 的格式填写：%t",
    "这句话里的 %k 是什么？用 json 返回\n%t",
    "json 格式，字段 %k，内容：%t",
  ],
};

export function extraction(random: Random, language: Language): Draft {
  const kind = random.pick(KINDS);
  const sentence = random.pick(kind[language]);
  const record = kind.draw(random);
  const all = Object.keys(record);
  const keys = random.chance(ALL_KEYS_SHARE)
    ? random.chance(0.5)
      ? all
      : random.shuffle(all)
    : random.some(all, random.int(2, all.length));
  const value = Object.fromEntries(keys.map((key) => [key, record[key] ?? null]));
  const indented = random.chance(INDENTED_SHARE);
  const wish = indented ? (language === "zh" ? "\n缩进两个空格。" : "\nIndent by two spaces.") : "";
  return {
    signature: `extraction:${kind.id}`,
    split: everydaySplit(`extraction-${kind.id}`, sentence),
    messages: [{ role: "user", content: fillAsk(keys, fillSentence(sentence, record), random, language) + wish }],
    reference: indented ? JSON.stringify(value, null, 2) : writeJson(value),
    tests: { kind: "json", expected: value },
  };
}

function fillAsk(keys: readonly string[], text: string, random: Random, language: Language): string {
  const form = `{${keys.map((key) => `"${key}": ...`).join(", ")}}`;
  const slots: { [slot: string]: string } = { "%k": listKeys(keys, random, language), "%j": form, "%t": text };
  return random.pick(ASKS[language]).replaceAll(/%[kjt]/g, (slot) => slots[slot] ?? slot);
}

function listKeys(keys: readonly string[], random: Random, language: Language): string {
  if (language === "zh") return random.pick([keys.join("、"), keys.join(", "), keys.join("，")]);
  return random.pick([
    joinParts(keys, language),
    joinParts(keys, language),
    keys.join(", "),
    keys.join("/"),
    keys.map((key) => `"${key}"`).join(", "),
  ]);
}

/** `{key}` becomes the value, `{key?yes|no}` the text for a boolean. */
export function fillSentence(sentence: string, record: { readonly [key: string]: Json }): string {
  return sentence.replaceAll(/\{(\w+)(?:\?([^|}]*)\|([^}]*))?\}/g, (_, key: string, yes?: string, no?: string) => {
    const value = record[key];
    if (value === undefined) throw new Error(`${JSON.stringify(sentence)} has no value for ${key}`);
    return yes === undefined ? String(value) : ((value ? yes : no) ?? "");
  });
}
