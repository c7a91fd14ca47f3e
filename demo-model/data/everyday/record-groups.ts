/** Everyday tasks that sort, group and count records. */
import { people } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const recordGroups: readonly EverydayTask[] = [
  {
    id: "sort-people-by-age",
    names: ["sortByAge", "byAge", "orderByAge"],
    params: [["people", "users", "list", "persons"]],
    en: [
      "{sort} a list of people by age, youngest first",
      "{return} the persons ordered by their age in ascending order",
      "{take} an array of objects with an age and {order} it from youngest to oldest",
      "{arrange} users by age, lowest age at the front, without changing the input",
      "sort objects by age ascending",
      "people from young to old",
      "= how do I sort an array of objects by their age property? ascending",
      "= users.sort by age please, small to big, original array untouched",
      "= line them up: youngest person first, oldest last",
      "= Return a copy of the people array in non-decreasing order of `age`.",
      "{list} people from the youngest to the oldest",
      "= sort array of persons by age js",
    ],
    zh: [
      "{把人员列表按年龄从小到大排序}",
      "{返回按 age 升序排列的新数组}",
      "按年龄升序排序",
      "= 怎么按 age 给对象数组排序？从小到大，不改原数组",
      "= 把人按年纪排，小的在前",
    ],
    answers: [
      `function \${name}(\${0}) {
  return [...\${0}].sort((x, y) => x.age - y.age);
}`,
      `function \${name}(\${0}) {
  return \${0}.toSorted((x, y) => x.age - y.age);
}`,
    ],
    args: (random) => [people(random)],
    always: [
      [[]],
      [
        [
          { name: "Tom", age: 30 },
          { name: "Eva", age: 20 },
        ],
      ],
    ],
  },
  {
    id: "sort-by-field",
    names: ["sortBy", "sortByKey", "orderBy", "sortByField"],
    params: [
      ["list", "items", "records", "rows"],
      ["key", "field", "prop", "property"],
    ],
    en: [
      "{sort} a list of objects by a given property in ascending order",
      "{return} the records ordered by one field, smallest first; the values are numbers or strings",
      "{take} an array of objects and a key and {order} the objects by that key",
      "{arrange} rows by a column chosen by name, ascending",
      "sort array of objects by property",
      "{order} records by a key, ascending",
      "= how do i sort an array of objects by any property? the property name is passed in",
      '= sortBy(users, "name") and sortBy(users, "age") should both work, ascending',
      "= clicking a table header sorts the rows by that column, i need the function (rows, column)",
      "= Return a copy of the array sorted by obj[key], using < and >.",
      "= sort array of objects js by key passed as string, ascending",
    ],
    zh: [
      "{把对象列表按指定属性升序排序}",
      "{接收对象数组和键名，按该键从小到大排列}",
      "按属性排序对象数组",
      "= 点表头按那一列排序，怎么写？参数是行数组和列名",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return [...\${0}].sort((x, y) => (x[\${1}] < y[\${1}] ? -1 : x[\${1}] > y[\${1}] ? 1 : 0));
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0}.toSorted((x, y) => {
    if (x[\${1}] === y[\${1}]) return 0;
    return x[\${1}] < y[\${1}] ? -1 : 1;
  });
}`,
    ],
    args: (random) => [people(random), random.pick(["name", "age"])],
    always: [
      [[], "a"],
      [[{ a: 2 }, { a: 1 }], "a"],
    ],
  },
  {
    id: "group-by-field",
    names: ["groupBy", "groupByKey", "groupByField", "bucket"],
    params: [
      ["list", "items", "records", "rows"],
      ["key", "field", "prop", "property"],
    ],
    en: [
      "{group} a list of objects by the value of a property, as an object of lists",
      "{return} an object that maps each value of a field to the records having it",
      "{take} records and a key and {collect} the records with equal values under that value",
      "{partition} an array of objects by one of their properties",
      "group by a property",
      "group array of objects by key",
      "= how do i group objects in an array by some key?",
      '= put records with the same value together: groupBy(people, "city") -> { Paris: [...], Rome: [...] }',
      "= lodash groupBy with a property name, without lodash",
      "= all people who live in the same city should be put together, the field to group by is a parameter",
      "= sql GROUP BY but i want the rows of every group",
      "{split} records into groups that share the value of a key, as an object of arrays",
      "= group array of objects js by key given as string",
    ],
    zh: [
      "{把对象列表按某个属性的值分组，返回对象}",
      "{返回以字段值为键、对应记录数组为值的对象}",
      "按属性分组（groupBy）",
      '= 不用 lodash 怎么实现 groupBy(people, "city")？',
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const groups = {};
  for (const item of \${0}) {
    const value = item[\${1}];
    groups[value] = groups[value] ?? [];
    groups[value].push(item);
  }
  return groups;
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0}.reduce((groups, item) => {
    (groups[item[\${1}]] ||= []).push(item);
    return groups;
  }, {});
}`,
    ],
    args: (random) => [people(random), random.pick(["city", "city", "age"])],
    always: [
      [[], "a"],
      [
        [
          { a: "x", b: 1 },
          { a: "y", b: 2 },
          { a: "x", b: 3 },
        ],
        "a",
      ],
    ],
  },
  {
    id: "names-by-city",
    names: ["namesByCity", "groupNames", "whoLivesWhere", "residents"],
    params: [["people", "users", "list", "persons"]],
    en: [
      "{group} people by city and {list} only their names",
      "{return} an object from each city to the names of those who live there",
      "{take} persons with a name and a city and {build} a dictionary of city to list of names",
      "{collect} the names of a list of people by their city",
      "names grouped by city",
      "city -> list of names",
      '= [{ name: "Tom", city: "Rome" }, { name: "Eva", city: "Rome" }] -> { Rome: ["Tom","Eva"] }',
      "= how do I make an object with cities as keys and arrays of names as values?",
      "= who lives where? people have a name and a city",
      "= Index a people array by `city`, storing names only.",
    ],
    zh: [
      "{按城市把人分组，只列出名字}",
      "{返回从城市到居民名字列表的对象}",
      "按城市归类名字",
      "= 谁住在哪个城市？返回 { 城市: [名字] } 这样的对象",
    ],
    answers: [
      `function \${name}(\${0}) {
  const result = {};
  for (const { name, city } of \${0}) {
    result[city] = result[city] ?? [];
    result[city].push(name);
  }
  return result;
}`,
      `function \${name}(\${0}) {
  return \${0}.reduce((groups, person) => {
    const names = groups[person.city] ?? [];
    return { ...groups, [person.city]: [...names, person.name] };
  }, {});
}`,
    ],
    args: (random) => [people(random)],
    always: [
      [[]],
      [
        [
          { name: "Tom", city: "Rome" },
          { name: "Eva", city: "Rome" },
        ],
      ],
    ],
  },
  {
    id: "count-by-field",
    names: ["countBy", "countByKey", "countByField", "tallyBy"],
    params: [
      ["list", "items", "records", "rows"],
      ["key", "field", "prop", "property"],
    ],
    en: [
      "{count} how many objects of a list have each value of a property",
      "{return} an object from each value of a field to the number of records with it",
      "{take} records and a key and {tally} the values of that key",
      "{count} the records per group, the group being the value of a given property",
      "count objects by property value",
      "number of records per group",
      '= count records per value of a key: countBy(people, "city") -> { Paris: 2, Rome: 1 }',
      "= how do i count objects in an array by one of their properties?",
      "= how many people per city? the property (city) should be a parameter",
      "= select key, count(*) group by key, but in js",
    ],
    zh: [
      "{统计对象列表中某个属性的每个值出现几次}",
      "{返回以字段值为键、记录数为值的对象}",
      "按属性计数（countBy）",
      "= 每个城市有几个人？属性名作为参数传入",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const counts = {};
  for (const item of \${0}) {
    counts[item[\${1}]] = (counts[item[\${1}]] ?? 0) + 1;
  }
  return counts;
}`,
      `function \${name}(\${0}, \${1}) {
  return \${0}.reduce((counts, item) => {
    const value = item[\${1}];
    counts[value] = (counts[value] || 0) + 1;
    return counts;
  }, {});
}`,
    ],
    args: (random) => [people(random), random.pick(["city", "city", "age"])],
    always: [
      [[], "a"],
      [[{ a: "x" }, { a: "y" }, { a: "x" }], "a"],
    ],
  },
  {
    id: "index-by-id",
    names: ["indexById", "byId", "keyById", "toMap"],
    params: [["list", "items", "users", "records"]],
    en: [
      "{turn} a list of objects with ids into an object keyed by id",
      "{return} a dictionary from id to record",
      "{take} an array of records and {index} it by their id",
      "{build} a lookup object: id -> the object with that id",
      "{index} records by id",
      "array to object keyed by id",
      '= make it accessible by id: [{ id: 1, name: "Tom" }] -> { 1: { id: 1, name: "Tom" } }',
      "= how can I convert an array of users to an object so I can access them by id?",
      "= lodash keyBy id",
      "= normalise a list of entities by their ids like redux does",
    ],
    zh: [
      "{把带 id 的对象列表转换成以 id 为键的对象}",
      "{返回从 id 到记录的字典}",
      "按 id 建索引",
      "= 用户数组怎么变成可以用 id 直接取的对象？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Object.fromEntries(\${0}.map((item) => [item.id, item]));
}`,
      `function \${name}(\${0}) {
  const result = {};
  for (const item of \${0}) {
    result[item.id] = item;
  }
  return result;
}`,
    ],
    args: (random) => [people(random)],
    always: [[[]], [[{ id: 1, name: "Tom" }]]],
  },
];
