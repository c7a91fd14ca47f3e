/** Family `modules`: two or three functions that call each other. The request names all of them. */
import { CHANGES, CONDITIONS, type Condition, REDUCTIONS } from "./number-operations.ts";
import { bind, codeOf, say } from "./operation.ts";
import { stop } from "./prompts.ts";
import type { Random } from "./random.ts";
import { SCHEMAS } from "./records.ts";
import type { Draft, Json, Language } from "./sample.ts";
import { functionName, numberList, phrase, TEXT_WORDS } from "./words.ts";

export function modules(random: Random, language: Language): Draft {
  return random.pick([numberModule, numberModule, chainModule, wordModule, recordModule])(random, language);
}

/** `count` different function names. */
function names(random: Random, count: number): string[] {
  const drawn = new Set<string>();
  while (drawn.size < count) drawn.add(functionName(random));
  return [...drawn];
}

const define = (name: string, argument: string, value: string): string =>
  `function ${name}(${argument}) {\n  return ${value};\n}`;

const ask = (parts: readonly string[], random: Random, language: Language): string =>
  language === "zh"
    ? `${random.pick(["写", "请写", "实现"])}${parts.length === 2 ? "两" : "三"}个函数：${parts.join("；")}${stop(random, language)}`
    : `${random.pick(["Write", "Please write", "Implement"])} ${parts.length === 2 ? "two" : "three"} functions: ${parts.join("; ")}${stop(random, language)}`;

const draft = (
  signature: string,
  content: string,
  code: string[],
  entry: string,
  cases: { args: Json[]; expected: Json }[],
): Draft => ({
  signature: `modules:${signature}`,
  messages: [{ role: "user", content }],
  reference: code.join("\n\n"),
  tests: {
    kind: "code",
    entry,
    cases: cases.filter((one) => typeof one.expected !== "number" || Number.isFinite(one.expected)),
  },
});

/** A check, a change, and a function that gathers the changed numbers that meet the check. */
function numberModule(random: Random, language: Language): Draft {
  const zh = language === "zh";
  const [check, convert, main] = names(random, 3) as [string, string, string];
  const condition = bind(random.pick<Condition>(CONDITIONS), random, language);
  const change = bind(random.pick(CHANGES), random, language);
  const reduction = random.pick(REDUCTIONS.filter((one) => one.loop && one.of && one.id !== "count"));
  const loop = random.chance(0.5);
  const is = (condition.operation as Condition).is[language][0]?.replace("$", condition.constant) ?? "";
  const end = random.pick(reduction.say[language]);
  const parts = zh
    ? [
        `${check}(x) 判断 x 是否${is.replace(/^是/, "为")}`,
        `${convert}(x) ${say(change, " x ").trim()}并返回`,
        `${main}(list) 用${loop ? "循环和" : ""}前两个函数，保留 ${check} 成立的数，用 ${convert} 转换，${end}`,
      ]
    : [
        `${check}(x) checks whether x ${is}`,
        `${convert}(x) ${say(change, "x")}`,
        `${main}(list) uses ${loop ? "a loop and " : ""}both: it keeps the numbers that pass ${check}, applies ${convert} and ${end}`,
      ];
  const gathered = reduction.loop?.update(`${convert}(x)`) ?? "";
  const body = loop
    ? `function ${main}(list) {\n  let result = ${reduction.loop?.start};\n  for (const x of list) {\n    if (${check}(x)) {\n      ${gathered}\n    }\n  }\n  return result;\n}`
    : define(main, "list", reduction.code(`list.filter(${check}).map(${convert})`));
  const cases = Array.from({ length: 5 }, (_, i) => {
    const k = Number(condition.constant);
    const list = random.shuffle([
      ...numberList(random, i === 0 ? 1 : random.int(3, 7)),
      ...(k ? [k, k + 1, k * 2, -k] : []),
    ]);
    return { args: [list], expected: reduction.run(list.filter(condition.run).map(change.run)) as Json };
  });
  const code = [define(check, "x", codeOf(condition, "x")), define(convert, "x", codeOf(change, "x")), body];
  return draft(
    `${loop ? "loop:" : ""}${condition.operation.id}.${change.operation.id}>${reduction.id}`,
    ask(parts, random, language),
    code,
    main,
    cases,
  );
}

