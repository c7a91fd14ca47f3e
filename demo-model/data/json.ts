/** Family `json`: read facts out of a text, or change a JSON value, and answer with JSON alone. */
import type { Random } from "./random.ts";
import type { Draft, Generator, Json, Language } from "./sample.ts";
import { CITIES, COLORS, DAYS, JOBS, joinParts, PEOPLE, THINGS } from "./words.ts";

type Fields = { [key: string]: Json };

export function json(random: Random, language: Language): Draft {
  return random.pick(KINDS)(random, language);
}

/** JSON with a space after commas and colons, in one line, the way the chat template writes tool arguments. */
export function writeJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(writeJson).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${writeJson(item)}`)
    .join(", ")}}`;
}

function draft(signature: string, request: string, value: Json, random: Random, language: Language): Draft {
  const indented = random.chance(0.2);
  const wish = indented ? (language === "zh" ? "缩进两个空格。" : " Indent by two spaces.") : "";
  return {
    signature: `json:${signature}`,
    messages: [{ role: "user", content: request + wish }],
    reference: indented ? JSON.stringify(value, null, 2) : writeJson(value),
    tests: { kind: "json", expected: value },
  };
}

/** Facts about a person: asked fields in the asked order. */
function person(random: Random, language: Language): Draft {
  const zh = language === "zh";
  const all: Fields = {
    name: random.pick(PEOPLE),
    age: random.int(18, 90),
    city: random.pick(CITIES),
    job: random.pick(JOBS),
    color: random.pick(COLORS),
  };
  const text = zh
    ? random.pick([
        `${all.name}今年 ${all.age} 岁，住在 ${all.city}，是一名 ${all.job}，喜欢 ${all.color}。`,
        `住在 ${all.city} 的 ${all.job} ${all.name} 喜欢 ${all.color}，今年 ${all.age} 岁。`,
      ])
    : random.pick([
        `${all.name} is a ${all.age} year old ${all.job} from ${all.city} who likes ${all.color}.`,
        `The ${all.job} ${all.name} lives in ${all.city}, is ${all.age} years old and likes ${all.color}.`,
        `${all.name}, ${all.age}, works as a ${all.job} in ${all.city}. Favorite color: ${all.color}.`,
        `Meet ${all.name} from ${all.city}: ${all.age} years old, ${all.job}, loves ${all.color}.`,
      ]);
  const keys = random.some(Object.keys(all), random.int(2, 5));
  const wanted = zh ? keys.join("、") : joinParts(keys, language);
  const ask = zh
    ? random.pick([`提取 ${wanted}，用 JSON 回答：`, `把 ${wanted} 提取成 JSON：`])
    : random.pick([
        `Extract ${wanted} as JSON: `,
        `Give me ${wanted} as a JSON object: `,
        `Return JSON with ${wanted}: `,
      ]);
  return draft(
    `person.${keys.join(".")}`,
    ask + text,
    Object.fromEntries(keys.map((key) => [key, all[key] ?? null])),
    random,
    language,
  );
}

/** A text that lists each person's purchases, with counts. */
function basket(random: Random, language: Language): Draft {
  const zh = language === "zh";
  const buyer = random.pick(PEOPLE);
  const day = random.pick(DAYS);
  const items = random.some(THINGS, random.int(1, 4)).map((name) => ({ name, count: random.int(2, 60) }));
  const withDay = random.chance(0.5);
  const listed = items.map((item) => (zh ? `${item.count} 个 ${item.name}` : `${item.count} ${item.name}`));
  const text = zh
    ? `${buyer} 在 ${day} 买了 ${listed.join("、")}。`
    : `${buyer} bought ${joinParts(listed, language)} on ${day}.`;
  const keys = ["buyer", ...(withDay ? ["day"] : []), "items"];
  const ask = zh
    ? `提取 ${keys.join("、")}（name、count），用 JSON 回答：`
    : `Extract ${joinParts(keys, language)} (name, count) as JSON: `;
  return draft(
    `basket.${keys.length}.${items.map((item) => item.name[0]).join("")}`,
    ask + text,
    { buyer, ...(withDay ? { day } : {}), items },
    random,
    language,
  );
}

/** Lines of "key: value". */
function lines(random: Random, language: Language): Draft {
  const pool: Fields = {
    title: `${random.pick(COLORS)} ${random.pick(THINGS)}`,
    price: random.int(1, 500),
    stock: random.int(0, 99),
    color: random.pick(COLORS),
    city: random.pick(CITIES),
    owner: random.pick(PEOPLE),
    active: random.chance(0.5),
    day: random.pick(DAYS),
  };
  const keys = random.some(Object.keys(pool), random.int(2, 6));
  const text = keys.map((key) => `${key}: ${pool[key]}`).join("\n");
  const ask =
    language === "zh"
      ? random.pick(["把下面的内容转成 JSON：\n", "转换成 JSON：\n"])
      : random.pick(["Turn this into JSON:\n", "Convert to JSON:\n", "Write this as a JSON object:\n"]);
  return draft(
    `lines.${keys.join(".")}`,
    ask + text,
    Object.fromEntries(keys.map((key) => [key, pool[key] ?? null])),
    random,
    language,
  );
}

