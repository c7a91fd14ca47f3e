/** Decisions by rules that the wording states. */
import type { EverydayTask } from "./task.ts";

export const logic: readonly EverydayTask[] = [
  {
    id: "pass-or-fail",
    names: ["passOrFail", "result", "hasPassed", "checkPass"],
    params: [["score", "points", "s"]],
    en: [
      '{return} "pass" for a score of 50 or more and "fail" for less',
      '{tell} whether an exam is a "pass" (at least 50 points) or a "fail"',
      '"pass" or "fail" by score, 50 is the minimum to pass',
      '{decide} between "pass" and "fail": 50 points are enough',
      '= score >= 50 -> "pass" else "fail"',
      '{say} "fail" when the points are below 50, otherwise "pass"',
      '{check} a test result: "pass" with 50 and above, "fail" with 49 and below',
      '{take} the points of an exam and {give} "pass" from 50 on, "fail" under 50',
      '{judge} an exam by its score, half of 100 points (50) being just enough for "pass", anything lower is "fail"',
      'exam outcome as a word, "pass" if not under 50, else "fail"',
    ],
    zh: [
      '{分数大于等于 50 返回 "pass"，否则返回 "fail"}',
      '及格判断，50 分及格，返回 "pass" 或 "fail"',
      '{根据考试分数给出 "pass" 或 "fail"，50 分起算通过}',
      '= score 不低于 50 就是 "pass"，低于 50 是 "fail"',
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0} >= 50 ? "pass" : "fail";
}`,
      `function \${name}(\${0}) {
  if (\${0} < 50) return "fail";
  return "pass";
}`,
    ],
    args: (random) => [random.int(20, 80)],
    always: [[50], [49], [100]],
  },
  {
    id: "can-vote",
    names: ["canVote", "isAdult", "isOfAge"],
    params: [["age", "years", "a"]],
    en: [
      "{check} if someone is at least 18 years old",
      "{tell} whether a person of a given age may vote, voting age being 18",
      "is adult (18 or older)",
      "{return} true if an age is 18 or more",
      "= can a person vote? age in, boolean out, 18 and up may",
      "{decide} if somebody is of age, that is 18 or over",
      "{say} true for adults, false for anyone under eighteen",
      "{test} whether an age allows buying a ticket for an 18+ film",
      "age check for 18",
      "{see} if a user has reached the age of 18",
    ],
    zh: [
      "{判断一个人是否年满 18 岁}",
      "成年判断（18 岁及以上）",
      "{年龄大于等于 18 返回 true，否则 false}",
      "= 18 岁才能投票，写个函数判断能不能投",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0} >= 18;
}`,
      `const \${name} = (\${0}) => \${0} >= 18;`,
    ],
    args: (random) => [random.int(8, 30)],
    always: [[18], [17], [40]],
  },
  {
    id: "basic-calculator",
    names: ["calculator", "calculate", "operate", "compute"],
    params: [
      ["a", "x", "left"],
      ["operator", "op", "sign"],
      ["b", "y", "right"],
    ],
    en: [
      '{apply} an operator "+", "-", "*" or "/" to two numbers; the arguments are number, operator, number',
      "{calculate} with a number, an operator as a string (+, -, * or /) and another number",
      "simple calculator (a, op, b) for + - * /",
      '{return} the result of a op b, where op is one of "+", "-", "*" and "/"',
      "= calculator with a switch: first number, operator string, second number",
      "{take} two numbers with an operation sign between them as arguments and {compute} the result",
      'four function calculator, called like (6, "/", 3)',
      '{do} plus, minus, times or divided by, depending on the second argument "+", "-", "*", "/"',
      "{perform} basic arithmetic: left number, one of + - * / as text, right number",
      "{work} out a + b, a - b, a * b or a / b; the sign is passed as the middle argument",
    ],
    zh: [
      '{根据运算符 "+"、"-"、"*"、"/" 计算两个数，参数顺序是数、运算符、数}',
      "简单计算器 (a, op, b)，支持加减乘除",
      "{对两个数做加减乘除，中间的参数是运算符字符串}",
      '= 写一个计算器函数，像 (6, "/", 3) 这样调用',
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  if (\${1} === "+") return \${0} + \${2};
  if (\${1} === "-") return \${0} - \${2};
  if (\${1} === "*") return \${0} * \${2};
  return \${0} / \${2};
}`,
      `function \${name}(\${0}, \${1}, \${2}) {
  switch (\${1}) {
    case "+":
      return \${0} + \${2};
    case "-":
      return \${0} - \${2};
    case "*":
      return \${0} * \${2};
    case "/":
      return \${0} / \${2};
  }
}`,
    ],
    args: (random) => {
      const [b, q] = [random.int(1, 12), random.int(0, 12)];
      const op = random.pick(["+", "-", "*", "/"]);
      return [op === "/" ? b * q : random.int(0, 60), op, b];
    },
    always: [
      [6, "/", 3],
      [2, "+", 2],
      [3, "-", 5],
    ],
  },
  {
    id: "exclusive-or",
    names: ["xor", "exactlyOne", "either"],
    params: [
      ["a", "first", "p"],
      ["b", "second", "q"],
    ],
    en: [
      "{return} true if exactly one of two booleans is true",
      "{check} that one of two flags is set but not both",
      "logical xor of two booleans",
      "exclusive or",
      "= either a or b but not both, booleans",
      "{tell} whether two boolean values differ",
      "{decide} if just one of two conditions holds",
      "{say} true when one argument is true and the other false",
      "xor gate with true/false inputs",
      '{test} for "one or the other, never both" on two booleans',
    ],
    zh: [
      "{两个布尔值恰好有一个为 true 时返回 true}",
      "逻辑异或",
      "{判断两个布尔值是否一真一假}",
      "= js 怎么实现 xor，输入两个布尔值",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0} !== \${1};
}`,
      `function \${name}(\${0}, \${1}) {
  return (\${0} || \${1}) && !(\${0} && \${1});
}`,
    ],
    args: (random) => [random.chance(0.5), random.chance(0.5)],
    always: [
      [true, true],
      [true, false],
      [false, true],
      [false, false],
    ],
  },
  {
    id: "majority-of-three",
    names: ["majority", "atLeastTwo", "majorityVote"],
    params: [
      ["a", "first", "x"],
      ["b", "second", "y"],
      ["c", "third", "z"],
    ],
    en: [
      "{return} true if at least two of three booleans are true",
      "{decide} by majority among three yes/no votes (booleans)",
      "majority of three booleans",
      "{check} whether two or more out of three flags are on",
      "= two out of three judges say yes (true) -> true, otherwise false",
      "{tell} what most of three boolean values are",
      "at least two of three true",
      "{take} three booleans and {say} which value wins the vote",
      "{see} if the majority of three conditions holds",
      "2 of 3 check for boolean arguments",
    ],
    zh: [
      "{三个布尔值中至少两个为 true 时返回 true}",
      "三票多数表决",
      "{判断三个条件里是否有两个或以上成立}",
      "= 三个裁判两个同意就通过，输入三个布尔值",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return (\${0} && \${1}) || (\${0} && \${2}) || (\${1} && \${2});
}`,
      `function \${name}(\${0}, \${1}, \${2}) {
  return [\${0}, \${1}, \${2}].filter(Boolean).length >= 2;
}`,
    ],
    args: (random) => [random.chance(0.5), random.chance(0.5), random.chance(0.5)],
    always: [
      [true, true, false],
      [true, false, false],
      [true, true, true],
    ],
  },
  {
    id: "traffic-light-next",
    names: ["nextLight", "nextColor", "changeLight"],
    params: [["light", "color", "current"]],
    en: [
      '{return} the next traffic light: "red" to "green", "green" to "yellow", "yellow" to "red"',
      "{switch} a traffic light to its next colour (red, then green, then yellow, then red again)",
      "next traffic light color, order green, yellow, red, green",
      '{tell} which light follows: after "green" comes "yellow", after "yellow" "red" and after "red" "green"',
      "= traffic light: red -> green -> yellow -> red, give me the next one for a string",
      '{take} "red", "yellow" or "green" and {give} the light that comes after it: red turns green, green turns yellow, yellow turns red',
      "{change} a signal from green to yellow, from yellow to red, from red to green, as strings",
      "{move} a simple traffic light one step on; it goes red, green, yellow and round again",
      'update light kata: "green" becomes "yellow", "yellow" becomes "red", "red" becomes "green"',
      '{cycle} traffic light colours in the order "green", "yellow", "red", starting over after red, and {return} the one after the given colour',
    ],
    zh: [
      '{返回红绿灯的下一个状态："red" 到 "green"，"green" 到 "yellow"，"yellow" 到 "red"}',
      "红绿灯切换（red、green、yellow 循环）",
      "{给出当前灯色，返回下一个灯色：绿变黄、黄变红、红变绿，用英文小写}",
      "= 红绿灯 red -> green -> yellow -> red，写个函数返回下一个",
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0} === "red") return "green";
  if (\${0} === "green") return "yellow";
  return "red";
}`,
      `function \${name}(\${0}) {
  return { red: "green", green: "yellow", yellow: "red" }[\${0}];
}`,
    ],
    args: (random) => [random.pick(["red", "green", "yellow"])],
    always: [["red"], ["green"], ["yellow"]],
  },
  {
    id: "ticket-price",
    names: ["ticketPrice", "getTicketPrice", "entryFee"],
    params: [["age", "years", "a"]],
    en: [
      "{return} the ticket price by age: 5 under 12, 7 from 65 on, otherwise 10",
      "{work} out what a cinema ticket costs: children under 12 pay 5, people of 65 and older 7, all others 10",
      "ticket price: below 12 years 5, 65+ 7, else 10",
      "{compute} the entrance fee: 10 for adults, 5 for kids younger than 12, 7 for seniors (65 or more)",
      "= age -> price. <12: 5, >=65: 7, rest: 10",
      "{tell} the museum price for a visitor's age, where under twelves pay 5, those aged 65 or over pay 7 and everybody else pays 10",
      "{charge} 10 normally, 5 if the age is less than 12, 7 if the age is at least 65",
      "{find} the right fare by age: child (up to 11) 5, senior (65 and up) 7, standard 10",
      "zoo entry by age, 5 for 0-11, 10 for 12-64, 7 for 65 and above",
      "{take} an age and {give} the ticket's cost, which is 5 before the 12th birthday, 7 from the 65th, and 10 in between",
    ],
    zh: [
      "{按年龄返回票价：12 岁以下 5，65 岁及以上 7，其余 10}",
      "门票价格（小于 12 岁 5 元，65 岁起 7 元，其他 10 元）",
      "{计算电影票价，不满 12 岁 5，满 65 岁 7，其他人 10}",
      "= 年龄 <12 票价 5，>=65 票价 7，其余 10",
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0} < 12) return 5;
  if (\${0} >= 65) return 7;
  return 10;
}`,
      `const \${name} = (\${0}) => (\${0} < 12 ? 5 : \${0} >= 65 ? 7 : 10);`,
    ],
    args: (random) => [random.int(1, 90)],
    always: [[11], [12], [64], [65]],
  },
];
