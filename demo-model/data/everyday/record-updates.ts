/** Everyday tasks that change, join and page through records. */
import { TEXT_WORDS } from "../words.ts";
import { ints, people } from "./list-draws.ts";
import type { EverydayTask } from "./task.ts";

export const recordUpdates: readonly EverydayTask[] = [
  {
    id: "update-by-id",
    names: ["updateById", "update", "patch", "editItem"],
    params: [
      ["list", "items", "users", "records"],
      ["id", "wanted", "key", "target"],
      ["changes", "patchData", "fields", "values"],
    ],
    en: [
      "{update} the object with a given id in a list by merging in some changes",
      "{return} a new list in which the record with that id has the given fields replaced",
      "{take} records, an id and an object of changes and {apply} the changes to the matching record",
      "{change} fields of one item, found by its id, without mutating the list",
      "{update} object in array by id",
      "immutable patch of one record",
      "= how do I update one object in an array by id? (list, id, changes) -> new list",
      '= update([{ id: 1, name: "Tom" }], 1, { name: "Tim" }) -> [{ id: 1, name: "Tim" }]',
      "= react state: change a few fields of the item with this id, all the others stay as they are",
      "= Spread the changes over the record whose `id` equals the second argument.",
    ],
    zh: [
      "{按 id 更新列表中的对象，合并给定的改动}",
      "{返回新列表，其中 id 匹配的记录替换了给定字段}",
      "按 id 更新对象",
      "= react 里怎么更新数组中某个 id 的对象？参数是列表、id、改动",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return \${0}.map((item) => (item.id === \${1} ? { ...item, ...\${2} } : item));
}`,
    ],
    args: (random) => [
      people(random),
      random.int(1, 5),
      random.pick<Record<string, string | number>>([{ age: 99 }, { city: "Bern" }, { name: "Zed", age: 50 }]),
    ],
    always: [
      [[], 1, {}],
      [[{ id: 1, name: "Tom" }], 1, { name: "Tim" }],
    ],
  },
  {
    id: "delete-by-id",
    names: ["removeById", "deleteById", "withoutId", "remove"],
    params: [
      ["list", "items", "users", "records"],
      ["id", "unwanted", "key", "target"],
    ],
    en: [
      "{remove} the object with a given id from a list",
      "{return} the records without the one that has a certain id",
      "{take} users and an id and {delete} that user, returning a new list",
      "{filter} out the item with an id",
      "delete object from array by id",
      "list without the record of an id",
      "= how do i delete an item from an array of objects by its id?",
      "= throw out the entry with that id: remove([{ id: 1 }, { id: 2 }], 1) -> [{ id: 2 }]",
      "= delete button in a todo app: list and id come in, new list goes out",
      "= Return the records whose `id` differs from the argument.",
    ],
    zh: [
      "{从列表中删除指定 id 的对象}",
      "{返回不含该 id 记录的新列表}",
      "按 id 删除对象",
      "= 待办列表点删除，怎么按 id 去掉那一项？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.filter((item) => item.id !== \${1});
}`,
      `function \${name}(\${0}, \${1}) {
  const result = [];
  for (const item of \${0}) {
    if (item.id !== \${1}) result.push(item);
  }
  return result;
}`,
    ],
    args: (random) => [people(random), random.int(1, 5)],
    always: [
      [[], 1],
      [[{ id: 1 }, { id: 2 }], 1],
    ],
  },
  {
    id: "toggle-todo",
    names: ["toggleTodo", "toggle", "flipDone", "switchDone"],
    params: [
      ["todos", "tasks", "list", "items"],
      ["id", "wanted", "key", "target"],
    ],
    en: [
      "{toggle} the done flag of the todo with a given id",
      "{return} a new list of todos in which one task, found by id, has its done value flipped",
      "{take} todos and an id and {switch} that todo between done and not done",
      "{flip} the boolean done of the item that has the id",
      "{toggle} todo by id",
      "{mark} a task done or undone",
      "= how do i toggle done for one todo in an array without mutation?",
      "= switch done on or off by id: toggle([{ id: 1, done: false }], 1) -> [{ id: 1, done: true }]",
      "= clicking the checkbox of a todo should change its done from true to false or back. list + id -> new list",
      "= Invert the `done` property of the matching record, leaving the other todos untouched.",
    ],
    zh: [
      "{切换指定 id 的待办事项的 done 状态}",
      "{返回新列表，其中该 id 任务的 done 取反}",
      "切换待办完成状态",
      "= 点复选框要切换 todo 的 done，怎么写？参数是列表和 id",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.map((item) => (item.id === \${1} ? { ...item, done: !item.done } : item));
}`,
    ],
    args: (random) => [
      random
        .some(["read", "cook", "run", "call", "clean"], random.int(2, 5))
        .map((title, i) => ({ id: i + 1, title, done: random.chance(0.5) })),
      random.int(1, 5),
    ],
    always: [
      [[], 1],
      [[{ id: 1, done: false }], 1],
    ],
  },
  {
    id: "count-open-todos",
    names: ["countOpen", "openTasks", "remaining", "tasksLeft"],
    params: [["todos", "tasks", "list", "items"]],
    en: [
      "{count} the todos of a list that are not done yet",
      "{return} the number of tasks whose done is false",
      "{take} todos with a done flag and {tell} how many are left to do",
      "{find} out how many items are still open",
      "number of unfinished todos",
      "open tasks count",
      "= how many are not done? [{ done: true }, { done: false }] -> 1",
      "= how do I count the todos where done is false?",
      '= "3 items left" in my todo app, the function for the number please. every todo has done: true/false',
      "= Count records with a false `done` property.",
    ],
    zh: [
      "{统计列表中还没完成的待办数量}",
      "{返回 done 为 false 的任务个数}",
      "未完成任务数",
      "= 待办应用显示“还剩几项”，怎么算？每项有 done",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.filter((item) => !item.done).length;
}`,
      `function \${name}(\${0}) {
  let count = 0;
  for (const item of \${0}) {
    if (!item.done) count++;
  }
  return count;
}`,
    ],
    args: (random) => [
      random
        .some(["read", "cook", "run", "call", "clean", "sleep"], random.int(2, 6))
        .map((title) => ({ title, done: random.chance(0.5) })),
    ],
    always: [[[]], [[{ done: true }, { done: false }]]],
  },
  {
    id: "all-tags",
    names: ["allTags", "collectTags", "uniqueTags", "tagList"],
    params: [["posts", "articles", "items", "list"]],
    en: [
      "{collect} all different tags of a list of posts, in order of first appearance",
      "{return} the distinct tags from the tags arrays of some objects, first seen first",
      "{take} posts that each have a list of tags and {list} every tag once, in the order they come up",
      "{gather} the tags of all articles without repeats, keeping their order",
      "unique tags of all posts, in order of appearance",
      "all distinct tags, first seen first",
      '= tags of all posts without doubles: [{ tags: ["a","b"] }, { tags: ["b","c"] }] -> ["a","b","c"]',
      "= how do i get a list of all tags from an array of posts with no duplicates? (post.tags is an array)",
      "= blog sidebar: every tag that is used in any post, once each, in the order of the posts",
      "= Flat-map the `tags` of each record and remove duplicates, preserving order.",
    ],
    zh: [
      "{收集所有文章的标签，去重并保持首次出现的顺序}",
      "{从每个对象的 tags 数组中取出所有不同的标签}",
      "所有标签去重",
      "= 每篇文章有 tags 数组，怎么得到所有用过的标签？不重复",
    ],
    answers: [
      `function \${name}(\${0}) {
  return [...new Set(\${0}.flatMap((post) => post.tags))];
}`,
      `function \${name}(\${0}) {
  const seen = [];
  for (const post of \${0}) {
    for (const tag of post.tags) {
      if (!seen.includes(tag)) seen.push(tag);
    }
  }
  return seen;
}`,
    ],
    args: (random) => [
      Array.from({ length: random.int(1, 4) }, () => ({
        title: random.pick(TEXT_WORDS),
        tags: random.some(["js", "css", "html", "node", "react"], random.int(0, 3)),
      })),
    ],
    always: [[[]], [[{ tags: ["a", "b"] }, { tags: ["b", "c"] }]]],
  },
  {
    id: "paginate",
    names: ["paginate", "getPage", "page", "pageOf"],
    params: [
      ["items", "list", "arr", "rows"],
      ["page", "pageNumber", "n", "number"],
      ["size", "pageSize", "perPage", "limit"],
    ],
    en: [
      "{return} one page of a list, given the page number (from 1) and the page size",
      "{take} items, a page number that starts at 1 and a number of items per page and {slice} out that page",
      "{paginate} an array: page 1 has the first size items, page 2 the next ones",
      "{get} the items that are shown on page n with k items on each page, pages count from 1",
      "pagination (first page is 1)",
      "page of a list by number and size, one-based",
      "= rows of page p (first page is 1): paginate([1,2,3,4,5], 2, 2) -> [3,4]",
      "= how do I implement pagination for an array? arguments: list, page (1 is the first), items per page",
      "= table with many rows and a pager below, which rows are on page p? pages start with 1, then the page size",
      "= Slice for a one-based page index; past the end gives an empty array.",
    ],
    zh: [
      "{返回列表的某一页，页码从 1 开始，并给出每页大小}",
      "{接收数组、页码（从 1 起）和每页条数，取出那一页}",
      "分页（页码从 1 开始）",
      "= 数组怎么分页？参数：列表、第几页、每页几条",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  const start = (\${1} - 1) * \${2};
  return \${0}.slice(start, start + \${2});
}`,
    ],
    args: (random) => [ints(random, 0, 50, 3, 9), random.int(1, 3), random.int(1, 4)],
    always: [
      [[], 1, 5],
      [[1, 2, 3, 4, 5], 2, 2],
      [[1, 2, 3], 2, 2],
    ],
  },
  {
    id: "join-by-id",
    names: ["joinById", "attachUsers", "withNames", "joinTables"],
    params: [
      ["orders", "posts", "rows", "items"],
      ["users", "people", "persons", "customers"],
    ],
    en: [
      "{add} to each order the name of its user, found by userId",
      "{join} two lists: every order gets a property name from the user whose id is its userId",
      "{take} orders with a userId and users with id and name and {return} orders that also have the name",
      "{attach} user names to orders as a field called name",
      "join orders with users to get the name",
      "left table orders.userId = users.id, add users.name as name",
      "= orders have userId, users have id and name. how do i put the user's name (as name) on each order?",
      '= [{ userId: 1, sum: 5 }] and [{ id: 1, name: "Tom" }] -> [{ userId: 1, sum: 5, name: "Tom" }]',
      "= like an sql join of orders and users, result rows: the order plus name. every user exists",
      "= Enrich each order record with the `name` of the user it refers to through `userId`.",
    ],
    zh: [
      "{给每个订单加上用户的名字 name，通过 userId 匹配}",
      "{连接两个列表：订单的 userId 对应用户的 id，把 name 加到订单上}",
      "订单和用户按 id 连接",
      "= 订单有 userId，用户有 id 和 name，怎么把名字放到订单上？",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0}.map((order) => {
    const user = \${1}.find((candidate) => candidate.id === order.userId);
    return { ...order, name: user.name };
  });
}`,
      `function \${name}(\${0}, \${1}) {
  const byId = new Map(\${1}.map((user) => [user.id, user.name]));
  return \${0}.map((order) => ({ ...order, name: byId.get(order.userId) }));
}`,
    ],
    args: (random) =>
      ((users) => [
        Array.from({ length: random.int(1, 4) }, () => ({
          userId: random.int(1, users.length),
          sum: random.int(1, 50),
        })),
        users,
      ])(people(random).map(({ id, name }) => ({ id, name }))),
    always: [
      [[], []],
      [[{ userId: 1, sum: 5 }], [{ id: 1, name: "Tom" }]],
    ],
  },
  {
    id: "account-balance",
    names: ["balance", "accountBalance", "computeBalance", "finalBalance"],
    params: [["transactions", "entries", "list", "moves"]],
    en: [
      "{compute} the balance of an account from its transactions: deposits add, withdrawals subtract",
      "{return} the sum of all deposits minus all withdrawals",
      '{take} transactions with a type ("deposit" or "withdrawal") and an amount and {work} out the balance',
      "{go} through bank transactions and {add} or {subtract} each amount depending on its type, deposit or withdrawal",
      "account balance from a list of deposits and withdrawals",
      "bank balance, starting at 0",
      '= transactions look like { type: "deposit", amount: 50 } or type "withdrawal". how much is in the account at the end?',
      '= [{ type: "deposit", amount: 50 }, { type: "withdrawal", amount: 20 }] -> 30',
      "= how do I calculate a balance from an array of { type, amount }, type is deposit or withdrawal",
      "= Fold a transaction log to its balance, beginning at zero.",
    ],
    zh: [
      "{根据交易记录计算账户余额：deposit 加，withdrawal 减}",
      "{返回所有存款减去所有取款的结果}",
      "账户余额",
      '= 交易是 { type: "deposit" 或 "withdrawal", amount }，怎么算最后余额？',
    ],
    answers: [
      `function \${name}(\${0}) {
  let balance = 0;
  for (const { type, amount } of \${0}) {
    if (type === "deposit") balance += amount;
    else balance -= amount;
  }
  return balance;
}`,
      `function \${name}(\${0}) {
  return \${0}.reduce((sum, { type, amount }) => (type === "deposit" ? sum + amount : sum - amount), 0);
}`,
    ],
    args: (random) => [
      Array.from({ length: random.int(1, 6) }, () => ({
        type: random.pick(["deposit", "withdrawal"]),
        amount: random.int(1, 90),
      })),
    ],
    always: [
      [[]],
      [
        [
          { type: "deposit", amount: 50 },
          { type: "withdrawal", amount: 20 },
        ],
      ],
    ],
  },
];
