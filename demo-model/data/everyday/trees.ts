/** Recursion over trees and brackets, and more ways to count. */
import type { Random } from "../random.ts";
import type { Json } from "../sample.ts";
import type { EverydayTask } from "./task.ts";

/** A binary tree of at most `depth` levels. */
function tree(random: Random, depth: number): Json {
  if (depth === 0 || random.chance(0.2)) return null;
  return { value: random.int(1, 20), left: tree(random, depth - 1), right: tree(random, depth - 1) };
}

export const trees: readonly EverydayTask[] = [
  {
    id: "tree-depth",
    names: ["treeDepth", "maxDepth", "heightOfTree", "treeHeight"],
    params: [["tree", "root", "node"]],
    en: [
      "{return} the depth of a binary tree of nodes with value, left and right, 0 for null",
      "{compute} the height of a binary tree whose nodes have left and right (null where there is none); null has 0, a single node 1",
      "max depth of a binary tree with left/right, null is 0",
      "{count} the nodes on the longest path from the root to a leaf, children are in left and right or null",
      "= leetcode 104: maximum depth of binary tree, root can be null",
      "{find} how many levels a binary tree has, where each node is an object with value, left, right and missing children are null",
      "{measure} how deep a tree of objects with left and right goes; an empty tree (null) is 0 deep",
      "number of levels of a binary tree given as nested objects with left and right, null meaning no node",
      "{take} the root of a binary tree and {return} its height in nodes (0 for null)",
      "{work} out recursively the depth of a tree with left and right children, null counting as zero",
    ],
    zh: [
      "{返回二叉树的深度，节点含 value、left、right，null 为 0}",
      "二叉树最大深度（left/right，空为 null）",
      "{计算二叉树有几层，空树 null 为 0 层}",
      "= leetcode 104 二叉树的最大深度",
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0} === null) return 0;
  return 1 + Math.max(\${name}(\${0}.left), \${name}(\${0}.right));
}`,
    ],
    args: (random) => [tree(random, 4)],
    always: [[null], [{ value: 1, left: null, right: null }]],
  },
  {
    id: "tree-sum",
    names: ["treeSum", "sumTree", "sumOfNodes"],
    params: [["tree", "root", "node"]],
    en: [
      "{add} up all values in a binary tree of nodes with value, left and right, null being an empty tree with sum 0",
      "{return} the sum of the value of every node in a binary tree (children in left and right, null if none)",
      "sum of a binary tree's values, nodes have value, left, right; null counts 0",
      "{total} the values of a tree given as nested objects with value, left and right",
      "= recursive sum over a binary tree: {value, left, right}, missing child = null",
      "{compute} the total of all node values in a tree; an absent subtree is null and adds nothing",
      "{visit} every node of a binary tree and {sum} its value (an empty tree, null, gives 0)",
      "tree total: value + left subtree + right subtree, null is zero",
      "{take} the root node of a binary tree or null and {give} the sum of all the numbers stored under value",
      "{walk} a tree with value/left/right and {add} all values together",
    ],
    zh: [
      "{求二叉树所有节点 value 之和，节点含 value、left、right，空为 null}",
      "二叉树求和（value、left、right），null 为 0",
      "{把二叉树每个节点的 value 加起来，空子树是 null}",
      "= 递归求二叉树所有值的和，节点有 value、left、right",
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0} === null) return 0;
  return \${0}.value + \${name}(\${0}.left) + \${name}(\${0}.right);
}`,
    ],
    args: (random) => [tree(random, 3)],
    always: [[null], [{ value: 5, left: null, right: null }]],
  },
  {
    id: "in-order-traversal",
    names: ["inOrder", "inorderTraversal", "traverse"],
    params: [["tree", "root", "node"]],
    en: [
      "{return} the values of a binary tree in order: left subtree, node, right subtree (nodes with value, left and right, null for none)",
      "{list} the values of a tree by in-order traversal; nodes have value, left and right, and null is an empty tree",
      "inorder traversal of a binary tree as an array, nodes with value/left/right or null",
      "{collect} all values of a binary tree, first the left side, then the node, then the right side",
      "= leetcode 94 inorder traversal but the field is called value",
      "{walk} a binary tree left - root - right and {return} an array of the values ([] for null)",
      "{traverse} nested objects with value, left and right in order and {give} the list of values",
      "tree to array, in-order",
      "{read} a binary search tree out in sorted order, i.e. left, own value, right; absent nodes are null",
      "{flatten} a binary tree into an array by visiting left child, node, right child",
    ],
    zh: [
      "{按中序遍历返回二叉树的值（左、根、右），节点含 value、left、right}",
      "二叉树中序遍历，空树返回 []",
      "{先左子树、再节点、再右子树，把所有 value 放进数组，空为 null}",
      "= leetcode 94 中序遍历，字段名是 value、left、right",
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0} === null) return [];
  return [...\${name}(\${0}.left), \${0}.value, ...\${name}(\${0}.right)];
}`,
      `function \${name}(\${0}) {
  const values = [];
  const visit = (node) => {
    if (!node) return;
    visit(node.left);
    values.push(node.value);
    visit(node.right);
  };
  visit(\${0});
  return values;
}`,
    ],
    args: (random) => [tree(random, 3)],
    always: [[null], [{ value: 2, left: { value: 1, left: null, right: null }, right: null }]],
  },
  {
    id: "nesting-depth",
    names: ["nestingDepth", "maxDepth", "parenthesesDepth"],
    params: [["text", "s", "expression"]],
    en: [
      "{return} the maximum nesting depth of parentheses in a string",
      "{find} how deeply round brackets are nested in a text, 0 if there are none",
      "max depth of parentheses",
      '{tell} the deepest level of "(" ... ")" in an expression (brackets are balanced)',
      "= leetcode 1614: maximum nesting depth of the parentheses",
      "{compute} how many parentheses are open at once at most",
      '{measure} the nesting level of brackets () in a formula, e.g. "(1+(2*3))" gives 2',
      "{take} an expression and {count} the largest number of parens around any one place",
      "parenthesis depth of a balanced string",
      '{go} through a string and {return} the highest count of unclosed "(" reached',
    ],
    zh: [
      "{返回字符串中括号的最大嵌套深度}",
      "括号嵌套深度，没有括号为 0",
      "{计算表达式里圆括号最深嵌套了几层}",
      "= leetcode 1614 括号的最大嵌套深度",
    ],
    answers: [
      `function \${name}(\${0}) {
  let depth = 0;
  let deepest = 0;
  for (const c of \${0}) {
    if (c === "(") depth++;
    if (c === ")") depth--;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}`,
    ],
    args: (random) => [
      random.pick([
        "()",
        "(())",
        "(1+(2*3))",
        "a(b(c)d)",
        "((()))()",
        "f(g(h(x)))",
        "1+2",
        "(a)(b)",
        "((1)+((2)))",
        "(((x+1)))*2",
      ]),
    ],
    always: [["1+2"], ["(1+(2*3))"], ["()()"]],
  },
  {
    id: "count-coin-ways",
    names: ["countWays", "coinWays", "waysToPay"],
    params: [["amount", "n", "cents"]],
    en: [
      "{count} the ways to pay an amount with coins of 1, 2 and 5 (order does not matter, unlimited coins)",
      "{return} how many combinations of 1, 2 and 5 cent coins add up to a given number of cents",
      "coin combinations for an amount with coins 1, 2, 5",
      "{find} in how many ways a sum can be made from coins worth 1, 2 or 5, regardless of order",
      "= coin change, number of ways. coins [1,2,5] fixed, amount is the argument",
      "{compute} the number of different sets of 1-, 2- and 5-coins with a given total",
      "{tell} how many ways there are to make change for n using coins of value 1, 2 and 5, where order doesn't count",
      "number of ways to split an amount into 1s, 2s and 5s (5 -> 4 ways)",
      "{work} out the count of coin collections of 1, 2, 5 worth exactly the amount",
      "{calculate} how many unordered ways lead to an amount if all coins are 1, 2 or 5",
    ],
    zh: [
      "{计算用面值 1、2、5 的硬币凑出某金额有多少种组合（不计顺序）}",
      "硬币组合数，面值 1、2、5",
      "{返回用 1 分、2 分、5 分凑成给定金额的方法数，顺序不同算同一种}",
      "= 零钱兑换 II，面值固定为 1、2、5，参数是金额",
    ],
    answers: [
      `function \${name}(\${0}) {
  const ways = [1, ...new Array(\${0}).fill(0)];
  for (const coin of [1, 2, 5]) {
    for (let i = coin; i <= \${0}; i++) ways[i] += ways[i - coin];
  }
  return ways[\${0}];
}`,
      `function \${name}(\${0}) {
  const count = (rest, coins) => {
    if (rest === 0) return 1;
    if (rest < 0 || coins.length === 0) return 0;
    return count(rest - coins[0], coins) + count(rest, coins.slice(1));
  };
  return count(\${0}, [5, 2, 1]);
}`,
    ],
    args: (random) => [random.int(0, 60)],
    always: [[0], [1], [5], [10]],
  },
  {
    id: "josephus",
    names: ["josephus", "survivor", "lastOneStanding"],
    params: [
      ["n", "people", "count"],
      ["k", "step", "every"],
    ],
    en: [
      "{solve} the Josephus problem: n people in a circle numbered from 1, every k-th is removed, {return} the last one left",
      "{return} the survivor's number when n people stand in a circle (1 to n) and every kth is taken out",
      "josephus problem, 1-based survivor, args n and k",
      "{find} who remains last if every k-th of n children in a ring leaves the game; numbering starts at one",
      "= josephus survivor n=7 k=3 -> 4",
      "{work} out the position (from 1) that survives counting out each k-th person in a circle of n",
      "{tell} which seat from 1 to n wins when you go round the table and every k-th guest has to go",
      "counting-out game with n players, each k-th is out, number of the winner (players are 1..n)",
      "{compute} the safe place in the Josephus circle, with places numbered 1 to n and step k",
      "{simulate} a counting rhyme that kicks out every k-th kid of n and {give} the last kid's number, first kid is 1",
    ],
    zh: [
      "{解决约瑟夫问题：n 个人围成一圈，编号从 1 开始，每数到 k 的人出列，返回最后剩下的编号}",
      "约瑟夫环，返回幸存者编号（从 1 开始）",
      "{n 个人围圈报数，数到 k 的出局，求最后一个人的编号，编号从 1 起}",
      "= 约瑟夫问题 n=7 k=3 答案 4，写函数",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  let place = 0;
  for (let size = 2; size <= \${0}; size++) place = (place + \${1}) % size;
  return place + 1;
}`,
      `function \${name}(\${0}, \${1}) {
  const circle = Array.from({ length: \${0} }, (_, i) => i + 1);
  let i = 0;
  while (circle.length > 1) {
    i = (i + \${1} - 1) % circle.length;
    circle.splice(i, 1);
  }
  return circle[0];
}`,
    ],
    args: (random) => [random.int(1, 30), random.int(1, 7)],
    always: [
      [1, 3],
      [7, 3],
      [5, 2],
    ],
  },
  {
    id: "binomial",
    names: ["binomial", "choose", "combinations", "nCr"],
    params: [
      ["n", "total", "items"],
      ["k", "chosen", "r"],
    ],
    en: [
      "{compute} n choose k",
      "{return} the number of ways to pick k items out of n",
      "binomial coefficient",
      "{count} how many different teams of k people can be formed from n people",
      "= nCr in js",
      "{calculate} the combinations count C(n, k), order not important",
      "{find} in how many ways k things can be selected from n things",
      "binomial coefficient n over k (k is at most n)",
      "{work} out how many hands of k cards a deck of n cards has",
      "{tell} the number of k-element subsets of a set with n elements",
      "= lotto: how many ways to choose 6 out of 49? i need it for any n and k",
    ],
    zh: ["{计算组合数 C(n, k)}", "二项式系数", "{返回从 n 个元素中选 k 个有多少种选法}", "= js 求 n 选 k 的组合数"],
    answers: [
      `function \${name}(\${0}, \${1}) {
  let result = 1;
  for (let i = 1; i <= \${1}; i++) result = (result * (\${0} - i + 1)) / i;
  return result;
}`,
      `function \${name}(\${0}, \${1}) {
  if (\${1} === 0 || \${1} === \${0}) return 1;
  return \${name}(\${0} - 1, \${1} - 1) + \${name}(\${0} - 1, \${1});
}`,
    ],
    args: (random) => {
      const n = random.int(0, 16);
      return [n, random.int(0, n)];
    },
    always: [
      [5, 2],
      [5, 0],
      [6, 6],
    ],
  },
];
