/** Everyday tasks that make objects of other objects, pairs and lists. */
import { counts, texts } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const objectShapes: readonly EverydayTask[] = [
  {
    id: "pick-keys",
    names: ["pick", "pickKeys", "only", "select"],
    params: [
      ["obj", "object", "dict", "source"],
      ["keys", "fields", "names", "props"],
    ],
    en: [
      "{pick} certain keys from an object",
      "{return} a new object with only the given keys, those that are missing are left out",
      "{take} an object and a list of keys and {keep} just these properties",
      "{copy} the named fields of an object and nothing else",
      "{pick} properties from an object",
      "subset of an object by keys",
      '= keep some keys, drop the others: pick({ a: 1, b: 2, c: 3 }, ["a","c"]) -> { a: 1, c: 3 }',
      "= how to get a copy of an object with only some of its keys? ignore keys it doesn't have",
      "= lodash pick without lodash",
      "= only name and email from the user object, the field names come as an array",
      "= object with only these keys please (keys are an array, skip missing ones)",
    ],
    zh: [
      "{从对象中挑选指定的键，返回新对象}",
      "{只保留对象里给定的那些属性，没有的忽略}",
      "挑选对象属性（pick）",
      "= 不用 lodash 怎么实现 pick？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const result = {};
  for (const key of \${1}) {
    if (key in \${0}) result[key] = \${0}[key];
  }
  return result;
}`,
      `function \${name}(\${0}, \${1}) {
  return Object.fromEntries(\${1}.filter((key) => key in \${0}).map((key) => [key, \${0}[key]]));
}`,
    ],
    args: (random) => ((dict) => [dict, random.some(Object.keys(dict), random.int(1, 2))])(counts(random)),
    always: [[{ a: 1, b: 2, c: 3 }, ["a", "c"]]],
  },
  {
    id: "omit-keys",
    names: ["omit", "omitKeys", "withoutKeys", "exclude"],
    params: [
      ["obj", "object", "dict", "source"],
      ["keys", "fields", "names", "props"],
    ],
    en: [
      "{remove} certain keys from an object, in a copy",
      "{return} a new object without the given keys",
      "{take} an object and a list of keys and {leave} those properties out",
      "{copy} an object except for some fields",
      "{omit} properties from an object",
      "object minus some keys",
      '= everything but these keys: omit({ a: 1, b: 2, c: 3 }, ["b"]) -> { a: 1, c: 3 }',
      "= how can I delete several keys from an object without mutating it?",
      "= everything of the user but not password and token, fields to hide are in an array",
      "= like lodash omit, plain js",
    ],
    zh: [
      "{从对象中去掉指定的键，返回新对象}",
      "{复制对象，但不包含给定的属性}",
      "排除对象属性（omit）",
      "= 怎么返回一个去掉 password 等字段的用户对象？要去掉的字段在数组里",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const result = {};
  for (const key in \${0}) {
    if (!\${1}.includes(key)) result[key] = \${0}[key];
  }
  return result;
}`,
      `function \${name}(\${0}, \${1}) {
  return Object.fromEntries(Object.entries(\${0}).filter(([key]) => !\${1}.includes(key)));
}`,
    ],
    args: (random) => [
      counts(random),
      random.some(["apples", "pears", "plums", "milk", "bread", "rice"], random.int(1, 4)),
    ],
    always: [
      [{}, ["a"]],
      [{ a: 1, b: 2, c: 3 }, ["b"]],
    ],
  },
  {
    id: "object-to-pairs",
    names: ["toPairs", "entries", "objectToPairs", "listEntries"],
    params: [["obj", "object", "dict", "map"]],
    en: [
      "{turn} an object into a list of [key, value] pairs",
      "{return} the entries of an object as arrays of two",
      "{take} a dictionary and {list} its keys with their values, pair by pair",
      "{convert} an object to an array of pairs",
      "object entries as an array",
      "object to array of key value pairs",
      '= object as array of pairs: { a: 1, b: 2 } -> [["a",1],["b",2]]',
      "= how do I convert an object into an array of key/value arrays?",
      "= python dict.items() in js",
      "= i want to loop over pairs, so make me an array of them from my object",
    ],
    zh: [
      "{把对象变成 [键, 值] 的列表}",
      "{返回对象的所有键值对，每对是一个二元数组}",
      "对象转键值对数组",
      "= python 的 dict.items() 在 js 里怎么写？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Object.entries(\${0});
}`,
      `function \${name}(\${0}) {
  return Object.keys(\${0}).map((key) => [key, \${0}[key]]);
}`,
    ],
    args: (random) => [counts(random)],
    always: [[{}], [{ a: 1, b: 2 }]],
  },
  {
    id: "pairs-to-object",
    names: ["fromPairs", "pairsToObject", "toObject", "buildObject"],
    params: [["pairs", "entries", "list", "items"]],
    en: [
      "{build} an object from a list of [key, value] pairs",
      "{turn} an array of pairs into an object",
      "{take} pairs of a key and a value and {return} a dictionary, later pairs win",
      "{convert} key value arrays to an object",
      "object from entries",
      "pairs to dictionary",
      '= pairs into an object: [["a",1],["b",2]] -> { a: 1, b: 2 }',
      "= how do i make an object out of an array of [key, value] arrays?",
      "= dict(pairs) from python, but javascript",
      "= Inverse of Object.entries, please.",
    ],
    zh: [
      "{由 [键, 值] 的列表生成对象}",
      "{把二元数组组成的数组转换成对象}",
      "键值对数组转对象",
      '= [["a",1],["b",2]] 怎么变成对象？',
    ],
    answers: [
      `function \${name}(\${0}) {
  return Object.fromEntries(\${0});
}`,
      `function \${name}(\${0}) {
  const result = {};
  for (const [key, value] of \${0}) {
    result[key] = value;
  }
  return result;
}`,
    ],
    args: (random) => [texts(random).map((word) => [word, random.int(0, 30)])],
    always: [
      [[]],
      [
        [
          ["a", 1],
          ["b", 2],
        ],
      ],
    ],
  },
  {
    id: "zip-object",
    names: ["zipObject", "fromLists", "makeObject", "combineKeys"],
    params: [
      ["keys", "names", "fields", "columns"],
      ["values", "vals", "data", "row"],
    ],
    en: [
      "{build} an object from a list of keys and a list of values of the same length",
      "{combine} two arrays to an object: the first has the keys, the second the values",
      "{take} field names and values in the same order and {return} them as an object",
      "{make} a dictionary with keys[i] -> values[i]",
      "two arrays to an object",
      "{zip} keys and values to an object",
      '= keys in one list, values in the other, make an object: ["a","b"], [1,2] -> { a: 1, b: 2 }',
      "= how to create an object from an array of keys and an array of values",
      "= header row and data row of a table, I want the row as an object",
      "= Given parallel arrays of keys and values, return the corresponding object.",
    ],
    zh: [
      "{由一个键列表和一个等长的值列表生成对象}",
      "{把两个数组合成对象，第一个是键，第二个是值}",
      "两个数组合成对象",
      "= 表头是一个数组，数据是另一个数组，怎么变成对象？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return Object.fromEntries(\${0}.map((key, i) => [key, \${1}[i]]));
}`,
      `function \${name}(\${0}, \${1}) {
  const result = {};
  \${0}.forEach((key, i) => {
    result[key] = \${1}[i];
  });
  return result;
}`,
    ],
    args: (random) =>
      ((keys) => [keys, keys.map(() => random.int(0, 40))])(
        random.some(["name", "age", "size", "color", "price", "code"], random.int(1, 5)),
      ),
    always: [
      [[], []],
      [
        ["a", "b"],
        [1, 2],
      ],
    ],
  },
  {
    id: "double-values",
    names: ["doubleValues", "doubleAll", "timesTwo", "mapDouble"],
    params: [["obj", "object", "dict", "prices"]],
    en: [
      "{double} every value of an object and {keep} the keys",
      "{return} a new object with the same keys and each number times two",
      "{take} an object of numbers and {multiply} all values by 2",
      "{map} the values of a dictionary to their doubles",
      "object with doubled values",
      "{double} all numbers in an object",
      "= object with everything times 2: { a: 1, b: 2 } -> { a: 2, b: 4 }",
      "= how do i multiply each value in an object by 2?",
      "= recipe for twice as many people: amounts are in an object, double them",
      "= Produce a copy of an object where every number is twice as large.",
    ],
    zh: [
      "{把对象的每个值翻倍，键不变}",
      "{返回一个键相同、每个数乘以 2 的新对象}",
      "对象的值翻倍",
      "= 菜谱用量是一个对象，人数翻倍，怎么把用量都乘 2？",
    ],
    answers: [
      `function \${name}(\${0}) {
  const result = {};
  for (const key in \${0}) {
    result[key] = \${0}[key] * 2;
  }
  return result;
}`,
      `function \${name}(\${0}) {
  return Object.fromEntries(Object.entries(\${0}).map(([key, value]) => [key, value * 2]));
}`,
    ],
    args: (random) => [counts(random)],
    always: [[{}], [{ a: 1, b: 2 }]],
  },
];
