/** Text that means data: queries, tables, settings, expressions. */
import type { Random } from "../random.ts";
import type { EverydayTask } from "./task.ts";

/** A query string of one to four parameters, all plain words and numbers. */
function queryString(random: Random): string {
  const keys = random.some(["page", "sort", "color", "city", "limit", "q", "lang"], random.int(1, 4));
  return keys.map((key) => `${key}=${random.pick(["2", "asc", "red", "oslo", "en", "15", "tea"])}`).join("&");
}

export const parsing: readonly EverydayTask[] = [
  {
    id: "parse-query-string",
    names: ["parseQuery", "parseQueryString", "queryToObject", "getParams"],
    params: [["query", "text", "search"]],
    en: [
      '{parse} a query string like "a=1&b=2" into an object of strings',
      '{turn} "name=anna&age=30" into an object',
      "query string to object (values stay strings)",
      "{split} a URL query (without the ?) into keys and values, {return} them as an object",
      '= parse "page=2&sort=asc" -> { page: "2", sort: "asc" } in js',
      "{read} key=value pairs joined by & and {build} an object from them",
      "url parameters to an object, all values as text",
      "{take} the part after the question mark and {give} back an object of its parameters",
      "{convert} an ampersand separated list of key=value pairs to a plain object with string values",
      "get all params of a query string as an object",
    ],
    zh: [
      '{把查询字符串 "a=1&b=2" 解析成对象，值保持字符串}',
      "查询字符串转对象",
      "{解析 URL 问号后面的参数，返回键值对象}",
      '= 怎么把 "page=2&sort=asc" 变成对象',
    ],
    answers: [
      `function \${name}(\${0}) {
  const result = {};
  for (const pair of \${0}.split("&")) {
    const [key, value] = pair.split("=");
    result[key] = value;
  }
  return result;
}`,
      `function \${name}(\${0}) {
  return Object.fromEntries(\${0}.split("&").map((pair) => pair.split("=")));
}`,
    ],
    args: (random) => [queryString(random)],
    always: [["a=1&b=2"], ["page=3"]],
  },
  {
    id: "build-query-string",
    names: ["toQuery", "buildQuery", "objectToQuery", "toQueryString"],
    params: [["params", "object", "data"]],
    en: [
      '{build} a query string like "a=1&b=2" from an object',
      "{turn} an object of simple values into a query string (no question mark)",
      "object to query string",
      "{join} the keys and values of an object as key=value with & between them",
      '= { page: 2, sort: "asc" } -> "page=2&sort=asc"',
      "{serialize} parameters from an object for a URL, as key=value pairs joined by ampersands",
      '{take} an object with plain keys and values and {return} text like "color=red&limit=10"',
      'url params from an object, in the object\'s order, without leading "?"',
      '{write} every entry of an object as key=value and {glue} them together with "&"',
      "{make} the search part of a URL (without ?) out of an object",
    ],
    zh: [
      '{把对象拼成 "a=1&b=2" 这样的查询字符串}',
      "对象转查询字符串（不带问号）",
      "{将对象的键值写成 key=value 并用 & 连接}",
      '= { page: 2, sort: "asc" } 怎么变成 "page=2&sort=asc"',
    ],
    answers: [
      `function \${name}(\${0}) {
  return Object.entries(\${0}).map(([key, value]) => \`\${key}=\${value}\`).join("&");
}`,
      `function \${name}(\${0}) {
  const parts = [];
  for (const key in \${0}) parts.push(key + "=" + \${0}[key]);
  return parts.join("&");
}`,
    ],
    args: (random) => [
      Object.fromEntries(
        random
          .some(["page", "sort", "color", "city", "limit", "q", "lang"], random.int(1, 4))
          .map((key) => [
            key,
            random.chance(0.5) ? random.int(1, 90) : random.pick(["asc", "red", "oslo", "en", "tea"]),
          ]),
      ),
    ],
    always: [[{ a: 1, b: 2 }], [{ q: "tea" }]],
  },
  {
    id: "parse-csv-line",
    names: ["parseCsvLine", "splitCsv", "csvToArray", "parseLine"],
    params: [["line", "text", "row"]],
    en: [
      "{split} a comma separated line into trimmed fields",
      "{parse} one CSV line without quotes into an array, removing spaces around each value",
      "csv line to array, fields trimmed",
      '{take} a line like "a, b,c" and {return} ["a", "b", "c"]',
      '= "anna, 42 ,oslo" -> ["anna","42","oslo"]. simple csv no quotes',
      "{turn} comma-separated text into a list of strings without surrounding blanks",
      "{read} the cells of a simple csv row (no quoting) and {strip} whitespace from each one",
      "comma list parser that trims every entry",
      "{break} a line at its commas and {trim} the pieces",
      '{get} the tags out of a string such as "red, green,blue" as an array without spaces',
    ],
    zh: [
      "{把一行逗号分隔的文本拆成数组，并去掉每项两边的空格}",
      "CSV 行解析（无引号，去空格）",
      "{按逗号切分字符串，每个字段都去掉首尾空白}",
      '= "anna, 42 ,oslo" 怎么变成 ["anna","42","oslo"]',
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.split(",").map((field) => field.trim());
}`,
    ],
    args: (random) => [
      random
        .some(["anna", "42", "oslo", "red", "tea cup", "7.5", "yes"], random.int(1, 5))
        .join(random.pick([",", ", "])),
    ],
    always: [["a,b,c"], ["a, b"], ["x"]],
  },
  {
    id: "csv-to-objects",
    names: ["csvToObjects", "parseCsv", "csvToJson"],
    params: [["csv", "text", "data"]],
    en: [
      "{convert} CSV text with a header line into an array of objects (all values strings)",
      "{parse} simple csv (first line holds the column names, no quotes) into objects",
      "csv with header to array of objects, values stay text",
      "{turn} lines of comma-separated values into objects whose keys come from the first line",
      '= "name,age\\nanna,31" -> [{ name: "anna", age: "31" }]',
      "{read} a small csv table and {return} one object per data row, keyed by the header, strings only",
      "csv to json in plain js (no quoted fields, no number conversion)",
      "{take} multi-line CSV and {make} a list of records named after the header's columns, without converting numbers",
      "{map} each row after the header to an object of strings",
      "spreadsheet export (comma separated, header first) to objects, keep everything as strings",
    ],
    zh: [
      "{把带表头的 CSV 文本转换成对象数组，值都是字符串}",
      "CSV 转对象数组（第一行是列名）",
      "{解析简单的 CSV，每行数据变成一个以表头为键的对象，不转换数字}",
      '= "name,age\\nanna,31" 怎么解析成 [{ name: "anna", age: "31" }]',
    ],
    answers: [
      `function \${name}(\${0}) {
  const [header, ...rows] = \${0}.split("\\n").map((line) => line.split(","));
  return rows.map((row) => Object.fromEntries(header.map((key, i) => [key, row[i]])));
}`,
      `function \${name}(\${0}) {
  const lines = \${0}.split("\\n");
  const keys = lines[0].split(",");
  return lines.slice(1).map((line) => {
    const record = {};
    line.split(",").forEach((value, i) => {
      record[keys[i]] = value;
    });
    return record;
  });
}`,
    ],
    args: (random) => {
      const keys = random.some(["name", "city", "age", "color"], random.int(1, 3));
      const words = ["anna", "oslo", "31", "red", "ben", "rome", "8"];
      return [
        [keys, ...Array.from({ length: random.int(1, 3) }, () => keys.map(() => random.pick(words)))]
          .map((row) => row.join(","))
          .join("\n"),
      ];
    },
    always: [["name,age\nanna,31\nben,8"]],
  },
  {
    id: "to-csv-line",
    names: ["toCsvLine", "toCsv", "csvRow"],
    params: [["values", "fields", "row"]],
    en: [
      "{join} strings into a CSV line, quoting those with a comma or a double quote (quotes inside are doubled)",
      "{write} an array of texts as one csv row; a field that holds a comma or a quote goes in double quotes, with inner quotes doubled",
      "csv row from array with proper quoting of commas and quotes",
      "{take} fields and {make} a csv line: quote only where there's a comma or a double quote, and double the quotes inside",
      '= ["a,b", "c"] -> "\\"a,b\\",c" i.e. quote a field if it contains , or " and escape " as ""',
      '{turn} a list of strings into a comma separated line, wrapping fields with commas or quotes in quotes and escaping " as ""',
      '{escape} values for csv (double quotes around those containing , or ", inner " becomes "") and {join} them by commas',
      "{export} one row to CSV: plain fields unchanged, fields with a comma or a quotation mark quoted, quotation marks doubled",
      "csv line writer that quotes fields only when they contain a comma or double quote, doubling the quotes",
      '{format} cells as a line of a .csv file, quoting when needed for commas and quotes ("" for a quote)',
    ],
    zh: [
      "{把字符串数组写成一行 CSV，含逗号或双引号的字段加引号，内部引号写两遍}",
      "CSV 行输出，必要时（有逗号或引号）加双引号，引号加倍",
      "{将字段用逗号连接，字段里有逗号或双引号时用双引号包起来并把引号翻倍}",
      '= ["a,b", "c"] 输出 csv 时 a,b 要加引号，里面的 " 写成 ""',
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.map((field) => (/[",]/.test(field) ? \`"\${field.replaceAll('"', '""')}"\` : field)).join(",");
}`,
      `function \${name}(\${0}) {
  const cells = [];
  for (const cell of \${0}) {
    const special = cell.includes(",") || cell.includes('"');
    cells.push(special ? '"' + cell.split('"').join('""') + '"' : cell);
  }
  return cells.join(",");
}`,
    ],
    args: (random) => [
      Array.from({ length: random.int(1, 4) }, () => random.pick(["oslo", "a,b", 'say "hi"', "42", "tea", "x, y", ""])),
    ],
    always: [[["a", "b"]], [["a,b", "c"]], [['say "hi"']]],
  },
  {
    id: "parse-settings",
    names: ["parseSettings", "parseConfig", "parseEnv", "readConfig"],
    params: [["text", "config", "lines"]],
    en: [
      "{parse} lines of key=value into an object of strings, skipping empty lines",
      "{read} a .env style text (one key=value per line, blank lines allowed) into an object",
      "key=value lines to object, ignoring blank lines",
      '{turn} settings text such as "host=localhost" and "port=8080" on two lines into an object with string values, blank lines don\'t count',
      "= small parser for a config file: every line is key=value, empty lines are ignored, values stay strings",
      "{take} the text of a settings file and {return} an object with its keys and string values; empty lines don't matter",
      "env file parser without comments, blank lines skipped",
      "{convert} newline separated key=value pairs to an object, leaving out empty lines",
      "{load} settings from a multi-line string of key=value into a plain object (strings, no blank lines)",
      '{build} an object out of lines like "mode=fast", where lines with nothing on them are skipped',
    ],
    zh: [
      "{把多行 key=value 解析成对象，跳过空行，值是字符串}",
      "配置文件解析（每行 key=value，忽略空行）",
      "{读取 .env 风格的文本，返回键值对象}",
      '= "host=localhost\\nport=8080" 怎么变成对象，空行不管',
    ],
    answers: [
      `function \${name}(\${0}) {
  const settings = {};
  for (const line of \${0}.split("\\n")) {
    if (line === "") continue;
    const [key, value] = line.split("=");
    settings[key] = value;
  }
  return settings;
}`,
      `function \${name}(\${0}) {
  return Object.fromEntries(\${0}.split("\\n").filter(Boolean).map((line) => line.split("=")));
}`,
    ],
    args: (random) => [
      random
        .some(["host=localhost", "port=8080", "debug=true", "user=anna", "mode=fast", "size=12"], random.int(1, 4))
        .flatMap((line) => (random.chance(0.3) ? ["", line] : [line]))
        .join("\n"),
    ],
    always: [["a=1\nb=2"], ["a=1\n\nb=2"]],
  },
  {
    id: "parse-css",
    names: ["parseStyle", "styleToObject", "parseCss"],
    params: [["style", "css", "text"]],
    en: [
      '{parse} an inline style like "color: red; width: 10px" into an object',
      '{turn} css declarations separated by "; " into an object of property names and values',
      "style string to object of properties",
      "{take} the text of a style attribute and {return} its properties as an object with string values",
      '= "color: red; width: 10px" -> { color: "red", width: "10px" }',
      "{split} a style text at the semicolons and each piece at the colon, giving an object without spaces around the values",
      "{read} inline CSS into a plain object",
      "css text to object (property: value; property: value)",
      '{convert} declarations such as "top: 5px; margin: 0" to key/value form in an object',
      '{build} an object out of "property: value" pairs that are separated by a semicolon and a space',
    ],
    zh: [
      '{把 "color: red; width: 10px" 这样的样式解析成对象}',
      "style 字符串转对象",
      "{按分号和冒号拆分 CSS 声明，返回属性名到值的对象，值去掉空格}",
      '= 怎么把行内样式变成 { color: "red", width: "10px" }',
    ],
    answers: [
      `function \${name}(\${0}) {
  const result = {};
  for (const part of \${0}.split(";")) {
    const [key, value] = part.split(":");
    result[key.trim()] = value.trim();
  }
  return result;
}`,
      `function \${name}(\${0}) {
  return Object.fromEntries(\${0}.split("; ").map((part) => part.split(": ")));
}`,
    ],
    args: (random) => [
      random.some(["color: red", "width: 10px", "margin: 0", "top: 5px", "display: none"], random.int(1, 4)).join("; "),
    ],
    always: [["color: red; width: 10px"], ["margin: 0"]],
  },
  {
    id: "evaluate-simple",
    names: ["evaluate", "calculate", "evalSimple", "compute"],
    params: [["expression", "text", "s"]],
    en: [
      '{evaluate} a text like "3 + 4" with one operator, +, - or *',
      '{calculate} the result of a string such as "6 * 7" (number, operator, number, with spaces; plus, minus, times)',
      'mini calculator for strings like "10 - 12" (+ - * only)',
      "{take} an expression of two whole numbers and +, - or * between them, and {return} the result",
      '= "3 + 4" -> 7, "6 * 7" -> 42, "10 - 12" -> -2, no eval please',
      '{compute} "a op b" given as a string with single spaces, op being +, - or *',
      '{read} a sum, difference or product from text, e.g. "5 * 5", and {work} it out',
      '{solve} easy maths questions in the form "8 + 9" with plus, minus or star',
      "{parse} and {compute} one binary operation (+, -, *) written with blanks around the operator",
      'calculator that gets its input as text: "2 + 2", "9 - 1", "3 * 3"',
    ],
    zh: [
      '{计算 "3 + 4" 这样的字符串，运算符为 +、- 或 *}',
      "字符串计算器（两个整数和一个 +、-、* 运算符）",
      '{解析 "6 * 7" 形式的算式并返回结果}',
      '= "10 - 12" 得 -2，不用 eval 怎么写',
    ],
    answers: [
      `function \${name}(\${0}) {
  const [left, operator, right] = \${0}.split(" ");
  if (operator === "+") return Number(left) + Number(right);
  if (operator === "-") return left - right;
  return left * right;
}`,
      `function \${name}(\${0}) {
  const [left, operator, right] = \${0}.split(" ");
  const [a, b] = [Number(left), Number(right)];
  const results = { "+": a + b, "-": a - b, "*": a * b };
  return results[operator];
}`,
    ],
    args: (random) => [`${random.int(0, 50)} ${random.pick(["+", "-", "*"])} ${random.int(0, 50)}`],
    always: [["3 + 4"], ["10 - 12"], ["6 * 7"]],
  },
  {
    id: "simplify-fraction",
    names: ["simplifyFraction", "reduceFraction", "simplify"],
    params: [["text", "fraction", "s"]],
    en: [
      '{simplify} a fraction given as text: "6/8" becomes "3/4"',
      '{reduce} a fraction like "10/15" to lowest terms, as a string of the same form',
      'fraction reducer, "6/8" -> "3/4", "10/5" -> "2/1"',
      "{cancel} a fraction string down as far as possible and {return} numerator/denominator",
      '= "12/18" -> "2/3" in js',
      '{take} "a/b" and {divide} both numbers by their greatest common divisor, result again as "a/b"',
      'lowest terms of a fraction string (keep "/1" for whole numbers)',
      '{write} a fraction such as "4/6" in simplest form, e.g. "2/3", always with a slash',
      "{shorten} fractions: both parts divided by their gcd, text in and text out",
      '{bring} "50/100" to "1/2" and so on',
    ],
    zh: [
      '{化简分数字符串，"6/8" 变成 "3/4"}',
      '分数约分，输入输出都是 "a/b" 形式',
      '{把分子分母同除以最大公约数，返回 "a/b"}',
      '= "12/18" 怎么约成 "2/3"',
    ],
    answers: [
      `function \${name}(\${0}) {
  const gcd = (x, y) => (y === 0 ? x : gcd(y, x % y));
  const [top, bottom] = \${0}.split("/").map(Number);
  const divisor = gcd(top, bottom);
  return \`\${top / divisor}/\${bottom / divisor}\`;
}`,
      `function \${name}(\${0}) {
  let [top, bottom] = \${0}.split("/").map(Number);
  for (let i = Math.min(top, bottom); i > 1; i--) {
    if (top % i === 0 && bottom % i === 0) {
      top /= i;
      bottom /= i;
    }
  }
  return top + "/" + bottom;
}`,
    ],
    args: (random) => {
      const f = random.int(1, 9);
      return [`${random.int(1, 12) * f}/${random.int(2, 12) * f}`];
    },
    always: [["6/8"], ["3/4"], ["10/5"]],
  },
];
