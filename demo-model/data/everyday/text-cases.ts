/** Everyday tasks on upper and lower case and on names in code. */
import type { EverydayTask } from "./task.ts";
import { capital, mixed, phrase, word, words } from "./text-draws.ts";

export const textCases: readonly EverydayTask[] = [
  {
    id: "capitalize",
    names: ["capitalize", "capitalizeFirst", "capitalizeFirstLetter", "upperFirst"],
    params: [["str", "s", "word", "text", "string"]],
    en: [
      "{capitalize} the first letter of a string",
      "{make} the first letter of a string uppercase",
      "{return} the word with a capital first letter, the rest unchanged",
      '{turn} "hello world" into "Hello world"',
      "{change} only the first character of a text to upper case",
      "{take} a string and {write} its first letter big",
      "{begin} a text with a capital letter",
      "{uppercase} the first char and {leave} the others as they are",
      "capitalize first letter",
      "first letter uppercase",
      "= how do I make the first letter of a string uppercase in JavaScript?",
      "= js capitalize string",
    ],
    zh: [
      "{把字符串的首字母变成大写}",
      "{将第一个字母大写，其余不变}",
      "{让单词首字母大写}",
      "首字母大写",
      "= js首字母大写怎么写",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.charAt(0).toUpperCase() + \${0}.slice(1);
}`,
      `function \${name}(\${0}) {
  return \${0}.slice(0, 1).toUpperCase() + \${0}.slice(1);
}`,
    ],
    args: (random) => [phrase(random, 3)],
    always: [["hello world"], [""]],
  },
  {
    id: "title-case",
    names: ["titleCase", "toTitleCase", "capitalizeWords", "capitalizeEachWord"],
    params: [["str", "text", "sentence", "s"]],
    en: [
      "{capitalize} the first letter of every word in a sentence",
      "{turn} a lowercase sentence into title case",
      "{make} each word of a string start with a capital letter",
      "{write} every word of a text with a big first letter",
      '{convert} "the quick fox" to "The Quick Fox"',
      "{take} a sentence and {uppercase} the first letter of all its words",
      "{format} a heading so that all words begin with capitals",
      "{change} a string to title case",
      "{return} the sentence with every word capitalized",
      "title case",
      "capitalize each word",
      "= how to capitalize every word in a string js",
    ],
    zh: [
      "{把句子里每个单词的首字母变成大写}",
      "{将字符串转换成标题格式，每个单词首字母大写}",
      "{让每个单词都以大写字母开头}",
      "每个单词首字母大写",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}
    .split(" ")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");
}`,
      `function \${name}(\${0}) {
  return \${0}.replace(/(^| )[a-z]/g, (match) => match.toUpperCase());
}`,
    ],
    args: (random) => [phrase(random, 6)],
    always: [["the quick brown fox"], ["a"]],
  },
  {
    id: "camel-case",
    names: ["toCamelCase", "camelCase", "camelize"],
    params: [["str", "text", "s", "words"]],
    en: [
      "{convert} a sentence to camelCase",
      '{turn} "hello big world" into "helloBigWorld"',
      "{make} a camelCase name out of words separated by spaces",
      "{take} lowercase words and {join} them in camel case",
      "{write} some words as one camelCase identifier",
      "{change} a string with spaces to camel case, all words are lowercase",
      "{build} a variable name in camelCase from a phrase",
      "{return} the camelCase version of a phrase",
      "camel case converter",
      "string with spaces to camelCase",
      '= how can i convert "first name" to "firstName" in js',
    ],
    zh: [
      "{把用空格分隔的单词转换成驼峰命名}",
      '{将 "hello big world" 变成 "helloBigWorld"}',
      "{把一句话转成 camelCase}",
      "转驼峰命名",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}
    .split(" ")
    .map((word, i) => (i === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join("");
}`,
      `function \${name}(\${0}) {
  return \${0}.replace(/ ([a-z])/g, (_, letter) => letter.toUpperCase());
}`,
    ],
    args: (random) => [phrase(random, 4)],
    always: [["hello big world"], ["one"]],
  },
  {
    id: "snake-to-camel",
    names: ["snakeToCamel", "toCamelCase", "fromSnakeCase", "camelize"],
    params: [["str", "name", "s", "text"]],
    en: [
      "{convert} snake_case to camelCase",
      '{turn} "user_first_name" into "userFirstName"',
      "{change} a snake case name to camel case",
      "{take} a name with underscores and {return} it in camelCase",
      "{remove} the underscores of a name and {write} the letter after each one big",
      "{rewrite} python style names like my_value as js style names like myValue",
      "{transform} a snake_case key to a camelCase key",
      "snake case to camel case",
      "underscore names to camelCase",
      "snake_case -> camelCase",
      "= our backend sends keys like created_at, I need createdAt. function for one key please, js",
    ],
    zh: [
      "{把下划线命名转换成驼峰命名}",
      "{将 snake_case 变成 camelCase}",
      '{把 "user_name" 转成 "userName"}',
      "下划线转驼峰",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
}`,
      `function \${name}(\${0}) {
  return \${0}
    .split("_")
    .map((word, i) => (i === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join("");
}`,
    ],
    args: (random) => [words(random, 1, 4).join("_")],
    always: [["user_first_name"], ["id"]],
  },
  {
    id: "camel-to-snake",
    names: ["camelToSnake", "toSnakeCase", "snakeCase"],
    params: [["str", "name", "s", "text"]],
    en: [
      "{convert} camelCase to snake_case",
      '{turn} "userFirstName" into "user_first_name"',
      "{change} a camel case name to snake case",
      "{take} a camelCase identifier and {return} it with underscores and small letters",
      "{put} an underscore before every capital letter and {make} everything lowercase",
      "{rewrite} js names like myValue as python names like my_value",
      "{transform} a camelCase key into a snake_case key",
      "camel case to snake case",
      "camelCase -> snake_case",
      "camelCase names to underscore names",
      "= i have createdAt and the db wants created_at, js function for that?",
    ],
    zh: [
      "{把驼峰命名转换成下划线命名}",
      "{将 camelCase 变成 snake_case}",
      '{把 "userName" 转成 "user_name"}',
      "驼峰转下划线",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.replace(/[A-Z]/g, (letter) => "_" + letter.toLowerCase());
}`,
    ],
    args: (random) => [word(random) + Array.from({ length: random.int(0, 3) }, () => capital(random)).join("")],
    always: [["userFirstName"], ["id"]],
  },
  {
    id: "slugify",
    names: ["slugify", "toSlug", "createSlug", "makeSlug", "kebabCase"],
    params: [["title", "str", "text", "s"]],
    en: [
      "{turn} a title into a url slug: lowercase, with dashes instead of spaces",
      "{make} a slug from a string, small letters and hyphens for spaces",
      '{convert} "Hello Big World" to "hello-big-world"',
      "{take} a blog title and {return} it in lower case with - between the words",
      "{create} a slug for a URL (lowercase, words joined with hyphens)",
      "{lowercase} a text and {replace} its spaces with dashes",
      "{change} a title to kebab case",
      "slugify",
      "url slug from a title, lowercase with hyphens",
      "title to kebab-case",
      "slug generator: lower case and dashes",
      '= my posts have titles like "My First Post" and the url should be my-first-post. js?',
    ],
    zh: [
      "{把标题变成 URL slug：小写，空格换成短横线}",
      "{将字符串转成小写并用 - 连接单词}",
      '{把 "Hello Big World" 转换成 "hello-big-world"}',
      "生成 slug（小写加短横线）",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.toLowerCase().split(" ").join("-");
}`,
      `function \${name}(\${0}) {
  return \${0}.toLowerCase().replace(/ /g, "-");
}`,
      `function \${name}(\${0}) {
  return \${0}.toLowerCase().replaceAll(" ", "-");
}`,
    ],
    args: (random) => [mixed(random)],
    always: [["Hello Big World"], ["one"]],
  },
  {
    id: "slug-to-title",
    names: ["slugToTitle", "unslugify", "deslugify", "kebabToTitle"],
    params: [["slug", "str", "s", "text"]],
    en: [
      '{turn} a slug like "my-first-post" into the title "My First Post"',
      "{replace} the dashes of a slug by spaces and {capitalize} every word",
      "{make} a readable title from a kebab-case string, each word capitalized",
      "{convert} kebab-case to a title with capital letters",
      '{take} "hello-world" and {return} "Hello World"',
      "{change} hyphens to spaces and {start} each word with a capital letter",
      "slug to title",
      "kebab-case to title case",
      "readable title from a url slug",
      "un-slugify",
      '= reverse of slugify: from "about-us" to "About Us" in js',
    ],
    zh: [
      '{把 "my-first-post" 变成 "My First Post"}',
      "{将 slug 中的短横线换成空格，并把每个单词首字母大写}",
      "{把 kebab-case 转换成标题格式}",
      "slug 转标题",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");
}`,
    ],
    args: (random) => [words(random, 1, 4).join("-")],
    always: [["my-first-post"], ["home"]],
  },
  {
    id: "split-camel",
    names: ["splitCamelCase", "camelToWords", "splitWords"],
    params: [["str", "name", "s", "text"]],
    en: [
      "{split} a camelCase name into lowercase words separated by spaces",
      '{turn} "helloBigWorld" into "hello big world"',
      "{break} a camelCase identifier into its words (lowercase, with spaces)",
      "{put} a space before each capital letter and {make} all letters small",
      "{take} a camelCase string and {return} readable lowercase words",
      "{convert} camelCase to normal words in small letters",
      '{make} a variable name like firstName readable: "first name"',
      "camelCase to words in lower case",
      "split camel case into lowercase words",
      "camel case splitter, lowercase result",
      '= show "firstName" as "first name" in my form label - js function?',
    ],
    zh: [
      "{把驼峰命名拆成小写单词，用空格隔开}",
      '{将 "helloBigWorld" 变成 "hello big world"}',
      "{在每个大写字母前加空格并转成小写}",
      "拆分驼峰命名（小写，空格分隔）",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.replace(/[A-Z]/g, (letter) => " " + letter.toLowerCase());
}`,
    ],
    args: (random) => [word(random) + Array.from({ length: random.int(0, 3) }, () => capital(random)).join("")],
    always: [["helloBigWorld"], ["one"]],
  },
  {
    id: "alternate-caps",
    names: ["alternateCaps", "alternatingCase", "mockText", "spongebobCase"],
    params: [["str", "text", "s", "word"]],
    en: [
      "{write} a string in alternating capitals, starting with a capital letter",
      "{make} every second letter uppercase, beginning with the first, and the others lowercase",
      '{turn} "hello" into "HeLlO"',
      "{uppercase} the characters at even indexes and {lowercase} those at odd ones",
      "{return} the text in alternating case, first letter big, second small and so on",
      '{convert} a word to mocking case like "BaNaNa"',
      "alternating caps, first letter upper",
      "spongebob case starting with a capital",
      "mocking text: letters in turn upper and lower, the first upper",
      "alternate upper and lower case by index",
      "= how do i make text LiKe tHiS in js? index 0 upper, index 1 lower ...",
    ],
    zh: [
      "{让字母大小写交替，第一个大写}",
      "{把下标为偶数的字符大写，奇数的小写}",
      '{将 "hello" 变成 "HeLlO"}',
      "大小写交替（首字母大写）",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}
    .split("")
    .map((char, i) => (i % 2 === 0 ? char.toUpperCase() : char.toLowerCase()))
    .join("");
}`,
      `function \${name}(\${0}) {
  let result = "";
  for (let i = 0; i < \${0}.length; i++) {
    result += i % 2 === 0 ? \${0}[i].toUpperCase() : \${0}[i].toLowerCase();
  }
  return result;
}`,
    ],
    args: (random) => [phrase(random, 2)],
    always: [["hello"], [""]],
  },
];
