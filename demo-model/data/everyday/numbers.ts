/** Primes and common divisors of whole numbers. */
import type { EverydayTask } from "./task.ts";

export const numbers: readonly EverydayTask[] = [
  {
    id: "is-even",
    names: ["isEven", "checkEven", "evenCheck"],
    params: [["n", "num", "number"]],
    en: [
      "{check} if a number is even",
      "{tell} me whether an integer is even or not, as true or false",
      "{return} true for even numbers and false for odd ones",
      "even number check",
      "an isEven helper that says true or false",
      "{take} an integer and {report} whether it divides by two without anything left over",
      "{say} if a given whole number is even (true) or odd (false)",
      "= how do I test if a number is even in javascript? want a function that gives true/false",
      "= even or not? need a tiny js function, boolean result",
      "{find} out if some number is a multiple of 2 and {return} a boolean",
      "{decide} whether an int is even. negative ints count too",
      "a boolean test for evenness",
    ],
    zh: [
      "{判断一个整数是不是偶数}",
      "偶数判断函数，返回布尔值",
      "{检查数字是否为偶数，是就返回 true，否则返回 false}",
      "= js 怎么判断一个数是偶数？写个函数，返回 true 或 false",
      "{看看一个数能不能被 2 整除}",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0} % 2 === 0;
}`,
      `const \${name} = (\${0}) => \${0} % 2 === 0;`,
    ],
    args: (random) => [random.int(-60, 60)],
    always: [[0], [-3], [10]],
  },
  {
    id: "is-odd",
    names: ["isOdd", "checkOdd", "oddCheck"],
    params: [["n", "num", "number"]],
    en: [
      "{check} whether a number is odd",
      "{return} true if a number is odd, else false",
      "odd number test",
      "{tell} if a non-negative integer is odd",
      "= quick one: js function, is this number odd? true/false",
      "{find} out if dividing by 2 leaves a remainder, as a boolean",
      "{take} a whole number and {say} whether it's odd",
      "isOdd check for positive ints",
      "{see} if a count is an odd one (boolean please)",
      "{determine} if the given integer is not even",
      "= i have a number of players and need to know if it is odd, function returning true or false",
    ],
    zh: [
      "{判断一个数是不是奇数}",
      "奇数判断",
      "{检查一个整数是否为奇数，返回 true 或 false}",
      "{数字是单数时返回 true，双数时返回 false}",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0} % 2 !== 0;
}`,
      `const \${name} = (\${0}) => \${0} % 2 === 1;`,
    ],
    args: (random) => [random.int(0, 99)],
    always: [[0], [7]],
  },
  {
    id: "is-prime",
    names: ["isPrime", "checkPrime", "primeCheck", "testPrime"],
    params: [["n", "num", "number"]],
    en: [
      "{check} whether a number is prime",
      "{check} if a number is a prime number, true or false",
      "prime number checker",
      "{take} a number and {tell} me if it's prime",
      "{return} true when an integer has no divisors other than 1 and itself, and false otherwise (0 and 1 are not prime)",
      "= how do i find out if a number is prime in js? i want true or false back",
      "{test} an integer for primality",
      "= I need a function that says whether 97 (or any other number) is a prime. boolean.",
      "primality test",
      "{determine} if n is prime, keeping in mind that 1 isn't",
      "{say} whether a positive integer is prime or composite: true for prime, false for everything else",
      "{see} if something is a prime",
      "is it a prime? true/false",
      "{figure} out whether a given whole number greater than one can only be divided by one and itself, {return} a boolean",
    ],
    zh: [
      "{判断一个数是不是质数}",
      "质数判断",
      "{检查一个整数是否为素数，返回布尔值}",
      "= 怎么用 js 判断一个数是不是素数？是就返回 true",
      "素数检测函数",
      "{如果数字是质数就返回 true，否则返回 false}",
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0} < 2) return false;
  for (let i = 2; i * i <= \${0}; i++) {
    if (\${0} % i === 0) return false;
  }
  return true;
}`,
      `function \${name}(\${0}) {
  if (\${0} <= 1) return false;
  for (let i = 2; i <= Math.sqrt(\${0}); i++) {
    if (\${0} % i === 0) {
      return false;
    }
  }
  return true;
}`,
    ],
    args: (random) => [random.int(1, 120)],
    always: [[0], [1], [2], [97], [91]],
  },
  {
    id: "primes-up-to",
    names: ["primesUpTo", "getPrimes", "listPrimes", "sieve"],
    params: [["n", "limit", "max"]],
    en: [
      "{list} all primes up to a number, including it if it is prime",
      "{return} an array of every prime number from 2 up to and including n",
      "sieve of Eratosthenes that returns the primes up to n",
      "{get} all prime numbers less than or equal to a limit",
      "{find} the primes that are not greater than a given number",
      "{collect} every prime between 2 and a maximum (inclusive) into an array",
      "primes up to a limit, as a list",
      "= give me all the primes till n in an array, e.g. 10 -> [2,3,5,7]",
      "= js function: primes up to n inclusive please",
      "{generate} the list of primes ≤ n",
      "{take} an upper bound and {return} the primes up to that bound, in ascending order (the bound counts too)",
    ],
    zh: [
      "{返回不大于 n 的所有质数}",
      "{列出 2 到 n 之间的全部素数，包括 n}",
      "n 以内（含 n）的质数列表",
      "= 用 js 求 n 以内所有质数，比如 10 得到 [2,3,5,7]",
      "{用筛法找出小于等于给定数的素数，返回数组}",
    ],
    answers: [
      `function \${name}(\${0}) {
  const primes = [];
  for (let i = 2; i <= \${0}; i++) {
    if (primes.every((p) => i % p !== 0)) primes.push(i);
  }
  return primes;
}`,
      `function \${name}(\${0}) {
  const composite = new Array(\${0} + 1).fill(false);
  const primes = [];
  for (let i = 2; i <= \${0}; i++) {
    if (composite[i]) continue;
    primes.push(i);
    for (let j = i * i; j <= \${0}; j += i) composite[j] = true;
  }
  return primes;
}`,
    ],
    args: (random) => [random.int(2, 90)],
    always: [[1], [2], [30]],
  },
  {
    id: "next-prime",
    names: ["nextPrime", "getNextPrime", "findNextPrime"],
    params: [["n", "num", "start"]],
    en: [
      "{find} the next prime after a number",
      "{return} the smallest prime strictly greater than n",
      "next prime finder (7 gives 11)",
      "{take} an integer and {give} back the first prime above it",
      "= what's the next prime after a given number? need it as a js function, e.g. 14 -> 17, 13 -> 17",
      "{get} the first prime number bigger than the input",
      "{search} upward from a number until a prime turns up; the number itself does not count",
      "the prime that follows a given number",
      "{tell} which prime comes right after n",
      "smallest prime larger than n",
    ],
    zh: [
      "{返回大于 n 的最小质数}",
      "下一个质数",
      "{找出给定数字之后的第一个素数，不包括它自己}",
      "= 比如输入 7 得到 11，求下一个质数的函数",
    ],
    answers: [
      `function \${name}(\${0}) {
  const isPrime = (x) => {
    for (let i = 2; i * i <= x; i++) {
      if (x % i === 0) return false;
    }
    return x > 1;
  };
  let next = \${0} + 1;
  while (!isPrime(next)) next++;
  return next;
}`,
    ],
    args: (random) => [random.int(0, 150)],
    always: [[1], [7], [13]],
  },
  {
    id: "nth-prime",
    names: ["nthPrime", "getNthPrime", "primeAt"],
    params: [["n", "k", "position"]],
    en: [
      "{find} the nth prime number, where the 1st is 2",
      "{return} the n-th prime (n = 1 gives 2, n = 2 gives 3)",
      "nth prime",
      "{get} prime number k, counting from 2 as the first",
      "= project euler style: what is the 6th prime? 13. function for any n please",
      "{compute} which prime stands at position n in the list 2, 3, 5, 7, ... (positions start at one)",
      "{take} a position such as 4 and {give} the prime at it, here 7",
      "{look} up the nth prime, first prime being 2",
      "k-th prime number, 1-based",
      "{tell} me the prime with the given rank (rank 1 is 2, rank 3 is 5)",
    ],
    zh: [
      "{返回第 n 个质数，第一个是 2}",
      "第 n 个素数（n 从 1 开始）",
      "{求第 n 个质数，比如第 6 个是 13}",
      "{从 2 开始数，找到排在第 n 位的素数}",
    ],
    answers: [
      `function \${name}(\${0}) {
  const primes = [];
  for (let i = 2; primes.length < \${0}; i++) {
    if (primes.every((p) => i % p !== 0)) primes.push(i);
  }
  return primes[\${0} - 1];
}`,
      `function \${name}(\${0}) {
  let count = 0;
  let candidate = 1;
  while (count < \${0}) {
    candidate++;
    let prime = true;
    for (let i = 2; i * i <= candidate; i++) {
      if (candidate % i === 0) prime = false;
    }
    if (prime) count++;
  }
  return candidate;
}`,
    ],
    args: (random) => [random.int(1, 30)],
    always: [[1], [6]],
  },
  {
    id: "prime-factors",
    names: ["primeFactors", "factorize", "getPrimeFactors"],
    params: [["n", "num", "number"]],
    en: [
      "{return} the prime factors of a number with repeats, smallest first",
      "{factorize} an integer into primes: 12 becomes [2, 2, 3]",
      "prime factorization as an array (each factor as often as it divides)",
      "{break} a number down into its prime factors in ascending order, e.g. 60 -> [2,2,3,5]",
      "= how can i get the prime factors of a number in js, like 12 => [2,2,3]",
      "{find} all prime factors of n, listing a factor again each time it divides",
      "{decompose} a whole number above 1 into a sorted list of primes whose product is that number",
      "integer factorization, returning something like [2, 3, 3] for 18",
      "{split} n into primes that multiply back to n, lowest first",
      "{compute} the list of prime factors, duplicates included, sorted from small to large",
    ],
    zh: [
      "{把一个整数分解质因数，返回从小到大的数组，重复的也要列出}",
      "质因数分解，例如 12 得到 [2, 2, 3]",
      "{返回一个数的所有质因数（含重复），由小到大}",
      "= 用 js 做质因数分解，18 返回 [2,3,3]",
    ],
    answers: [
      `function \${name}(\${0}) {
  const factors = [];
  let rest = \${0};
  for (let p = 2; rest > 1; p++) {
    while (rest % p === 0) {
      factors.push(p);
      rest /= p;
    }
  }
  return factors;
}`,
      `function \${name}(\${0}) {
  const factors = [];
  let divisor = 2;
  while (\${0} > 1) {
    if (\${0} % divisor === 0) {
      factors.push(divisor);
      \${0} = \${0} / divisor;
    } else {
      divisor++;
    }
  }
  return factors;
}`,
    ],
    args: (random) => [random.int(2, 400)],
    always: [[12], [97], [64]],
  },
  {
    id: "gcd",
    names: ["gcd", "greatestCommonDivisor", "findGcd", "hcf"],
    params: [
      ["a", "x", "first", "m"],
      ["b", "y", "second", "n"],
    ],
    en: [
      "{compute} the greatest common divisor of two numbers",
      "{find} the gcd of two integers",
      "greatest common divisor",
      "{return} the largest number that divides both of two positive integers",
      "gcd with Euclid's algorithm",
      "{get} the highest common factor (hcf) of two numbers",
      "= biggest number that goes evenly into both 12 and 18 is 6, need that for any two numbers",
      "{calculate} the GCD of a pair of positive ints",
      "= euclidean algorithm in js pls",
      "{take} two whole numbers and {work} out their greatest common factor",
      "{tell} what the largest shared divisor of two numbers is",
      "hcf of two numbers",
    ],
    zh: [
      "{求两个数的最大公约数}",
      "最大公约数",
      "{用辗转相除法计算两个整数的最大公因数}",
      "= js 写一个求最大公约数的函数",
      "{返回能同时整除两个正整数的最大的数}",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  while (\${1} !== 0) {
    [\${0}, \${1}] = [\${1}, \${0} % \${1}];
  }
  return \${0};
}`,
      `function \${name}(\${0}, \${1}) {
  return \${1} === 0 ? \${0} : \${name}(\${1}, \${0} % \${1});
}`,
      `function \${name}(\${0}, \${1}) {
  while (\${1}) {
    const rest = \${0} % \${1};
    \${0} = \${1};
    \${1} = rest;
  }
  return \${0};
}`,
    ],
    args: (random) => [random.int(1, 12) * random.int(1, 12), random.int(1, 12) * random.int(1, 12)],
    always: [
      [12, 18],
      [7, 13],
      [5, 5],
    ],
  },
  {
    id: "lcm",
    names: ["lcm", "leastCommonMultiple", "findLcm"],
    params: [
      ["a", "x", "first"],
      ["b", "y", "second"],
    ],
    en: [
      "{compute} the least common multiple of two numbers",
      "{find} the lcm of two positive integers",
      "least common multiple",
      "{return} the smallest positive number that both arguments divide evenly",
      "lcm calculator for two ints",
      "= two buses leave every a and b minutes, when do they leave together again? i.e. the lcm",
      "{get} the lowest common multiple of a pair of numbers",
      "{work} out the smallest number that is a multiple of both inputs",
      "{calculate} LCM (4 and 6 give 12)",
      "= least common multiple in javascript?",
      "{take} two whole numbers above zero and {give} back their least common multiple",
    ],
    zh: [
      "{求两个数的最小公倍数}",
      "最小公倍数",
      "{计算两个正整数的最小公倍数，例如 4 和 6 得 12}",
      "= 怎么用 js 求最小公倍数",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  let multiple = \${0};
  while (multiple % \${1} !== 0) multiple += \${0};
  return multiple;
}`,
      `function \${name}(\${0}, \${1}) {
  const gcd = (x, y) => (y === 0 ? x : gcd(y, x % y));
  return (\${0} * \${1}) / gcd(\${0}, \${1});
}`,
    ],
    args: (random) => [random.int(1, 40), random.int(1, 40)],
    always: [
      [4, 6],
      [7, 7],
      [1, 9],
    ],
  },
  {
    id: "are-coprime",
    names: ["areCoprime", "isCoprime", "coprime"],
    params: [
      ["a", "x", "first"],
      ["b", "y", "second"],
    ],
    en: [
      "{check} if two numbers are coprime",
      "{tell} whether two positive integers share no common factor except 1",
      "coprime check, true or false",
      "{return} true if the gcd of two numbers is 1",
      "{decide} whether a pair of integers is relatively prime",
      "= are 8 and 9 coprime? yes. i want a function returning true/false for any two",
      "relatively prime test for two integers",
      "{say} if nothing bigger than one divides both numbers",
      "{take} two whole numbers and {see} if their greatest common divisor equals one",
      "{determine} whether a fraction of two positive ints can't be reduced any further, as a boolean",
    ],
    zh: [
      "{判断两个数是否互质}",
      "互质判断",
      "{如果两个正整数的最大公约数是 1 就返回 true，否则返回 false}",
      "{检查两个整数除了 1 以外有没有公因数，没有则返回 true}",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  while (\${1} !== 0) {
    [\${0}, \${1}] = [\${1}, \${0} % \${1}];
  }
  return \${0} === 1;
}`,
      `function \${name}(\${0}, \${1}) {
  const gcd = (x, y) => (y === 0 ? x : gcd(y, x % y));
  return gcd(\${0}, \${1}) === 1;
}`,
    ],
    args: (random) => [random.int(1, 40), random.int(1, 40)],
    always: [
      [8, 9],
      [6, 9],
      [1, 5],
    ],
  },
];