/** Two changes and a function that does one after the other to every number. */
function chainModule(random: Random, language: Language): Draft {
  const zh = language === "zh";
  const [first, second, main] = names(random, 3) as [string, string, string];
  const [one, two] = random.some(CHANGES, 2).map((change) => bind(change, random, language));
  if (!one || !two) throw new Error("a chain needs two changes");
  const reduction = random.pick(REDUCTIONS.filter((r) => r.of && r.id !== "count" && r.id !== "average"));
  const end = random.pick(reduction.say[language]);
  const parts = zh
    ? [
        `${first}(x) ${say(one, " x ").trim()}并返回`,
        `${second}(x) 先调用 ${first}，再${say(two, "结果")}`,
        `${main}(list) 对每个数调用 ${second}，${end}`,
      ]
    : [
        `${first}(x) ${say(one, "x")}`,
        `${second}(x) calls ${first} and then ${say(two, "the result")}`,
        `${main}(list) applies ${second} to every number and ${end}`,
      ];
  const inner = `const y = ${first}(x);`;
  const code = [
    define(first, "x", codeOf(one, "x")),
    `function ${second}(x) {\n  ${inner}\n  return ${codeOf(two, "y")};\n}`,
    define(main, "list", reduction.code(`list.map(${second})`)),
  ];
  const cases = Array.from({ length: 5 }, () => {
    const list = numberList(random, random.int(2, 6));
    return { args: [list], expected: reduction.run(list.map((x) => two.run(one.run(x)))) as Json };
  });
  return draft(
    `chain:${one.operation.id}.${two.operation.id}>${reduction.id}`,
    ask(parts, random, language),
    code,
    main,
    cases,
  );
}

/** A function that cleans one word, one that checks it, one that does both to a sentence. */
function wordModule(random: Random, language: Language): Draft {
  const zh = language === "zh";
  const [clean, check, main] = names(random, 3) as [string, string, string];
  const letter = random.pick([..."aeilnost"]);
  const k = random.int(3, 6);
  const change = random.pick([
    {
      id: "upper",
      en: "uppercases a word",
      zh: "把单词转成大写",
      code: "word.toUpperCase()",
      run: (w: string) => w.toUpperCase(),
    },
    {
      id: "lower",
      en: "lowercases a word",
      zh: "把单词转成小写",
      code: "word.toLowerCase()",
      run: (w: string) => w.toLowerCase(),
    },
    {
      id: "reverse",
      en: "reverses a word",
      zh: "反转单词",
      code: 'word.split("").reverse().join("")',
      run: (w: string) => [...w].reverse().join(""),
    },
    {
      id: "capital",
      en: "capitalizes a word",
      zh: "把单词首字母大写",
      code: "word[0].toUpperCase() + word.slice(1)",
      run: (w: string) => w.slice(0, 1).toUpperCase() + w.slice(1),
    },
    {
      id: "star",
      en: `replaces each "${letter}" in a word with "*"`,
      zh: `把单词中的每个 "${letter}" 换成 "*"`,
      code: `word.replaceAll("${letter}", "*")`,
      run: (w: string) => w.split(letter).join("*"),
    },
    {
      id: "bracket",
      en: "puts a word in brackets",
      zh: "给单词加上方括号",
      code: '"[" + word + "]"',
      run: (w: string) => `[${w}]`,
    },
  ]);
  const test = random.pick([
    {
      id: "long",
      en: `is longer than ${k}`,
      zh: `长度大于 ${k}`,
      code: `word.length > ${k}`,
      run: (w: string) => w.length > k,
    },
    {
      id: "short",
      en: `is shorter than ${k}`,
      zh: `长度小于 ${k}`,
      code: `word.length < ${k}`,
      run: (w: string) => w.length < k,
    },
    {
      id: "has",
      en: `contains "${letter}"`,
      zh: `包含 "${letter}"`,
      code: `word.includes("${letter}")`,
      run: (w: string) => [...w].includes(letter),
    },
    {
      id: "ends",
      en: `ends with "${letter}"`,
      zh: `以 "${letter}" 结尾`,
      code: `word.endsWith("${letter}")`,
      run: (w: string) => w.at(-1) === letter,
    },
  ]);
  const end = random.pick([
    {
      id: "text",
      en: "joins them with spaces",
      zh: "用空格连接",
      code: '.join(" ")',
      run: (l: string[]) => l.join(" ") as Json,
    },
    { id: "list", en: "returns them as a list", zh: "以列表返回", code: "", run: (l: string[]) => l },
    { id: "count", en: "returns how many there are", zh: "返回个数", code: ".length", run: (l: string[]) => l.length },
  ]);
  const parts = zh
    ? [
        `${check}(word) 判断单词是否${test.zh}`,
        `${clean}(word) ${change.zh}`,
        `${main}(sentence) 拆分句子，保留 ${check} 成立的单词，用 ${clean} 转换，${end.zh}`,
      ]
    : [
        `${check}(word) checks whether a word ${test.en}`,
        `${clean}(word) ${change.en}`,
        `${main}(sentence) splits a sentence, keeps the words that pass ${check}, applies ${clean} and ${end.en}`,
      ];
  const code = [
    define(check, "word", test.code),
    define(clean, "word", change.code),
    `function ${main}(sentence) {\n  const words = sentence.split(" ");\n  return words.filter(${check}).map(${clean})${end.code};\n}`,
  ];
  const cases = Array.from({ length: 5 }, () => {
    const sentence = [...phrase(random, 5).trim().split(" "), random.pick(TEXT_WORDS) + letter, "go"].join(" ");
    return { args: [sentence], expected: end.run(sentence.split(" ").filter(test.run).map(change.run)) };
  });
  return draft(`words:${test.id}.${change.id}>${end.id}`, ask(parts, random, language), code, main, cases);
}

