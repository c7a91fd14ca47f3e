/** Family `records`: questions about lists of records, such as products with a price and a stock. */
import { chooseName, type Naming, opening, sentence, stop } from "./prompts.ts";
import type { Random } from "./random.ts";
import type { Case, Draft, Json, Language } from "./sample.ts";
import { capitalize } from "./words.ts";

/** A kind of record: its plural (the argument), its singular (the variable), its label and its numeric fields. */
interface Schema {
  many: string;
  one: string;
  zh: string;
  label: string;
  fields: readonly string[];
}

const schema = (many: string, one: string, zh: string, label: string, fields: string): Schema => ({
  many,
  one,
  zh,
  label,
  fields: fields.split(" "),
});

export const SCHEMAS: readonly Schema[] = [
  schema("people", "person", "人员", "name", "age height salary score"),
  schema("products", "product", "商品", "name", "price stock rating weight"),
  schema("orders", "order", "订单", "id", "total quantity tax"),
  schema("books", "book", "图书", "title", "pages year price rating"),
  schema("cities", "city", "城市", "name", "population area year"),
  schema("cars", "car", "汽车", "model", "speed price year weight"),
  schema("players", "player", "玩家", "name", "score level age"),
  schema("movies", "movie", "电影", "title", "year rating length"),
  schema("students", "student", "学生", "name", "grade age score"),
  schema("files", "file", "文件", "name", "size age"),
  schema("rooms", "room", "房间", "id", "area price floor"),
  schema("plants", "plant", "植物", "name", "height age price"),
];

const COMPARISONS = [
  { id: ">", en: ["greater than", "above"], zh: "大于", run: (x: number, k: number) => x > k },
  { id: "<", en: ["less than", "below"], zh: "小于", run: (x: number, k: number) => x < k },
  { id: ">=", en: ["of at least", "no less than"], zh: "不小于", run: (x: number, k: number) => x >= k },
  { id: "<=", en: ["of at most", "no more than"], zh: "不大于", run: (x: number, k: number) => x <= k },
  { id: "===", en: ["equal to"], zh: "等于", run: (x: number, k: number) => x === k },
] as const;

const OUTPUTS = ["labels", "sum", "count", "all", "average", "max", "min", "some", "every", "find", "pairs"] as const;
type Output = (typeof OUTPUTS)[number];

interface Filter {
  field: string;
  comparison: (typeof COMPARISONS)[number];
  constant: number;
}

/** A question about records from which words, code and results follow. */
export interface RecordPlan {
  naming: Naming;
  schema: Schema;
  filters: Filter[];
  both: boolean;
  sort?: { field: string; down: boolean };
  take?: number;
  output: Output;
  /** The field that is summed, averaged or compared. */
  field: string;
  steps: boolean;
}

type Row = { [field: string]: Json };

export function records(random: Random, language: Language): Draft {
  const plan = drawRecordPlan(random);
  return {
    signature: recordSignature(plan),
    messages: [{ role: "user", content: describeRecordPlan(plan, random, language) }],
    reference: writeRecordPlan(plan),
    tests: {
      kind: "code",
      ...(plan.naming.asked ? { entry: plan.naming.name } : {}),
      cases: recordCases(plan, random),
    },
  };
}

export function drawRecordPlan(random: Random): RecordPlan {
  const one = random.pick(SCHEMAS);
  const output = random.pick(OUTPUTS);
  const ordered = output === "labels" || output === "all" || output === "pairs";
  const single = output === "some" || output === "every" || output === "find";
  const fields = random.some(one.fields, random.chance(0.3) ? 2 : 1);
  const field = random.pick(one.fields);
  const sorted = ordered && random.chance(0.7);
  const automatic: { [output in Output]: string } = {
    labels: `get${capitalize(one.label)}s`,
    sum: `total${capitalize(field)}`,
    count: `count${capitalize(one.many)}`,
    all: `filter${capitalize(one.many)}`,
    average: `average${capitalize(field)}`,
    max: `max${capitalize(field)}`,
    min: `min${capitalize(field)}`,
    some: `hasAny${capitalize(one.one)}`,
    every: `areAll${capitalize(one.many)}`,
    find: `find${capitalize(one.one)}`,
    pairs: `list${capitalize(one.many)}`,
  };
  return {
    naming: chooseName(random, automatic[output]),
    schema: one,
    filters: fields.map((name) => ({ field: name, comparison: random.pick(COMPARISONS), constant: random.int(1, 99) })),
    both: random.chance(0.6),
    ...(sorted ? { sort: { field: random.pick(one.fields), down: random.chance(0.5) } } : {}),
    ...(sorted && random.chance(0.35) ? { take: random.int(2, 9) } : {}),
    output,
    field,
    steps: !single && random.chance(0.3),
  };
}

