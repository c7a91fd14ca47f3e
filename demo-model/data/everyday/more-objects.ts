/** Everyday tasks on objects: look-ups, comparisons, nesting. */
import { TEXT_WORDS } from "../words.ts";
import { counts } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const moreObjects: readonly EverydayTask[] = [
  {
    id: "key-of-largest-value",
    names: ["keyOfMax", "maxKey", "bestKey", "winner"],
    params: [["obj", "object", "dict", "scores"]],
    en: [
      "{return} the key with the largest value in an object",
      "{find} which property of an object holds the highest number",
      "{take} a non-empty object of numbers and {name} the key of the maximum",
      "{determine} the winner from an object of names and scores",
      "key of the max value",
      "key with highest value in a dictionary",
      '= under which key is the biggest number? { a: 3, b: 9 } -> "b"',
      "= how do i get the key that has the biggest value in an object",
      "= who has the most points? scores is an object like { tom: 3, anna: 5 }, no ties",
      "= Argmax over the entries of an object.",
      "{tell} which key has the greatest number",
      "= dictionary of votes, who won? (no ties)",
    ],
    zh: [
      "{返回对象中值最大的键}",
      "{找出哪个属性的数字最大}",
      "最大值对应的键",
      "= scores 是 { tom: 3, anna: 5 } 这样的对象，谁分最高？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Object.keys(\${0}).reduce((best, key) => (\${0}[key] > \${0}[best] ? key : best));
}`,
      `function \${name}(\${0}) {
  return Object.entries(\${0}).sort((x, y) => y[1] - x[1])[0][0];
}`,
    ],
    args: (random) => [counts(random)],
    always: [[{ a: 3, b: 9 }], [{ x: -1 }]],
  },
  {
    id: "key-of-value",
    names: ["keyOf", "findKey", "keyByValue", "lookup"],
    params: [
      ["obj", "object", "dict", "map"],
      ["value", "wanted", "target", "val"],
    ],
    en: [
      "{find} the key of a given value in an object, null if no key has it",
      "{return} the first key whose value equals the one given, or null",
      "{take} an object and a value and {search} for the property that holds it; null if not found",
      "{look} up an object backwards: from value to key (or null)",
      "get key by value, null if missing",
      "reverse lookup in a dictionary, null when absent",
      '= keyOf({ a: 1, b: 2 }, 2) -> "b", unknown value -> null',
      "= how do I get an object's key by its value? null if there isn't such a value",
      "= phone book is an object from name to number: who has this number? null if nobody",
      "= Search an object's entries for a value and yield its key, else null.",
    ],
    zh: [
      "{在对象中查找给定值对应的键，没有则返回 null}",
      "{返回第一个值等于给定值的键，找不到为 null}",
      "根据值找键（没有则 null）",
      "= 电话本是名字到号码的对象，怎么查这个号码是谁的？没有返回 null",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  for (const key in \${0}) {
    if (\${0}[key] === \${1}) return key;
  }
  return null;
}`,
      `function \${name}(\${0}, \${1}) {
  return Object.keys(\${0}).find((key) => \${0}[key] === \${1}) ?? null;
}`,
    ],
    args: (random) => ((dict) => [dict, random.chance(0.7) ? random.pick(Object.values(dict)) : 99])(counts(random)),
    always: [
      [{}, 1],
      [{ a: 1, b: 2 }, 2],
    ],
  },
  {
    id: "filter-object",
    names: ["filterObject", "aboveLimit", "keepLarge", "expensive"],
    params: [
      ["obj", "object", "dict", "prices"],
      ["limit", "min", "threshold", "bound"],
    ],
    en: [
      "{keep} only the entries of an object whose value is greater than a limit",
      "{return} a new object without the properties whose value is at most a threshold",
      "{take} an object of numbers and a limit and {filter} it to the values above",
      "{drop} all keys with a value not larger than a given number",
      "filter object by value > limit",
      "entries above a threshold",
      "= entries with more than the limit only, { a: 1, b: 5 }, 3 -> { b: 5 }",
      "= how do i filter an object by its values? keep what is more than x",
      "= prices object and a number: only the things that cost more than that",
      "= Select the key/value pairs whose value exceeds the second argument.",
    ],
    zh: [
      "{只保留对象中值大于给定界限的项}",
      "{返回去掉小于等于阈值的属性后的新对象}",
      "按值过滤对象（大于）",
      "= 价格对象里怎么只留下比 x 贵的？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return Object.fromEntries(Object.entries(\${0}).filter(([, value]) => value > \${1}));
}`,
      `function \${name}(\${0}, \${1}) {
  const result = {};
  for (const key in \${0}) {
    if (\${0}[key] > \${1}) result[key] = \${0}[key];
  }
  return result;
}`,
    ],
    args: (random) => [counts(random), random.int(5, 25)],
    always: [
      [{}, 1],
      [{ a: 1, b: 5 }, 3],
      [{ a: 3 }, 3],
    ],
  },
  {
    id: "remove-null-values",
    names: ["removeNulls", "dropNulls", "cleanObject", "withoutNulls"],
    params: [["obj", "object", "dict", "data"]],
    en: [
      "{remove} all keys of an object whose value is null",
      "{return} a copy of an object without its null properties",
      '{take} an object and {drop} the entries that are null; 0, false and "" stay',
      "{clean} an object of null values",
      "remove null values from an object",
      "object without nulls",
      "= nulls out of an object: { a: 1, b: null } -> { a: 1 }",
      "= how do I delete the null fields of an object before sending it? don't remove zeros or empty strings",
      "= strip nulls from my form data, its a plain object",
      "= Filter out the entries with value null (only null).",
    ],
    zh: [
      "{去掉对象中值为 null 的键}",
      "{返回不含 null 属性的副本，0、false、空字符串保留}",
      "移除对象的 null 值",
      "= 提交表单前怎么把对象里的 null 字段删掉？0 和空字符串要留",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Object.fromEntries(Object.entries(\${0}).filter(([, value]) => value !== null));
}`,
      `function \${name}(\${0}) {
  const result = {};
  for (const key in \${0}) {
    if (\${0}[key] !== null) result[key] = \${0}[key];
  }
  return result;
}`,
    ],
    args: (random) => [
      Object.fromEntries(
        random
          .some(["name", "age", "size", "color", "price"], 4)
          .map((key) => [key, random.pick([null, null, 0, 1, "", "x", false])]),
      ),
    ],
    always: [[{}], [{ a: 1, b: null }], [{ a: 0, b: "", c: false }]],
  },
  {
    id: "rename-key",
    names: ["renameKey", "renameProperty", "changeKey"],
    params: [
      ["obj", "object", "dict", "source"],
      ["from", "oldKey", "before", "old"],
      ["to", "newKey", "after", "replacement"],
    ],
    en: [
      "{rename} a key of an object, in a copy; nothing changes if the key is missing",
      "{return} a new object in which the old key is replaced by a new one with the same value",
      "{take} an object, an old and a new key and {move} the value over (an absent key leaves the object as it is)",
      "{change} the name of one property",
      "{rename} object key",
      "{give} a property another name",
      '= renameKey({ a: 1, b: 2 }, "a", "x") -> { x: 1, b: 2 }',
      "= how do i rename a key in a js object without mutating? if it isn't there just return a copy",
      "= the api calls it user_name but i want userName, function with the object, the old name and the new name",
      "= Return a copy of an object with one key renamed.",
    ],
    zh: [
      "{重命名对象的一个键，返回新对象；键不存在则不变}",
      "{把旧键换成新键，值不变}",
      "重命名对象属性",
      "= 接口返回 user_name，我想改成 userName，参数是对象、旧名、新名",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return Object.fromEntries(Object.entries(\${0}).map(([key, value]) => [key === \${1} ? \${2} : key, value]));
}`,
      `function \${name}(\${0}, \${1}, \${2}) {
  const result = {};
  for (const key in \${0}) {
    result[key === \${1} ? \${2} : key] = \${0}[key];
  }
  return result;
}`,
    ],
    args: (random) =>
      ((dict) => [dict, random.pick(Object.keys(dict)), random.pick(["fresh", "other", "total"])])(counts(random)),
    always: [[{ a: 1, b: 2 }, "a", "x"]],
  },
  {
    id: "get-nested",
    names: ["get", "getPath", "getNested", "deepGet"],
    params: [
      ["obj", "object", "data", "source"],
      ["path", "keys", "address", "route"],
    ],
    en: [
      '{read} a nested value of an object by a path like "a.b.c", null if it does not exist',
      "{return} what is stored at a dotted path, or null when any part is missing",
      "{take} an object and a path string with dots and {follow} it; {return} null if it leads nowhere",
      "{look} up a deep property by its dotted name and {fall} back to null",
      "get nested property by path, null if missing",
      'deep get with "a.b.c" (null when absent)',
      '= get({ a: { b: 5 } }, "a.b") -> 5, get({ a: 1 }, "x.y") -> null',
      "= how do i access obj.user.address.city when the path is a string? null instead of an error",
      "= lodash get in plain js, dotted path, returns null if not there",
      "= Resolve a dot-separated path in nested objects without throwing; missing gives null.",
      '= safe access to nested stuff through a string path such as "a.b.c", null when its not there',
    ],
    zh: [
      '{按 "a.b.c" 这样的路径读取嵌套对象的值，不存在返回 null}',
      "{返回点分路径处的值，中间缺失则为 null}",
      "按路径读取嵌套属性（没有则 null）",
      '= 路径是字符串 "user.address.city"，怎么安全取值？取不到给 null',
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  let value = \${0};
  for (const key of \${1}.split(".")) {
    value = value?.[key];
  }
  return value ?? null;
}`,
      `function \${name}(\${0}, \${1}) {
  return \${1}.split(".").reduce((value, key) => value?.[key], \${0}) ?? null;
}`,
    ],
    args: (random) => [
      { a: { b: random.int(0, 9), c: { d: random.int(10, 19) } }, x: random.pick(TEXT_WORDS) },
      random.pick(["a.b", "a.c.d", "x", "a.z", "y.q", "a.c.d.e.f", "q"]),
    ],
    always: [
      [{ a: { b: 5 } }, "a.b"],
      [{ a: 1 }, "x.y"],
      [{ a: { b: 0 } }, "a.b"],
    ],
  },
  {
    id: "deep-equal",
    names: ["deepEqual", "isEqual", "sameValue", "equals"],
    params: [
      ["a", "first", "left", "x"],
      ["b", "second", "right", "y"],
    ],
    en: [
      "{compare} two values deeply: nested objects and arrays are equal if their contents are",
      "{check} whether two objects have the same keys and values at all levels",
      "{return} true if two JSON-like values have equal contents, key order not mattering",
      "{tell} if two nested structures are the same",
      "deep equality of two objects",
      "deep equal",
      "= how to compare two objects by content in js, nested too? the order of keys must not matter",
      "= equal all the way down: { a: [1] } and { a: [1] } true, { a: 1 } and { a: 2 } false",
      "= lodash isEqual for plain json data",
      "= are these two things exactly the same inside? objects, arrays, strings, numbers, whatever",
      "= Recursively compare two values consisting of primitives, arrays and plain objects.",
      "= compare objects by their contents, also inner objects and arrays, js",
    ],
    zh: [
      "{深度比较两个值，嵌套的对象和数组内容相同即相等}",
      "{检查两个对象在每一层的键和值是否相同，不看键的顺序}",
      "深度相等判断",
      "= js 怎么比较两个嵌套对象内容是不是一样？键的顺序不要紧",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  if (\${0} === \${1}) return true;
  if (typeof \${0} !== "object" || typeof \${1} !== "object") return false;
  if (\${0} === null || \${1} === null) return false;
  if (Array.isArray(\${0}) !== Array.isArray(\${1})) return false;
  const keys = Object.keys(\${0});
  if (keys.length !== Object.keys(\${1}).length) return false;
  return keys.every((key) => key in \${1} && \${name}(\${0}[key], \${1}[key]));
}`,
    ],
    args: (random) =>
      ((x, y) =>
        random.chance(0.5)
          ? [
              { a: [x, { b: y }], c: "k" },
              { c: "k", a: [x, { b: y }] },
            ]
          : [{ a: [x, { b: y }] }, random.pick([{ a: [x] }, { a: [x, { b: y + 1 }] }, [x, y], { a: [x, { d: y }] }])])(
        random.int(0, 9),
        random.int(0, 9),
      ),
    always: [
      [1, 1],
      [
        [1, [2]],
        [1, [2]],
      ],
      [{ a: 1 }, { a: 2 }],
      [[], {}],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      [null, {}],
    ],
  },
];
