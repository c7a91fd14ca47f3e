/**
 * Family `arithmetic`: sums worked out column by column, so that every line follows from the lines above it. Numbers
 * are padded with zeros to a fixed width, so the position of every digit is known before its value.
 */
import type { Random } from "./random.ts";
import type { Draft, Language } from "./sample.ts";
import { PEOPLE, THINGS } from "./words.ts";

export function arithmetic(random: Random, language: Language): Draft {
  return random.chance(0.6) ? sum(random, language) : story(random, language);
}

type Sign = "+" | "-" | "*";

interface Worked {
  lines: string[];
  value: number;
}

const pad = (value: number, width: number): string => String(value).padStart(width, "0");

/**
 * Works out an operation in columns, from the last digit to the first; `width` is the number of digits of the result.
 */
function work(a: number, sign: Sign, b: number, width: number): Worked {
  const value = sign === "+" ? a + b : sign === "-" ? a - b : a * b;
  // A multiplication by one digit goes through the digits of `a`; the others go through both numbers.
  const lines = [`${pad(a, width)} ${sign} ${sign === "*" ? b : pad(b, width)}`];
  let carry = 0;
  for (let place = 0; place < width; place++) {
    const x = Math.floor(a / 10 ** place) % 10;
    const y = sign === "*" ? b : Math.floor(b / 10 ** place) % 10;
    const column = sign === "+" ? x + y + carry : sign === "-" ? x - y - carry + 10 : x * y + carry;
    const digit = column % 10;
    if (sign === "-") {
      lines.push(`${x} - ${y} - ${carry}: ${digit}, borrow ${column < 10 ? 1 : 0}`);
      carry = column < 10 ? 1 : 0;
    } else {
      lines.push(`${x} ${sign} ${y} + ${carry} = ${pad(column, 2)}: ${digit}, carry ${Math.floor(column / 10)}`);
      carry = Math.floor(column / 10);
    }
  }
  lines.push(`= ${pad(value, width)}`);
  return { lines, value };
}

function sum(random: Random, language: Language): Draft {
  const sign = random.pick<Sign>(["+", "+", "-", "-", "*"]);
  const width = random.pick([2, 3, 3, 4]);
  const largest = 10 ** (width - 1) - 1;
  let a = random.int(sign === "*" ? 2 : 1, sign === "*" ? largest : 10 ** width / 2 - 1);
  let b = sign === "*" ? random.int(2, 9) : random.int(1, 10 ** width / 2 - 1);
  if (sign === "-" && b > a) [a, b] = [b, a];
  const { lines, value } = work(a, sign, b, width);
  const shown = `${a} ${sign} ${b}`;
  const ask =
    language === "zh"
      ? random.pick([`${shown} 等于多少？`, `计算 ${shown}`])
      : random.pick([`What is ${shown}?`, `Compute ${shown}`, `${shown} = ?`]);
  return finish(`sum:${a}${sign}${b}`, ask, lines, value, language);
}

/** A story with one to four changes to a number of objects. */
function story(random: Random, language: Language): Draft {
  const zh = language === "zh";
  const who = random.pick(PEOPLE);
  const what = random.pick(THINGS);
  let now = random.int(5, 90);
  let text = zh ? `${who} 有 ${now} 个 ${what}。` : `${who} has ${now} ${what}.`;
  let key = `${now}`;
  const lines: string[] = [];
  for (let left = random.int(1, 4); left > 0; left--) {
    const kind = random.pick(["buys", "finds", "gives", "loses", "times"] as const);
    const down = kind === "gives" || kind === "loses";
    const k = kind === "times" ? random.int(2, 4) : random.int(1, down ? Math.max(1, now) : 90);
    const worked = work(now, kind === "times" ? "*" : down ? "-" : "+", k, 3);
    if (worked.value > 999 || (down && k > now)) continue;
    const told = {
      buys: zh ? `又买了 ${k} 个。` : ` ${who} buys ${k} more.`,
      finds: zh ? `又找到 ${k} 个。` : ` ${who} finds ${k} more.`,
      gives: zh ? `送出 ${k} 个。` : ` ${who} gives away ${k}.`,
      loses: zh ? `丢了 ${k} 个。` : ` ${who} loses ${k}.`,
      times: zh ? `数量变成原来的 ${k} 倍。` : ` Then the number grows ${k} times.`,
    };
    text += told[kind];
    key += `${kind}${k}`;
    lines.push(...worked.lines);
    now = worked.value;
  }
  const ask = zh ? `现在 ${who} 有多少个 ${what}？` : ` How many ${what} does ${who} have now?`;
  return finish(`story:${key}`, text + ask, lines, now, language);
}

function finish(signature: string, ask: string, lines: readonly string[], value: number, language: Language): Draft {
  const last = language === "zh" ? `答案是 ${value}。` : `The answer is ${value}.`;
  return {
    signature: `arithmetic:${signature}`,
    messages: [{ role: "user", content: ask }],
    reference: [...lines, last].join("\n"),
    tests: { kind: "number", expected: value },
  };
}