export function recordSignature(plan: RecordPlan): string {
  const filters = plan.filters.map((f) => f.field + f.comparison.id).join(plan.both ? "&" : "|");
  const sort = plan.sort ? `.${plan.sort.field}${plan.sort.down ? "-" : "+"}${plan.take ? ".take" : ""}` : "";
  const field = ["sum", "average", "max", "min", "pairs"].includes(plan.output) ? plan.field : "";
  return `records:${plan.schema.many}.${filters}${sort}>${plan.output}${field}`;
}

export function describeRecordPlan(plan: RecordPlan, random: Random, language: Language): string {
  const text = opening(plan.naming, random, language) + (language === "zh" ? inChinese(plan) : inEnglish(plan, random));
  if (!plan.steps) return text + stop(random, language);
  const style = language === "zh" ? ["每一步用一个变量。"] : ["Use one variable per step.", "Write one step per line."];
  return text + (language === "zh" ? "。" : ".") + sentence(random.pick(style), language);
}

function inEnglish(plan: RecordPlan, random: Random): string {
  const { schema: kind, output, field } = plan;
  const filters = plan.filters
    .map((f) => `${f.field} ${random.pick(f.comparison.en)} ${f.constant}`)
    .join(plan.both ? " and " : " or ");
  let which = `${kind.many} with ${filters}`;
  if (plan.sort) {
    const order = plan.sort.down
      ? random.pick([" descending", " in descending order", " from high to low"])
      : random.pick(["", " ascending", " from low to high"]);
    which += `, sorted by ${plan.sort.field}${order}`;
  }
  if (plan.take) which += `, only the first ${plan.take}`;
  switch (output) {
    case "labels":
      return `returns the ${kind.label}s of the ${which}`;
    case "sum":
      return `returns the ${random.pick(["total", "sum of the"])} ${field} of the ${which}`;
    case "count":
      return `${random.pick(["counts the", "returns the number of"])} ${which}`;
    case "all":
      return `returns the ${which}`;
    case "average":
      return `returns the average ${field} of the ${which}`;
    case "max":
      return `returns the ${random.pick(["highest", "largest", "maximum"])} ${field} among the ${which}`;
    case "min":
      return `returns the ${random.pick(["lowest", "smallest", "minimum"])} ${field} among the ${which}`;
    case "some":
      return `checks whether there are any ${which}`;
    case "every":
      return `checks whether all ${kind.many} have ${filters}`;
    case "find":
      return `returns the first of the ${which}, or null`;
    case "pairs":
      return `returns the ${kind.label} and ${field} of the ${which}`;
  }
}

function inChinese(plan: RecordPlan): string {
  const { schema: kind, output, field } = plan;
  const filters = plan.filters
    .map((f) => `${f.field} ${f.comparison.zh} ${f.constant}`)
    .join(plan.both ? " 且 " : " 或 ");
  const sort = plan.sort ? `，按 ${plan.sort.field} ${plan.sort.down ? "降序" : "升序"}排列` : "";
  const take = plan.take ? `，只取前 ${plan.take} 个` : "";
  const which = `${kind.many}（${kind.zh}）中 ${filters} 的记录`;
  const texts: { [output in Output]: string } = {
    labels: `返回 ${which}的 ${kind.label}`,
    sum: `返回 ${which}的 ${field} 总和`,
    count: `返回 ${which}的数量`,
    all: `返回 ${which}`,
    average: `返回 ${which}的 ${field} 平均值`,
    max: `返回 ${which}的最大 ${field}`,
    min: `返回 ${which}的最小 ${field}`,
    some: `判断是否存在 ${which}`,
    every: `判断 ${kind.many}（${kind.zh}）是否全部满足 ${filters}`,
    find: `返回 ${which}的第一个，没有则返回 null`,
    pairs: `返回 ${which}的 ${kind.label} 和 ${field}`,
  };
  return texts[output] + sort + take;
}

