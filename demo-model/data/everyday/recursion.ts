/** Recursive classics: factorials, powers, towers and sequences. */
import type { EverydayTask } from "./task.ts";

export const recursion: readonly EverydayTask[] = [
  {
    id: "factorial",
    names: ["factorial", "fact", "computeFactorial"],
    params: [["n", "num", "number"]],
    en: [
      "{compute} the factorial of a number",
      "{return} n! for a non-negative integer n",
      "factorial",
      "{multiply} all whole numbers from 1 to n (0 gives 1)",
      "= factorial in js, recursive if possible",
      "{calculate} 5 * 4 * 3 * 2 * 1 for 5, and the same for any n",
      "recursive factorial function",
      "{find} n factorial",
      "{take} an integer n >= 0 and {give} the product of all positive integers up to n, 1 for zero",
      "= how many ways are there to order n books on a shelf? (that's n!)",
      "{work} out the factorial of a non-negative int",
      "= classic beginner exercise: 4! = 24, write the function",
    ],
    zh: [
      "{计算一个数的阶乘}",
      "阶乘",
      "{用递归求 n 的阶乘}",
      "= js 写个阶乘函数，0 的阶乘是 1",
      "{返回 1 乘到 n 的积}",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0} <= 1 ? 1 : \${0} * \${name}(\${0} - 1);
}`,
      `function \${name}(\${0}) {
  let result = 1;
  for (let i = 2; i <= \${0}; i++) result *= i;
  return result;
}`,
    ],
    args: (random) => [random.int(0, 15)],
    always: [[0], [1], [5]],
  },
  {
    id: "fibonacci",
    names: ["fibonacci", "fib", "nthFibonacci"],
    params: [["n", "num", "index"]],
    en: [
      "{return} the nth Fibonacci number, with fib(0) = 0 and fib(1) = 1",
      "{compute} the Fibonacci number at index n, the sequence being 0, 1, 1, 2, 3, ... from index 0",
      "fibonacci number n (0 -> 0, 1 -> 1, 10 -> 55)",
      "{find} fib(n) recursively, starting from fib(0) = 0",
      "= fib function in js: f(0)=0, f(1)=1, f(n)=f(n-1)+f(n-2)",
      "{calculate} the number at position n (zero-based) of 0, 1, 1, 2, 3, 5, 8",
      "nth fibonacci, where the zeroth is 0 and the first is 1",
      "{take} n and {give} the n-th Fibonacci number, F0 = 0, F1 = 1",
      "each number is the sum of the two before, starting 0, 1; the one at index n",
      "= leetcode 509, fibonacci number",
      "{work} out the nth term of the Fibonacci sequence counting from term 0 = 0",
    ],
    zh: [
      "{返回第 n 个斐波那契数，fib(0)=0，fib(1)=1}",
      "斐波那契数（下标从 0 开始，第 0 项为 0）",
      "{用递归计算斐波那契数列的第 n 项，f(0)=0，f(1)=1}",
      "= js 写斐波那契，f(0)=0、f(1)=1",
      "= leetcode 509 斐波那契数",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0} < 2 ? \${0} : \${name}(\${0} - 1) + \${name}(\${0} - 2);
}`,
      `function \${name}(\${0}) {
  let [a, b] = [0, 1];
  for (let i = 0; i < \${0}; i++) [a, b] = [b, a + b];
  return a;
}`,
    ],
    args: (random) => [random.int(0, 25)],
    always: [[0], [1], [2], [10]],
  },
  {
    id: "fibonacci-sequence",
    names: ["fibonacciSequence", "fibSequence", "firstFibonacci", "fibList"],
    params: [["n", "count", "length"]],
    en: [
      "{return} the first n Fibonacci numbers as an array, starting with 0, 1",
      "{list} the first n terms of the Fibonacci sequence 0, 1, 1, 2, ...",
      "fibonacci sequence of length n, beginning 0, 1",
      "{generate} an array of n Fibonacci numbers, first 0 then 1",
      "= first 8 fibonacci numbers: [0,1,1,2,3,5,8,13]. for any count",
      "{take} a count and {build} the Fibonacci series with that many entries, from zero",
      "{make} a list that starts with 0 and 1 and goes on with sums of the last two, n entries long",
      "fibonacci series up to n terms, 0 first",
      "{produce} n numbers where each is the sum of the previous two, the first two being 0 and 1",
      "{create} the beginning of the Fibonacci sequence (0, 1, 1, 2, 3 ...), n items",
    ],
    zh: [
      "{返回前 n 个斐波那契数组成的数组，从 0、1 开始}",
      "斐波那契数列前 n 项（0 开头）",
      "{生成长度为 n 的斐波那契数组，例如 8 得 [0,1,1,2,3,5,8,13]}",
      "= 输出斐波那契数列的前 n 项，从 0 开始",
    ],
    answers: [
      `function \${name}(\${0}) {
  const sequence = [];
  for (let i = 0; i < \${0}; i++) {
    sequence.push(i < 2 ? i : sequence[i - 1] + sequence[i - 2]);
  }
  return sequence;
}`,
      `function \${name}(\${0}) {
  const sequence = [];
  let [a, b] = [0, 1];
  while (sequence.length < \${0}) {
    sequence.push(a);
    [a, b] = [b, a + b];
  }
  return sequence;
}`,
    ],
    args: (random) => [random.int(0, 25)],
    always: [[0], [1], [2], [8]],
  },
  {
    id: "power",
    names: ["power", "pow", "raise", "exponentiate"],
    params: [
      ["base", "x", "b"],
      ["exponent", "n", "e"],
    ],
    en: [
      "{raise} a number to a power",
      "{compute} base to the exponent",
      "power function",
      "{return} x multiplied by itself n times (n = 0 gives 1)",
      "= x to the n without Math.pow, n >= 0",
      "{calculate} b^e for a non-negative integer exponent",
      "{take} a base and an exponent and {return} the power",
      "exponentiation, recursive or not",
      "{find} what 2 to the 10th and the like come to: base first, exponent second",
      "= write my own pow(base, exponent)",
      "{multiply} the base by itself as often as the exponent says",
      "base raised to exponent",
    ],
    zh: [
      "{计算一个数的 n 次方}",
      "幂运算（底数，指数）",
      "{用递归求 x 的 n 次方，n 为非负整数}",
      "= 不用 Math.pow 实现乘方",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${1} === 0 ? 1 : \${0} * \${name}(\${0}, \${1} - 1);
}`,
      `function \${name}(\${0}, \${1}) {
  let result = 1;
  for (let i = 0; i < \${1}; i++) result *= \${0};
  return result;
}`,
      `const \${name} = (\${0}, \${1}) => \${0} ** \${1};`,
    ],
    args: (random) => [random.int(1, 9), random.int(0, 8)],
    always: [
      [2, 10],
      [5, 0],
      [1, 5],
    ],
  },
  {
    id: "countdown",
    names: ["countdown", "countDown", "countdownFrom"],
    params: [["n", "start", "from"]],
    en: [
      "{count} down from n to 0 and {return} the numbers as an array",
      "{return} [n, n - 1, ..., 1, 0]",
      "countdown from n to zero as an array",
      "{list} the numbers from n down to 0, both included",
      "= 3 -> [3,2,1,0], countdown in js",
      "{make} a countdown array that starts at a number and ends with 0",
      "{take} a starting number and {give} every whole number from it down to and including zero",
      "rocket launch countdown: array from n to 0",
      "{build} a descending list from n to 0",
      "numbers n to 0 going down, recursively if you like",
    ],
    zh: [
      "{从 n 倒数到 0，返回数组}",
      "倒计时数组，例如 3 得 [3, 2, 1, 0]",
      "{返回从 n 递减到 0 的所有整数（包括 0）}",
      "= 火箭发射倒计时，从 n 数到 0，放进数组",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0} === 0 ? [0] : [\${0}, ...\${name}(\${0} - 1)];
}`,
      `function \${name}(\${0}) {
  const numbers = [];
  for (let i = \${0}; i >= 0; i--) numbers.push(i);
  return numbers;
}`,
    ],
    args: (random) => [random.int(0, 20)],
    always: [[0], [1], [5]],
  },
  {
    id: "tribonacci",
    names: ["tribonacci", "trib", "nthTribonacci"],
    params: [["n", "num", "index"]],
    en: [
      "{return} the nth Tribonacci number, with T0 = 0, T1 = 1, T2 = 1",
      "{compute} the n-th term of 0, 1, 1, 2, 4, 7, 13, ... where each term is the sum of the three before it (index from 0)",
      "tribonacci number, T(0) = 0, T(1) = 1, T(2) = 1",
      "{find} T(n) where T0 = 0, T1 = T2 = 1 and then every value adds up the previous three",
      "= leetcode 1137 n-th tribonacci number",
      "{calculate} tribonacci of n: like Fibonacci but with the last three, starting 0, 1, 1",
      "{give} the number at zero-based position n in the sequence 0, 1, 1, 2, 4, 7",
      "{take} n and {work} out the tribonacci value, first three values 0, 1 and 1",
      "fibonacci with three terms (0, 1, 1 to begin with)",
      "{get} tribonacci(n) counting from tribonacci(0) = 0, followed by 1 and 1",
    ],
    zh: [
      "{返回第 n 个泰波那契数，T0=0，T1=1，T2=1}",
      "泰波那契数（前三项 0、1、1）",
      "{计算每项等于前三项之和的数列第 n 项，开头是 0、1、1}",
      "= leetcode 1137 第 N 个泰波那契数",
    ],
    answers: [
      `function \${name}(\${0}) {
  let [a, b, c] = [0, 1, 1];
  for (let i = 0; i < \${0}; i++) [a, b, c] = [b, c, a + b + c];
  return a;
}`,
      `function \${name}(\${0}) {
  if (\${0} === 0) return 0;
  if (\${0} <= 2) return 1;
  return \${name}(\${0} - 1) + \${name}(\${0} - 2) + \${name}(\${0} - 3);
}`,
    ],
    args: (random) => [random.int(0, 22)],
    always: [[0], [1], [2], [4]],
  },
  {
    id: "collatz-sequence",
    names: ["collatzSequence", "hailstone", "collatz"],
    params: [["n", "start", "number"]],
    en: [
      "{return} the Collatz sequence from n down to 1 as an array, both included",
      "{list} the numbers of the 3n + 1 process starting at n and ending at 1",
      "collatz sequence as array, e.g. 6 -> [6, 3, 10, 5, 16, 8, 4, 2, 1]",
      "{build} the hailstone sequence of a positive integer, from the number itself to 1",
      "= halve if even, 3n+1 if odd, collect everything until 1 (start included) in an array",
      "{generate} all values met when the Collatz rule is applied to n until it reaches 1",
      "{follow} a number through the Collatz rule and {return} the path, start and final 1 included",
      "hailstone numbers starting from n",
      "{take} a positive int and {give} its whole Collatz path ending in 1",
      "{write} down n, then n/2 or 3n+1, and so on to 1, as a list",
    ],
    zh: [
      "{返回从 n 到 1 的考拉兹序列数组，两端都包含}",
      "冰雹序列，例如 6 得 [6,3,10,5,16,8,4,2,1]",
      "{列出按 3n+1 规则从 n 变到 1 的所有数}",
      "= 偶数除以 2，奇数乘 3 加 1，把经过的数都放进数组直到 1",
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0} === 1) return [1];
  return [\${0}, ...\${name}(\${0} % 2 === 0 ? \${0} / 2 : 3 * \${0} + 1)];
}`,
      `function \${name}(\${0}) {
  const path = [\${0}];
  while (\${0} !== 1) {
    \${0} = \${0} % 2 === 0 ? \${0} / 2 : 3 * \${0} + 1;
    path.push(\${0});
  }
  return path;
}`,
    ],
    args: (random) => [random.int(1, 40)],
    always: [[1], [6]],
  },
  {
    id: "hanoi-move-count",
    names: ["hanoiMoves", "countHanoi", "hanoiCount"],
    params: [["n", "disks", "discs"]],
    en: [
      "{count} the moves needed to solve the Towers of Hanoi with n disks",
      "{return} the minimum number of moves for the Tower of Hanoi puzzle",
      "tower of hanoi, number of moves",
      "{tell} how many moves it takes at least to shift n discs from one peg to another in Towers of Hanoi",
      "= hanoi with 3 disks needs 7 moves. function for n disks pls",
      "{compute} the least amount of moves for a Hanoi tower of n discs",
      "minimal move count in Towers of Hanoi",
      "{work} out recursively how many steps Hanoi with n disks takes",
      "{calculate} how long (in moves) the monks need for n disks on three pegs, at best",
      "{find} the shortest solution length of Tower of Hanoi",
    ],
    zh: [
      "{计算 n 个盘子的汉诺塔最少需要移动多少次}",
      "汉诺塔移动次数",
      "{用递归求汉诺塔的最少步数}",
      "= 3 个盘子的汉诺塔要 7 步，n 个呢？",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0} === 0 ? 0 : 2 * \${name}(\${0} - 1) + 1;
}`,
      `function \${name}(\${0}) {
  return 2 ** \${0} - 1;
}`,
    ],
    args: (random) => [random.int(1, 20)],
    always: [[1], [3]],
  },
  {
    id: "hanoi-move-list",
    names: ["hanoi", "solveHanoi", "towerOfHanoi"],
    params: [["n", "disks", "discs"]],
    en: [
      '{list} the moves that solve Towers of Hanoi from peg A to peg C with B as the spare, each as "A->C"',
      '{return} an array of moves like "A->B" for n disks in Tower of Hanoi, from A to C',
      'tower of hanoi moves as strings such as "A->C" (start A, goal C, help B)',
      '{solve} the Towers of Hanoi for n discs and {give} the moves in order, written "A->B", moving everything from A to C',
      '= hanoi recursive, return array of "from->to" with pegs A, B, C. move the tower from A to C',
      '{print} nothing but {return} the Hanoi steps as an array of texts like "B->C", with the tower going from A to C via B',
      'hanoi solver: n disks on A have to get to C; result ["A->C"] for 1 disk',
      '{work} out the shortest list of moves "X->Y" for the Hanoi puzzle on pegs A, B and C, from A to C',
      '{take} a number of disks and {produce} the optimal Hanoi moves from A to C as strings with an arrow "->"',
      '{move} n disks from rod A to rod C using rod B, never a bigger one on a smaller one; {return} the moves as "A->C" strings',
    ],
    zh: [
      '{返回汉诺塔把 n 个盘子从 A 移到 C（借助 B）的步骤数组，每步写成 "A->C"}',
      '汉诺塔求解，步骤用 "A->B" 这样的字符串表示，从 A 到 C',
      '{用递归求汉诺塔的移动步骤，柱子为 A、B、C，从 A 移到 C，格式 "A->C"}',
      '= 汉诺塔递归，返回 ["A->B", "A->C", "B->C"] 这样的数组，从 A 移到 C',
    ],
    answers: [
      `function \${name}(\${0}, from = "A", to = "C", spare = "B") {
  if (\${0} === 0) return [];
  return [
    ...\${name}(\${0} - 1, from, spare, to),
    \`\${from}->\${to}\`,
    ...\${name}(\${0} - 1, spare, to, from),
  ];
}`,
      `function \${name}(\${0}) {
  const moves = [];
  const move = (count, from, to, spare) => {
    if (count === 0) return;
    move(count - 1, from, spare, to);
    moves.push(from + "->" + to);
    move(count - 1, spare, to, from);
  };
  move(\${0}, "A", "C", "B");
  return moves;
}`,
    ],
    args: (random) => [random.int(1, 5)],
    always: [[1], [2]],
  },
  {
    id: "ackermann",
    names: ["ackermann", "ack", "ackermannFunction"],
    params: [
      ["m", "a"],
      ["n", "b"],
    ],
    en: [
      "{compute} the Ackermann function A(m, n)",
      "{implement} the Ackermann function for small arguments",
      "ackermann function",
      "{return} n + 1 if m is 0, A(m - 1, 1) if n is 0, and A(m - 1, A(m, n - 1)) otherwise",
      "= Ackermann in js, ackermann(m, n)",
      "{calculate} Ackermann's function of two non-negative integers, the usual two-argument form",
      "{evaluate} A(m, n) recursively (Ackermann–Péter)",
      "the famous ackermann recursion with m and n",
      "{give} the value of the Ackermann-Péter function",
      "ackermann, e.g. m = 2 and n = 3 gives 9",
    ],
    zh: [
      "{计算阿克曼函数 A(m, n)}",
      "阿克曼函数",
      "{用递归实现 Ackermann 函数}",
      "= 写 ackermann(m, n)，m 为 0 时返回 n+1",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  if (\${0} === 0) return \${1} + 1;
  if (\${1} === 0) return \${name}(\${0} - 1, 1);
  return \${name}(\${0} - 1, \${name}(\${0}, \${1} - 1));
}`,
    ],
    args: (random) => [random.int(0, 2), random.int(0, 6)],
    always: [
      [0, 0],
      [1, 2],
      [2, 3],
    ],
  },
];