/** Columns of a table with a generator of their values. */
type Columns = { [key: string]: () => Json };

/** A small CSV table. */
const rowsOf =
  (columns: (random: Random) => Columns): Generator =>
  (random, language) => {
    const make = columns(random);
    const keys = random.some(Object.keys(make), random.int(2, 4));
    const table = Array.from({ length: random.int(2, 8) }, () =>
      Object.fromEntries(keys.map((key) => [key, make[key]?.() ?? null])),
    );
    const text = [keys.join(","), ...table.map((row) => keys.map((key) => row[key]).join(","))].join("\n");
    const ask =
      language === "zh"
        ? "把这个 CSV 转成 JSON 数组：\n"
        : random.pick(["Convert this CSV to a JSON array:\n", "Turn this CSV into JSON:\n"]);
    return draft(`rows.${keys.join(".")}`, ask + text, table, random, language);
  };

const rows = rowsOf((random) => ({
  name: () => random.pick(PEOPLE),
  city: () => random.pick(CITIES),
  age: () => random.int(18, 90),
  score: () => random.int(0, 100),
  color: () => random.pick(COLORS),
}));

/** Fields for practice, in training only. */
const otherFields = (random: Random): Columns => ({
  owner: () => random.pick(PEOPLE),
  item: () => random.pick(THINGS),
  stock: () => random.int(0, 999),
  price: () => random.int(1, 2000),
  home: () => random.pick(CITIES),
  start: () => random.pick(DAYS),
  paint: () => random.pick(COLORS),
  role: () => random.pick(JOBS),
  level: () => random.int(1, 12),
  year: () => random.int(1950, 2030),
});

export const otherRows = rowsOf(otherFields);

/** Fields of an object with their values, and other values for them. */
interface ChangeFields {
  pool: Fields;
  another: (key: string) => Json;
}

/** A given object with one field set, added, removed or renamed. */
const changeOf =
  (fields: (random: Random) => ChangeFields): Generator =>
  (random, language) => {
    const zh = language === "zh";
    const { pool, another } = fields(random);
    const [fresh, ...keys] = random.some(Object.keys(pool), random.int(3, 6)) as [string, ...string[]];
    const object = Object.fromEntries(keys.map((key) => [key, pool[key] ?? null]));
    const key = random.pick(keys);
    const value = another(key);
    const kind = random.pick(["set", "add", "remove", "rename"] as const);
    const texts = {
      set: zh ? `把 ${key} 改成 ${value}` : `Set ${key} to ${value}`,
      add: zh ? `加上 ${fresh}，值为 ${pool[fresh]}` : `Add ${fresh} with value ${pool[fresh]}`,
      remove: zh ? `删除 ${key}` : `Remove ${key}`,
      rename: zh ? `把 ${key} 改名为 ${fresh}` : `Rename ${key} to ${fresh}`,
    };
    const results: { [kind in "set" | "add" | "remove" | "rename"]: () => Fields } = {
      set: () => ({ ...object, [key]: value }),
      add: () => ({ ...object, [fresh]: pool[fresh] ?? null }),
      remove: () => Object.fromEntries(Object.entries(object).filter(([name]) => name !== key)),
      rename: () =>
        Object.fromEntries(Object.entries(object).map(([name, item]) => [name === key ? fresh : name, item])),
    };
    const ask = zh ? `${texts[kind]}：\n` : `${texts[kind]}:\n`;
    return draft(`change.${kind}.${key}.${keys.join(".")}`, ask + writeJson(object), results[kind](), random, language);
  };

const change = changeOf((random) => {
  const pool: Fields = {
    name: random.pick(PEOPLE),
    age: random.int(18, 90),
    city: random.pick(CITIES),
    job: random.pick(JOBS),
    score: random.int(0, 100),
    color: random.pick(COLORS),
    day: random.pick(DAYS),
  };
  const words: { [key: string]: readonly string[] } = {
    name: PEOPLE,
    city: CITIES,
    job: JOBS,
    color: COLORS,
    day: DAYS,
  };
  return { pool, another: (key) => (words[key] ? random.pick(words[key]) : random.int(1, 99)) };
});

export const otherChange = changeOf((random) => {
  const columns = { ...otherFields(random), name: () => random.pick(PEOPLE), city: () => random.pick(CITIES) };
  const pool = Object.fromEntries(Object.entries(columns).map(([key, make]) => [key, make()]));
  return { pool, another: (key) => columns[key as keyof typeof columns]() };
});

const KINDS: readonly Generator[] = [person, person, basket, lines, rows, change];