export function writeRecordPlan(plan: RecordPlan): string {
  const { schema: kind, output, field } = plan;
  const one = kind.one;
  const test = plan.filters
    .map((f) => `${one}.${f.field} ${f.comparison.id} ${f.constant}`)
    .join(plan.both ? " && " : " || ");
  const calls = [{ call: `.filter(${one} => ${test})`, variable: "kept" }];
  if (plan.sort) {
    const { field: by, down } = plan.sort;
    calls.push({ call: `.sort((a, b) => ${down ? `b.${by} - a.${by}` : `a.${by} - b.${by}`})`, variable: "sorted" });
  }
  if (plan.take) calls.push({ call: `.slice(0, ${plan.take})`, variable: "first" });
  const lines: string[] = [];
  let list = kind.many;
  for (const { call, variable } of calls) {
    if (plan.steps) lines.push(`  const ${variable} = ${list}${call};`);
    list = plan.steps ? variable : list + call;
  }
  if (output === "average" && !plan.steps) {
    lines.push(`  const picked = ${list};`);
    list = "picked";
  }
  const sum = `${list}.reduce((sum, ${one}) => sum + ${one}.${field}, 0)`;
  const results: { [output in Output]: string } = {
    labels: `${list}.map(${one} => ${one}.${kind.label})`,
    sum,
    count: `${list}.length`,
    all: list,
    average: `${sum} / ${list}.length`,
    max: `Math.max(...${list}.map(${one} => ${one}.${field}))`,
    min: `Math.min(...${list}.map(${one} => ${one}.${field}))`,
    some: `${kind.many}.some(${one} => ${test})`,
    every: `${kind.many}.every(${one} => ${test})`,
    find: `${kind.many}.find(${one} => ${test}) || null`,
    pairs: `${list}.map(${one} => ({ ${kind.label}: ${one}.${kind.label}, ${field}: ${one}.${field} }))`,
  };
  return `function ${plan.naming.name}(${kind.many}) {\n${[...lines, `  return ${results[output]};`].join("\n")}\n}`;
}

/** The answer for a list of records, computed without the code. */
export function runRecordPlan(plan: RecordPlan, rows: readonly Row[]): Json {
  const { schema: kind, sort, field } = plan;
  const value = (row: Row, name: string): number => Number(row[name]);
  const meets = (row: Row): boolean => {
    const met = plan.filters.map((f) => f.comparison.run(value(row, f.field), f.constant));
    return plan.both ? !met.includes(false) : met.includes(true);
  };
  let kept = rows.filter(meets);
  if (sort) kept = kept.toSorted((a, b) => (value(a, sort.field) - value(b, sort.field)) * (sort.down ? -1 : 1));
  if (plan.take) kept = kept.slice(0, plan.take);
  const values = kept.map((row) => value(row, field));
  const sum = values.reduce((a, b) => a + b, 0);
  const results: { [output in Output]: () => Json } = {
    labels: () => kept.map((row) => row[kind.label] ?? null),
    sum: () => sum,
    count: () => kept.length,
    all: () => kept,
    average: () => sum / values.length,
    max: () => Math.max(...values),
    min: () => Math.min(...values),
    some: () => rows.filter(meets).length > 0,
    every: () => rows.filter(meets).length === rows.length,
    find: () => rows.filter(meets)[0] ?? null,
    pairs: () => kept.map((row) => ({ [kind.label]: row[kind.label] ?? null, [field]: row[field] ?? null })),
  };
  return results[plan.output]();
}

export function recordCases(plan: RecordPlan, random: Random): Case[] {
  return Array.from({ length: 5 }, () => {
    const rows = Array.from({ length: random.int(3, 7) }, (): Row => {
      const near = (): number =>
        (plan.filters[random.int(0, plan.filters.length - 1)]?.constant ?? 9) + random.int(-2, 2);
      const fields = plan.schema.fields.map((name) => [name, random.chance(0.4) ? near() : random.int(1, 120)]);
      return { [plan.schema.label]: `n${random.int(1, 99)}`, ...Object.fromEntries(fields) };
    });
    const fitting = random.chance(0.4) ? rows.map((row) => ({ ...row, ...fit(plan, random) })) : rows;
    return { args: [fitting] as Json[], expected: runRecordPlan(plan, fitting) };
  }).filter((one) => typeof one.expected !== "number" || Number.isFinite(one.expected));
}

/** Field values that meet every filter, so that lists without any match stay rare. */
function fit(plan: RecordPlan, random: Random): Row {
  const toward = { ">": 1, ">=": 0, "===": 0, "<=": 0, "<": -1 } as const;
  return Object.fromEntries(
    plan.filters.map((f) => [f.field, f.constant + toward[f.comparison.id] * random.int(1, 9)]),
  );
}
