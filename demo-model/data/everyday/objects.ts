/** Everyday tasks on objects as dictionaries. */
import { CITIES, PEOPLE } from "../words.ts";
import { counts } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const objects: readonly EverydayTask[] = [
  {
    id: "sum-values",
    names: ["sumValues", "totalValues", "sumObject", "total"],
    params: [["obj", "object", "dict", "counts"]],
    en: [
      "{add} up all values of an object",
      "{return} the sum of the numbers stored in an object",
      "{take} an object with numeric values and {total} them",
      "{calculate} the sum over all the properties",
      "sum of object values",
      "total of a dictionary's values",
      "= add the numbers in an object: { a: 1, b: 2 } -> 3",
      "= how do i sum the values of an object in javascript?",
      "= salaries = { tom: 100, anna: 160 }, i need the sum of all salaries",
      "= Add the values of an object, whatever the keys are; {} gives 0.",
      "= add up everything stored in an object, values are numbers",
    ],
    zh: ["{把对象的所有值相加}", "{返回对象中存储的数字之和}", "对象值求和", "= 工资表是一个对象，怎么算总工资？"],
    answers: [
      `function \${name}(\${0}) {
  return Object.values(\${0}).reduce((sum, value) => sum + value, 0);
}`,
      `function \${name}(\${0}) {
  let total = 0;
  for (const key in \${0}) {
    total += \${0}[key];
  }
  return total;
}`,
    ],
    args: (random) => [counts(random)],
    always: [[{}], [{ a: 1, b: 2 }]],
  },
  {
    id: "count-keys",
    names: ["countKeys", "size", "numberOfKeys", "objectSize"],
    params: [["obj", "object", "dict", "map"]],
    en: [
      "{count} the keys of an object",
      "{return} how many properties an object has",
      "{take} an object and {tell} its size",
      "{determine} the number of entries in a dictionary",
      "number of keys in an object",
      "length of an object",
      "= how do I get the length of an object in js? obj.length is undefined",
      "= size of an object: { a: 1, b: 2 } has 2 keys",
      "= how many entries are in my dictionary",
      "= Count own enumerable properties.",
      "= how big is my object, number of keys",
      "{find} out how many keys there are in an object",
    ],
    zh: [
      "{统计对象有多少个键}",
      "{返回对象的属性个数}",
      "对象的键数",
      "= js 对象没有 length，怎么知道有几个属性？",
      "= 对象里有几个键？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Object.keys(\${0}).length;
}`,
      `function \${name}(\${0}) {
  let count = 0;
  for (const key in \${0}) {
    if (Object.hasOwn(\${0}, key)) count++;
  }
  return count;
}`,
    ],
    args: (random) => [counts(random)],
    always: [[{}], [{ a: 1, b: 2 }]],
  },
  {
    id: "is-empty-object",
    names: ["isEmpty", "isEmptyObject", "hasNoKeys"],
    params: [["obj", "object", "dict", "value"]],
    en: [
      "{check} whether an object is empty",
      "{return} true if an object has no properties",
      "{tell} if there is nothing in an object",
      "{take} an object and {decide} whether it is {}",
      "empty object test",
      "= does the object have no keys",
      "= how do i check for an empty object in js? obj == {} doesn't work",
      "= nothing inside the object? {} true, { a: 1 } false",
      "= is my dictionary empty, yes or no",
      "= Determine that an object has zero own keys.",
      "= object empty? true or false in js",
      "{test} an object for having no entries",
    ],
    zh: [
      "{判断一个对象是否为空}",
      "{对象没有任何属性时返回 true}",
      "空对象判断",
      "= js 怎么判断 obj 是不是 {}？",
      "= 怎么知道对象里什么都没有",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Object.keys(\${0}).length === 0;
}`,
      `function \${name}(\${0}) {
  for (const key in \${0}) {
    return false;
  }
  return true;
}`,
    ],
    args: (random) => [random.chance(0.5) ? {} : counts(random)],
    always: [[{}], [{ a: 1 }], [{ a: null }]],
  },
  {
    id: "invert-object",
    names: ["invert", "invertObject", "swapKeysValues", "flipObject"],
    params: [["obj", "object", "dict", "map"]],
    en: [
      "{swap} the keys and values of an object",
      "{return} a new object in which every value is a key and its key the value",
      "{take} a dictionary and {invert} it",
      "{flip} an object so that it can be looked up by value",
      "{invert} an object",
      "reverse a dictionary",
      '= values become keys, { a: "x", b: "y" } -> { x: "a", y: "b" }',
      "= how do I turn keys into values and values into keys?",
      "= i have country -> capital and want capital -> country (all capitals differ)",
      "= Exchange keys with values; values are unique strings.",
      "{make} values the keys and keys the values of a new object",
      "= js object swap key value",
    ],
    zh: [
      "{交换对象的键和值}",
      "{返回一个以原来的值为键、原来的键为值的对象}",
      "对象键值互换",
      "= 有一个国家到首都的对象，怎么变成首都到国家？",
    ],
    answers: [
      `function \${name}(\${0}) {
  const result = {};
  for (const [key, value] of Object.entries(\${0})) {
    result[value] = key;
  }
  return result;
}`,
      `function \${name}(\${0}) {
  return Object.fromEntries(Object.entries(\${0}).map(([key, value]) => [value, key]));
}`,
    ],
    args: (random) =>
      ((names, cities) => [Object.fromEntries(names.map((name, i) => [name, cities[i]!]))])(
        random.some(PEOPLE, random.int(2, 4)),
        random.some(CITIES, 4),
      ),
    always: [[{}], [{ a: "x", b: "y" }]],
  },
  {
    id: "merge-objects",
    names: ["merge", "mergeObjects", "combine", "extend"],
    params: [
      ["a", "first", "obj1", "left"],
      ["b", "second", "obj2", "right"],
    ],
    en: [
      "{merge} two objects, the second one wins where both have a key",
      "{return} a new object with the properties of both; equal keys take the second's value",
      "{take} two dictionaries and {combine} them, later values override earlier ones",
      "{copy} all entries of a and then those of b to a fresh object",
      "merge two objects (second overrides)",
      "{combine} two dictionaries, b wins",
      "= put 2 objects together, the right one overrides: { a: 1, b: 2 } and { b: 3 } -> { a: 1, b: 3 }",
      "= how do you merge 2 objects in js without changing them? on conflict use the second",
      "= default settings and user settings as objects, the user's ones should replace the defaults",
      "= Shallow-merge two objects with precedence to the right one.",
      "= join 2 js objects into a new one, b beats a",
    ],
    zh: [
      "{合并两个对象，键相同时以第二个为准}",
      "{返回包含两个对象所有属性的新对象，后者覆盖前者}",
      "合并对象（后者优先）",
      "= 默认设置和用户设置两个对象，怎么合并让用户的覆盖默认的？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return { ...\${0}, ...\${1} };
}`,
      `function \${name}(\${0}, \${1}) {
  return Object.assign({}, \${0}, \${1});
}`,
    ],
    args: (random) => [counts(random), counts(random, 40, 60)],
    always: [
      [{}, {}],
      [{ a: 1, b: 2 }, { b: 3 }],
    ],
  },
  {
    id: "add-up-objects",
    names: ["addObjects", "mergeSum", "sumMerge", "addCounts"],
    params: [
      ["a", "first", "obj1", "left"],
      ["b", "second", "obj2", "right"],
    ],
    en: [
      "{add} two objects of numbers: values of the same key are summed, other keys are kept",
      "{merge} two dictionaries of counts by adding the counts of shared keys",
      "{take} two objects with numeric values and {sum} them key by key; a missing key counts as 0",
      "{combine} two tallies to one",
      "merge two objects, summing equal keys",
      "add counts of two dictionaries",
      "= adding dictionaries of numbers: { a: 1, b: 2 } + { b: 3, c: 4 } -> { a: 1, b: 5, c: 4 }",
      "= how do i merge objects and add the values when both have the key?",
      "= stock of shop one and of shop two are objects; how many of each thing are there in both together?",
      "= Keywise sum of two numeric maps.",
    ],
    zh: [
      "{把两个数字对象按键相加，相同的键值求和}",
      "{合并两个计数对象，共有的键把数量加起来}",
      "对象按键求和合并",
      "= 两个仓库的库存是两个对象，怎么合成总库存？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const result = { ...\${0} };
  for (const key in \${1}) {
    result[key] = (result[key] ?? 0) + \${1}[key];
  }
  return result;
}`,
      `function \${name}(\${0}, \${1}) {
  const result = Object.assign({}, \${0});
  Object.entries(\${1}).forEach(([key, value]) => {
    result[key] = (result[key] || 0) + value;
  });
  return result;
}`,
    ],
    args: (random) => [counts(random), counts(random)],
    always: [
      [{}, { a: 1 }],
      [
        { a: 1, b: 2 },
        { b: 3, c: 4 },
      ],
    ],
  },
];
