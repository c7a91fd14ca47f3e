/** Beginnings and ends of requests, and introductions of arguments, in both languages. */
import type { Random } from "./random.ts";
import type { Language } from "./sample.ts";
import { functionName } from "./words.ts";

/** A function's name and whether the request says it. */
export interface Naming {
  name: string;
  asked: boolean;
}

/**
 * Two thirds of the requests name the function; otherwise training shows `automatic`, which is derived from the
 * operations.
 */
export function chooseName(random: Random, automatic: string): Naming {
  return random.chance(0.67) ? { name: functionName(random), asked: true } : { name: automatic, asked: false };
}

/** The request's opening up to the verb: "Write a function called f that ". */
export function opening(naming: Naming, random: Random, language: Language): string {
  const { name, asked } = naming;
  if (language === "zh") {
    return asked
      ? random.pick([
          `写一个名为 ${name} 的函数，`,
          `写一个函数 ${name}，`,
          `请实现函数 ${name}，`,
          `编写 JavaScript 函数 ${name}，`,
        ])
      : random.pick([
          "写一个函数，",
          "请写一个函数，",
          "写一个 JavaScript 函数，",
          "实现一个函数，",
          "帮我写一个函数，",
        ]);
  }
  return asked
    ? random.pick([
        `Write a function called ${name} that `,
        `Write a function named ${name} that `,
        `Define a function ${name} that `,
        `Implement ${name}, a function that `,
        `Create a JavaScript function ${name} that `,
      ])
    : random.pick([
        "Write a JavaScript function that ",
        "Write a function that ",
        "Create a function that ",
        "Implement a function that ",
        "I need a function that ",
        "Please write a JS function that ",
        "Give me a function that ",
      ]);
}

/** An argument as the request introduces it, and the name that this wording fixes. */
export interface Argument {
  text: string;
  name: string;
}

/** Draws an argument from wordings that each fix a name; `named` adds one that says the name outright. */
export function chooseArgument(
  options: { [language in Language]: readonly (readonly [text: string, name: string])[] },
  random: Random,
  language: Language,
): Argument {
  const [text, name] = random.pick(options[language]);
  return { text, name };
}

/** The full stop, now and then left out. */
export function stop(random: Random, language: Language): string {
  return random.chance(0.75) ? (language === "zh" ? "。" : ".") : "";
}

/** Appends a sentence: English needs a space before it. */
export function sentence(text: string, language: Language): string {
  return language === "zh" ? text : ` ${text}`;
}
