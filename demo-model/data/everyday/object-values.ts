/** Everyday tasks on the values of an object: order, averages, changes. */
import { COLORS, TEXT_WORDS } from "../words.ts";
import { counts } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const objectValues: readonly EverydayTask[] = [
  {
    id: "flatten-object",
    names: ["flattenObject", "flattenKeys", "toDotted", "dotKeys"],
    params: [["obj", "object", "data", "nested"]],
    en: [
      "{flatten} a nested object to one level with dotted keys",
      '{turn} nested keys such as b inside a into "a.b", for any depth',
      "{take} nested objects and {return} a single object whose keys are the paths joined by dots",
      '{write} a deep object as a flat one, keys like "user.name"',
      "flatten object with dot notation",
      "nested object to dotted keys",
      "= how do I flatten a nested object in js? keys should be joined with a dot",
      '= no more nesting, dotted keys: { a: 1, b: { c: 2 } } -> { "a": 1, "b.c": 2 }',
      "= my config is nested and i need flat keys such as server.port",
      "= Recursively collapse nested plain objects into dot-separated keys.",
    ],
    zh: [
      "{把嵌套对象展平成一层，键用点连接}",
      '{将任意深度的嵌套键变成 "a.b" 这样的路径，返回单层对象}',
      "对象扁平化（点分键）",
      "= 配置是嵌套的，怎么变成 server.port 这样的平铺键？",
    ],
    answers: [
      `function \${name}(\${0}) {
  const result = {};
  for (const [key, value] of Object.entries(\${0})) {
    if (value !== null && typeof value === "object") {
      for (const [path, leaf] of Object.entries(\${name}(value))) {
        result[key + "." + path] = leaf;
      }
    } else {
      result[key] = value;
    }
  }
  return result;
}`,
    ],
    args: (random) => [
      {
        a: random.int(0, 9),
        b: { c: random.int(0, 9), d: { e: random.int(0, 9) } },
        [random.pick(["x", "y", "z"])]: { n: random.pick(TEXT_WORDS) },
      },
    ],
    always: [[{}], [{ a: 1, b: { c: 2 } }]],
  },
  {
    id: "sorted-by-value",
    names: ["sortByValue", "keysByValue", "ranking", "rankKeys"],
    params: [["obj", "object", "dict", "scores"]],
    en: [
      "{return} the keys of an object sorted by their values, largest value first",
      "{list} the names in an object of scores from the highest score to the lowest",
      "{take} an object of numbers and {order} its keys by value in descending order",
      "{rank} the keys of a dictionary by their numbers, best first",
      "keys sorted by value descending",
      "ranking from an object of points",
      '= names from most to fewest points, { a: 1, b: 9, c: 4 } -> ["b","c","a"]',
      "= how do i sort an object's keys by value, biggest first? result is an array of keys",
      "= leaderboard: names in order of points, most points at the top, input like { tom: 3, anna: 5 }",
      "= Give the keys in decreasing order of the associated numbers (all different).",
    ],
    zh: [
      "{返回对象的键，按值从大到小排序}",
      "{把分数对象里的名字从高分到低分列出来}",
      "按值降序排列的键",
      "= { tom: 3, anna: 5 } 怎么得到按分数从高到低的名字数组？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Object.keys(\${0}).sort((x, y) => \${0}[y] - \${0}[x]);
}`,
      `function \${name}(\${0}) {
  const entries = Object.entries(\${0});
  entries.sort((x, y) => y[1] - x[1]);
  return entries.map(([key]) => key);
}`,
    ],
    args: (random) => [counts(random)],
    always: [[{}], [{ a: 1, b: 9, c: 4 }]],
  },
  {
    id: "keys-with-true",
    names: ["trueKeys", "enabled", "activeFlags", "keysWithTrue"],
    params: [["flags", "obj", "object", "options"]],
    en: [
      "{return} the keys of an object whose value is true",
      "{list} the names of all flags that are switched on",
      "{take} an object of booleans and {collect} the keys that are true",
      "{find} which options of an object are enabled",
      "keys with value true",
      "enabled feature flags",
      '= which ones are on? { a: true, b: false } -> ["a"]',
      "= how do I get an array of all keys that are true in an object?",
      "= checkboxes are stored as { name: true/false }, which ones are ticked?",
      "= Filter the keys of a boolean map to those mapped to true.",
    ],
    zh: [
      "{返回对象中值为 true 的键}",
      "{列出所有已开启的开关名称}",
      "值为 true 的键",
      "= 复选框状态存在 { name: true/false } 里，怎么得到选中的名字？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Object.keys(\${0}).filter((key) => \${0}[key]);
}`,
      `function \${name}(\${0}) {
  const result = [];
  for (const key in \${0}) {
    if (\${0}[key] === true) result.push(key);
  }
  return result;
}`,
    ],
    args: (random) => [
      Object.fromEntries(random.some(COLORS, random.int(2, 6)).map((color) => [color, random.chance(0.5)])),
    ],
    always: [[{}], [{ a: true, b: false }]],
  },
  {
    id: "average-of-values",
    names: ["averageValue", "meanValue", "averageOf", "avgValues"],
    params: [["obj", "object", "dict", "grades"]],
    en: [
      "{calculate} the average of the values of a non-empty object, rounded to a whole number",
      "{return} the rounded mean of all numbers in an object",
      "{take} an object of grades and {compute} their average, rounded with Math.round",
      "{find} the mean value of a dictionary (nearest integer)",
      "average of object values, rounded",
      "mean of a dictionary's numbers, as an integer",
      "= mean of what is in the object, to the nearest integer: { a: 1, b: 4 } -> 2.5 -> 3",
      "= how do I average the values of an object? round the result to an integer",
      "= grades per subject in an object, whats my average grade (rounded)",
      "= Mean over Object.values, rounded to the nearest whole number.",
    ],
    zh: [
      "{计算对象所有值的平均数，四舍五入取整}",
      "{返回对象中数字的平均值（取整）}",
      "对象值的平均数（取整）",
      "= 各科成绩是一个对象，怎么算平均分？四舍五入到整数",
    ],
    answers: [
      `function \${name}(\${0}) {
  const values = Object.values(\${0});
  const total = values.reduce((sum, value) => sum + value, 0);
  return Math.round(total / values.length);
}`,
      `function \${name}(\${0}) {
  let total = 0;
  let count = 0;
  for (const key in \${0}) {
    total += \${0}[key];
    count++;
  }
  return Math.round(total / count);
}`,
    ],
    args: (random) => [counts(random)],
    always: [[{ a: 1, b: 4 }], [{ x: 7 }]],
  },
  {
    id: "changed-keys",
    names: ["changedKeys", "diffKeys", "changes", "whatChanged"],
    params: [
      ["before", "old", "a", "previous"],
      ["after", "updated", "b", "current"],
    ],
    en: [
      "{list} the keys whose values differ between two objects with the same keys",
      "{compare} an old and a new version of an object and {return} the names of the changed fields",
      "{take} two objects that share their keys and {find} where they are different",
      "{return} the keys for which before and after do not agree",
      "keys that changed between two objects",
      "diff of two objects with equal keys",
      '= which keys have another value now? { a: 1, b: 2 } to { a: 1, b: 3 } -> ["b"]',
      "= how do I find out which properties changed between two versions of an object? same keys in both",
      "= form data before and after editing; which fields did the user change?",
      "= Return, in key order, the keys with unequal primitive values in both objects.",
    ],
    zh: [
      "{列出两个键相同的对象中值不同的键}",
      "{比较对象的旧版本和新版本，返回改动过的字段名}",
      "找出变化的键",
      "= 表单编辑前后两个对象，怎么知道用户改了哪些字段？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return Object.keys(\${0}).filter((key) => \${0}[key] !== \${1}[key]);
}`,
      `function \${name}(\${0}, \${1}) {
  const changed = [];
  for (const key in \${0}) {
    if (\${0}[key] !== \${1}[key]) changed.push(key);
  }
  return changed;
}`,
    ],
    args: (random) =>
      ((dict) => [
        dict,
        Object.fromEntries(Object.entries(dict).map(([key, value]) => [key, random.chance(0.5) ? value : value + 1])),
      ])(counts(random)),
    always: [
      [{}, {}],
      [
        { a: 1, b: 2 },
        { a: 1, b: 3 },
      ],
    ],
  },
];
