/** Everyday tasks on lists of people and other records. */
import { people } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const records: readonly EverydayTask[] = [
  {
    id: "pluck-names",
    names: ["names", "getNames", "pluckNames", "nameList"],
    params: [["people", "users", "list", "persons"]],
    en: [
      "{return} the names of a list of people",
      "{take} an array of objects with a name and {collect} the names",
      "{extract} the name property from every object of an array",
      "{map} users to their names",
      "names of all users",
      "list of name properties",
      "= how do I get an array of names from an array of objects like { name, age }?",
      '= names out of a list of people, like this: people = [{ name: "Tom" }, { name: "Eva" }] -> ["Tom","Eva"]',
      "= just the names please, the rest of the records i don't need",
      "= Project each person record onto its `name` field.",
      "{list} the names of some users",
      "= names from array of objects js",
      "= guest objects in, guest names out (property is name)",
    ],
    zh: [
      "{返回人员列表里的所有名字}",
      "{从对象数组中取出每个对象的 name}",
      "提取所有名字",
      "= 用户数组里怎么只拿名字？每个对象有 name 属性",
      "= 从一组人里拿出名字列表",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.map((person) => person.name);
}`,
      `function \${name}(\${0}) {
  const result = [];
  for (const { name } of \${0}) {
    result.push(name);
  }
  return result;
}`,
    ],
    args: (random) => [people(random)],
    always: [[[]], [[{ name: "Tom", age: 3 }]]],
  },
  {
    id: "pluck-field",
    names: ["pluck", "getField", "mapField", "column"],
    params: [
      ["list", "items", "records", "rows"],
      ["key", "field", "prop", "property"],
    ],
    en: [
      "{return} the values of one property from every object of a list",
      "{take} an array of objects and a property name and {collect} that property",
      "{pluck} a given field out of each record",
      "{extract} a column, named by its key, from a list of rows",
      "{pluck} a property from an array of objects",
      "values of one field for all records",
      '= one column out of records: pluck([{ a: 1 }, { a: 2 }], "a") -> [1,2]',
      "= how do i get just one property from each object in an array? which one is a parameter",
      "= rows from a csv as objects and i want the column with a certain name as an array",
      "= Map objects to obj[key].",
    ],
    zh: [
      "{返回对象列表中每个对象的某个属性值}",
      "{按属性名从对象数组里取出一列}",
      "提取对象数组的某个字段",
      '= pluck([{ a: 1 }, { a: 2 }], "a") 得到 [1,2]，怎么写？',
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.map((item) => item[\${1}]);
}`,
      `function \${name}(\${0}, \${1}) {
  const result = [];
  for (const item of \${0}) {
    result.push(item[\${1}]);
  }
  return result;
}`,
    ],
    args: (random) => [people(random), random.pick(["name", "age", "city", "id"])],
    always: [
      [[], "a"],
      [[{ a: 1 }, { a: 2 }], "a"],
    ],
  },
  {
    id: "find-by-id",
    names: ["findById", "getById", "byId", "lookup"],
    params: [
      ["list", "items", "users", "records"],
      ["id", "wanted", "key", "target"],
    ],
    en: [
      "{find} the object with a given id in a list, null if there is none",
      "{return} the record whose id matches, or null",
      "{search} an array of objects for an id; {return} null when nothing has that id",
      "{take} users and an id and {get} the user with it (null if unknown)",
      "find object by id in array, null if missing",
      "get record by id or null",
      "= how do I find an item by its id in an array of objects? not found should be null",
      "= findById(users, 3) gives the user object with id 3, or null",
      "= i have a list of users and the id of one, i need the whole user. no such user: null",
      "= Linear lookup by the `id` field with a null fallback.",
      "{pick} the element with the right id from an array of objects, null when there is none",
      "= get user by id from users array, or null",
    ],
    zh: [
      "{在列表中找出指定 id 的对象，没有返回 null}",
      "{返回 id 匹配的那条记录，找不到为 null}",
      "按 id 查找对象（没有则 null）",
      "= 怎么在对象数组里按 id 找到那一项？找不到返回 null",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.find((item) => item.id === \${1}) ?? null;
}`,
      `function \${name}(\${0}, \${1}) {
  for (const item of \${0}) {
    if (item.id === \${1}) return item;
  }
  return null;
}`,
    ],
    args: (random) => [people(random), random.int(1, 7)],
    always: [
      [[], 1],
      [[{ id: 3, name: "Tom" }], 3],
    ],
  },
  {
    id: "adults",
    names: ["adults", "getAdults", "onlyAdults", "grownUps"],
    params: [["people", "users", "list", "persons"]],
    en: [
      "{return} the people of a list who are at least 18 years old",
      "{filter} an array of persons with an age to the adults (18 and over)",
      "{take} users and {keep} those whose age is 18 or more",
      "{remove} everybody under 18 from a list of people",
      "adults only (age >= 18)",
      "filter people by age 18+",
      "= how do I filter an array of { name, age } objects to those of legal age, 18 or older?",
      "= who of the people in my list may vote? their age must be 18 or above, return the whole objects",
      "= only grown ups, so age 18+, from an array of persons",
      "= Select person records with age greater than or equal to eighteen.",
      "{select} the persons who have reached the age of 18",
      "= kick out everyone younger than 18 from the list of people",
    ],
    zh: [
      "{返回列表中年满 18 岁的人}",
      "{过滤人员数组，只保留成年人（18 岁及以上）}",
      "筛选成年人",
      "= 对象数组有 name 和 age，怎么只留下 18 岁以上（含 18）的？",
      "= 把未满 18 岁的人去掉",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.filter((person) => person.age >= 18);
}`,
      `function \${name}(\${0}) {
  const result = [];
  for (const person of \${0}) {
    if (person.age >= 18) result.push(person);
  }
  return result;
}`,
    ],
    args: (random) => [people(random)],
    always: [
      [[]],
      [
        [
          { name: "Tom", age: 18 },
          { name: "Eva", age: 17 },
        ],
      ],
    ],
  },
  {
    id: "names-older-than",
    names: ["namesOlderThan", "olderThan", "namesAbove"],
    params: [
      ["people", "users", "list", "persons"],
      ["age", "limit", "years", "min"],
    ],
    en: [
      "{return} the names of the people who are older than a given age",
      "{list} by name everyone in a list whose age is greater than a limit",
      "{take} people and an age and {give} back the names of those above it",
      "{filter} persons by age (strictly older) and {return} only their names",
      "names of people older than n",
      "names where age > limit",
      "= how do i get the names of all users over a certain age? over means strictly",
      "= people with name and age, and a number: who is older than that? names only",
      '= who is older than that (names): [{ name: "Tom", age: 30 }, { name: "Eva", age: 20 }], 25 -> ["Tom"]',
      "= Filter by age > limit, then map to name.",
    ],
    zh: [
      "{返回年龄大于给定值的人的名字}",
      "{列出列表中比指定年龄大的人名}",
      "年龄大于 n 的人名",
      "= 怎么得到所有超过某个年龄的用户名字？不含等于",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.filter((person) => person.age > \${1}).map((person) => person.name);
}`,
      `function \${name}(\${0}, \${1}) {
  const names = [];
  for (const person of \${0}) {
    if (person.age > \${1}) names.push(person.name);
  }
  return names;
}`,
    ],
    args: (random) => [people(random), random.int(12, 40)],
    always: [
      [[], 10],
      [
        [
          { name: "Tom", age: 30 },
          { name: "Eva", age: 20 },
        ],
        20,
      ],
    ],
  },
  {
    id: "oldest-person",
    names: ["oldest", "findOldest", "oldestName", "whoIsOldest"],
    params: [["people", "users", "list", "persons"]],
    en: [
      "{return} the name of the oldest person in a list",
      "{find} who has the highest age and {return} the name",
      "{take} a non-empty list of people with names and ages and {name} the oldest",
      "{determine} the eldest person's name",
      "name of the oldest person",
      "= who is the oldest",
      '= name of the one with the highest age: [{ name: "Tom", age: 30 }, { name: "Eva", age: 50 }] -> "Eva"',
      "= how do I find the name of the oldest user in an array of objects with name and age?",
      "= grandma or grandpa? list of family members in, name of the one with the most years out",
      "= Return `name` from the record that maximises `age` (ages differ).",
      "{say} what the oldest person in a list is called",
      "= people with name + age, name of the oldest pls",
    ],
    zh: [
      "{返回列表中年龄最大的人的名字}",
      "{找出谁最年长，返回名字}",
      "最年长者的名字",
      "= 对象数组有 name 和 age，怎么找出年纪最大的人叫什么？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.reduce((oldest, person) => (person.age > oldest.age ? person : oldest)).name;
}`,
      `function \${name}(\${0}) {
  let oldest = \${0}[0];
  for (const person of \${0}) {
    if (person.age > oldest.age) oldest = person;
  }
  return oldest.name;
}`,
    ],
    args: (random) => [people(random)],
    always: [
      [
        [
          { name: "Tom", age: 30 },
          { name: "Eva", age: 50 },
        ],
      ],
    ],
  },
  {
    id: "youngest-person",
    names: ["youngest", "findYoungest", "youngestPerson"],
    params: [["people", "users", "list", "persons"]],
    en: [
      "{return} the youngest person of a list as an object",
      "{find} the record with the lowest age",
      "{take} a non-empty array of people and {return} the one with the fewest years (the whole object)",
      "{pick} the youngest of some persons",
      "youngest person object",
      "record with minimal age",
      "= how to get the youngest user from an array of users? i need the full object",
      "= of all these people with ages, give me the object of the youngest",
      "= who is the baby of the family? return their whole record",
      "= Return the element with the smallest `age`; ages are distinct.",
    ],
    zh: [
      "{返回列表中最年轻的人（整个对象）}",
      "{找出年龄最小的那条记录}",
      "年龄最小的人",
      "= 用户数组里怎么找到最年轻的那个？要完整对象",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.reduce((best, person) => (person.age < best.age ? person : best));
}`,
      `function \${name}(\${0}) {
  let youngest = \${0}[0];
  for (const person of \${0}) {
    if (person.age < youngest.age) youngest = person;
  }
  return youngest;
}`,
    ],
    args: (random) => [people(random)],
    always: [
      [
        [
          { name: "Tom", age: 30 },
          { name: "Eva", age: 20 },
        ],
      ],
    ],
  },
  {
    id: "average-age",
    names: ["averageAge", "meanAge", "avgAge"],
    params: [["people", "users", "list", "persons"]],
    en: [
      "{calculate} the average age of a list of people, rounded to a whole number, 0 if there is nobody",
      "{return} the mean of the age fields, rounded; an empty list gives 0",
      "{take} persons with an age and {compute} their rounded average age (0 for none)",
      "{find} out how old the people of a list are on average, to the nearest year, or 0",
      "average age, rounded, 0 when empty",
      "mean age of users (rounded; no users: 0)",
      "= how do i get the average age from an array of { name, age }? round it, and return 0 for []",
      "= average of the ages as a rounded number: [{ age: 20 }, { age: 25 }] -> 22.5 -> 23; [] -> 0",
      "= team members with ages, what's the team's average age as a whole number? empty team 0",
      "= Average the `age` property over an array with Math.round, defaulting to zero.",
      "= average age of persons in array, rounded to integer, 0 if array empty",
    ],
    zh: [
      "{计算一组人的平均年龄，四舍五入取整，没有人则为 0}",
      "{返回 age 字段的平均值（取整），空列表返回 0}",
      "平均年龄（取整，空为 0）",
      "= 怎么算用户数组的平均年龄？四舍五入，空数组返回 0",
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0}.length === 0) return 0;
  const total = \${0}.reduce((sum, person) => sum + person.age, 0);
  return Math.round(total / \${0}.length);
}`,
      `function \${name}(\${0}) {
  let total = 0;
  for (const person of \${0}) {
    total += person.age;
  }
  return \${0}.length === 0 ? 0 : Math.round(total / \${0}.length);
}`,
    ],
    args: (random) => [people(random)],
    always: [[[]], [[{ age: 20 }, { age: 25 }]]],
  },
];