/** A function that checks a record, one that describes it in a text, one that does both to a list. */
function recordModule(random: Random, language: Language): Draft {
  const zh = language === "zh";
  const [check, show, main] = names(random, 3) as [string, string, string];
  const kind = random.pick(SCHEMAS);
  const { one, many, label } = kind;
  const [field, other] = [random.pick(kind.fields), random.pick(kind.fields)];
  const k = random.int(5, 95);
  const above = random.chance(0.5);
  const mark = random.pick([": ", " - ", " = ", "/"]);
  const lines = random.chance(0.5);
  const parts = zh
    ? [
        `${check}(${one}) 判断 ${field} 是否${above ? "大于" : "小于"} ${k}`,
        `${show}(${one}) 返回用 "${mark}" 连接的 ${label} 和 ${other}`,
        `${main}(${many}) 用前两个函数，${lines ? '把符合条件的文字用 ", " 连接' : "返回符合条件的文字列表"}`,
      ]
    : [
        `${check}(${one}) checks whether its ${field} is ${above ? "above" : "below"} ${k}`,
        `${show}(${one}) returns its ${label} and ${other} joined by "${mark}"`,
        `${main}(${many}) uses both and returns the texts of those that pass${lines ? ', joined by ", "' : " as a list"}`,
      ];
  const code = [
    define(check, one, `${one}.${field} ${above ? ">" : "<"} ${k}`),
    define(show, one, `${one}.${label} + "${mark}" + ${one}.${other}`),
    define(main, many, `${many}.filter(${check}).map(${show})${lines ? '.join(", ")' : ""}`),
  ];
  const cases = Array.from({ length: 5 }, () => {
    const rows = Array.from({ length: random.int(2, 6) }, () => ({
      [label]: `n${random.int(1, 99)}`,
      ...Object.fromEntries(
        kind.fields.map((name) => [name, random.chance(0.4) ? k + random.int(-2, 2) : random.int(1, 120)]),
      ),
    }));
    const texts = rows
      .filter((row) => (above ? Number(row[field]) > k : Number(row[field]) < k))
      .map((row) => `${row[label]}${mark}${row[other]}`);
    return { args: [rows] as Json[], expected: lines ? texts.join(", ") : texts };
  });
  return draft(
    `records:${many}.${field}${above ? ">" : "<"}.${other}>${lines}`,
    ask(parts, random, language),
    code,
    main,
    cases,
  );
}
