/** Values put into classes, and outcomes of matches. */
import type { EverydayTask } from "./task.ts";

export const classification: readonly EverydayTask[] = [
  {
    id: "bmi-category",
    names: ["bmiCategory", "classifyBmi", "weightClass"],
    params: [["bmi", "value", "b"]],
    en: [
      '{return} "underweight" for a BMI under 18.5, "normal" under 25, "overweight" under 30, else "obese"',
      '{classify} a BMI: below 18.5 "underweight", below 25 "normal", below 30 "overweight", from 30 "obese"',
      'bmi category (< 18.5 "underweight", < 25 "normal", < 30 "overweight", otherwise "obese")',
      '{tell} the weight class for a body mass index with borders 18.5, 25 and 30: "underweight", "normal", "overweight", "obese"; the border itself belongs to the higher class',
      '= bmi number in, one of "underweight" (<18.5) "normal" (<25) "overweight" (<30) "obese" out',
      '{name} the category of a bmi value, "underweight" till 18.5, "normal" from there till 25, "overweight" from 25 till 30, then "obese"',
      '{take} a BMI and {say} "normal" if it\'s at least 18.5 and less than 25, "underweight" if less, "overweight" from 25 and "obese" from 30',
      '{map} bmi to a word: 30 and more "obese", 25 and more "overweight", 18.5 and more "normal", less "underweight"',
      'body mass index to "underweight"/"normal"/"overweight"/"obese", limits 18.5, 25, 30 (each limit starts the next class)',
      '{judge} a BMI number by the usual limits 18.5, 25 and 30 (inclusive at the bottom) with the words "underweight", "normal", "overweight", "obese"',
    ],
    zh: [
      '{按 BMI 返回类别：小于 18.5 "underweight"，小于 25 "normal"，小于 30 "overweight"，否则 "obese"}',
      "BMI 分类（18.5、25、30 为界：underweight、normal、overweight、obese），等于界限算高一级",
      '{BMI 低于 18.5 为 "underweight"，18.5 起 "normal"，25 起 "overweight"，30 起 "obese"}',
      "= bmi 分四类 underweight(<18.5)、normal(<25)、overweight(<30)、obese，写个函数",
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0} < 18.5) return "underweight";
  if (\${0} < 25) return "normal";
  if (\${0} < 30) return "overweight";
  return "obese";
}`,
    ],
    args: (random) => [random.int(140, 380) / 10],
    always: [[18.4], [18.5], [24.9], [25], [30]],
  },
  {
    id: "water-state",
    names: ["waterState", "stateOfWater", "phase"],
    params: [["celsius", "temperature", "t"]],
    en: [
      '{return} the state of water at a temperature in Celsius: "ice" at 0 or below, "steam" at 100 or above, else "water"',
      '{tell} if water is "ice" (up to 0 degrees), "water" or "steam" (from 100 degrees) at a temperature',
      'state of water by celsius: <= 0 "ice", >= 100 "steam", in between "water"',
      '{take} degrees Celsius and {say} "ice", "water" or "steam"; 0 is ice already and 100 is steam',
      '= temp in °C -> "ice" if 0 or less, "steam" if 100 or more, "water" otherwise',
      '{decide} whether H2O is "ice", "water" or "steam", where ice means not above 0 °C and steam means not below 100 °C',
      '{name} the form of water: at most zero degrees "ice", at least a hundred "steam", anything else "water"',
      '{give} "steam" from 100 degrees on, "ice" from 0 degrees down, and "water" for temperatures between these',
      'phase of water ("ice" <= 0, "steam" >= 100, or "water")',
      '{check} a temperature and {return} what water is then: "ice" (0 and colder), "steam" (100 and hotter), "water" (the rest)',
    ],
    zh: [
      '{按摄氏温度返回水的状态：0 度及以下 "ice"，100 度及以上 "steam"，否则 "water"}',
      '水的状态（<=0 为 "ice"，>=100 为 "steam"，其余 "water"）',
      '{判断某温度下水是 "ice"、"water" 还是 "steam"，0 度算冰，100 度算汽}',
      '= 温度小于等于 0 返回 "ice"，大于等于 100 返回 "steam"，中间返回 "water"',
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0} <= 0) return "ice";
  if (\${0} >= 100) return "steam";
  return "water";
}`,
      `const \${name} = (\${0}) => (\${0} <= 0 ? "ice" : \${0} < 100 ? "water" : "steam");`,
    ],
    args: (random) => [random.int(-40, 150)],
    always: [[0], [1], [99], [100]],
  },
  {
    id: "status-class",
    names: ["statusClass", "httpClass", "describeStatus"],
    params: [["status", "code", "n"]],
    en: [
      '{return} the class of an HTTP status: "success" for 2xx, "redirect" for 3xx, "client error" for 4xx, "server error" for 5xx',
      '{describe} a status code: 200-299 "success", 300-399 "redirect", 400-499 "client error", 500-599 "server error"',
      'http status class ("success" 2xx, "redirect" 3xx, "client error" 4xx, "server error" 5xx)',
      '{tell} what kind of response a code from 200 to 599 is: "success", "redirect" (300s), "client error" (400s) or "server error" (500s)',
      '= 404 -> "client error", 500 -> "server error", 200 -> "success", 301 -> "redirect"; go by the hundreds',
      '{map} HTTP codes to words by their first digit: 2 "success", 3 "redirect", 4 "client error", 5 "server error"',
      '{take} a response status between 200 and 599 and {say} "success" under 300, "redirect" under 400, "client error" under 500, else "server error"',
      '{sort} an HTTP status into "success" (2..), "redirect" (3..), "client error" (4..), "server error" (5..)',
      'status code in words: 2xx is "success", 3xx "redirect", 4xx "client error" and 5xx "server error"',
      '{name} the group a http code belongs to, one of "success" (200s), "redirect" (300s), "client error" (400s), "server error" (500s)',
    ],
    zh: [
      '{返回 HTTP 状态码的类别：2xx "success"，3xx "redirect"，4xx "client error"，5xx "server error"}',
      "状态码分类（2xx success，3xx redirect，4xx client error，5xx server error）",
      '{按首位数字把状态码说成 "success"（2）、"redirect"（3）、"client error"（4）或 "server error"（5）}',
      '= 404 返回 "client error"，500 返回 "server error"，200 "success"，301 "redirect"',
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0} < 300) return "success";
  if (\${0} < 400) return "redirect";
  if (\${0} < 500) return "client error";
  return "server error";
}`,
      `function \${name}(\${0}) {
  const classes = { 2: "success", 3: "redirect", 4: "client error", 5: "server error" };
  return classes[Math.floor(\${0} / 100)];
}`,
    ],
    args: (random) => [random.pick([2, 3, 4, 5]) * 100 + random.int(0, 30)],
    always: [[200], [301], [404], [500]],
  },
  {
    id: "enough-fuel",
    names: ["canReach", "enoughFuel", "zeroFuel"],
    params: [
      ["distance", "miles", "d"],
      ["mileage", "perGallon", "mpg"],
      ["fuel", "gallons", "left"],
    ],
    en: [
      "{check} if the fuel is enough for a distance: distance in miles, miles per gallon, gallons left",
      "{tell} whether you can reach a pump so many miles away with a car doing that many miles per gallon and so many gallons left",
      "enough fuel? (distance, mpg, gallons)",
      "{return} true if mpg times the gallons left covers the distance, which is the first argument",
      '= "will you make it" kata: distance to pump, mpg, fuel left -> boolean',
      "{decide} if a car can drive a distance on what is in its tank, given distance, miles per gallon and gallons",
      "{find} out whether the tank lasts: args are the way to go, the miles per gallon, the gallons in the tank",
      "{see} if fuel times mileage is at least as much as the distance (distance comes first, then mileage, then fuel)",
      "can we get there? distance, miles per gallon, fuel left in gallons",
      "{take} a distance, a car's mpg and the remaining gallons, {say} true if it gets there",
    ],
    zh: [
      "{判断油够不够：距离、每加仑里程、剩余加仑数}",
      "能否到达加油站（distance, mpg, gallons）",
      "{如果每加仑里程乘以剩余油量不小于距离就返回 true，距离是第一个参数}",
      "= codewars 的 Will you make it，参数是距离、mpg、剩余油量",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return \${1} * \${2} >= \${0};
}`,
    ],
    args: (random) => [random.int(10, 200), random.int(15, 45), random.int(0, 6)],
    always: [
      [50, 25, 2],
      [60, 30, 1],
    ],
  },
  {
    id: "match-result",
    names: ["matchResult", "winner", "outcome"],
    params: [["score", "text", "s"]],
    en: [
      '{return} "home", "away" or "draw" for a football score such as "3:1" (home goals first)',
      '{tell} who won from a result like "2:2": "home" if the first number is higher, "away" if the second is, else "draw"',
      'match result from "3:1" as "home", "away" or "draw"',
      '{take} a score string with a colon and {say} whether it\'s a win for "home" (left), a win for "away" (right) or a "draw"',
      '= "3:1" -> "home", "0:2" -> "away", "1:1" -> "draw"',
      '{read} a final score home:away and {give} the winner as "home" or "away", or "draw"',
      '{decide} a soccer match by its score text: more goals on the left means "home", more on the right "away", equal "draw"',
      '{parse} a score like "4:0" and {report} "home", "draw" or "away", the home team\'s goals standing before the colon',
      '{work} out the outcome ("home", "away", "draw") of a game written as goals:goals, home side first',
      'football tip checker: turn "1:2" into "away" and so on ("home", "away", "draw")',
    ],
    zh: [
      '{根据比分（如 "3:1"，主队在前）返回 "home"、"away" 或 "draw"}',
      '比赛结果判断，"3:1" 是 "home"，"0:2" 是 "away"，平局 "draw"',
      '{解析用冒号分隔的比分，主队多返回 "home"，客队多返回 "away"，相同返回 "draw"}',
      '= "1:1" 返回 "draw"，"2:0" 返回 "home"，"0:1" 返回 "away"',
    ],
    answers: [
      `function \${name}(\${0}) {
  const [home, away] = \${0}.split(":").map(Number);
  if (home === away) return "draw";
  return home > away ? "home" : "away";
}`,
    ],
    args: (random) => [`${random.int(0, 4)}:${random.int(0, 4)}`],
    always: [["3:1"], ["0:0"], ["1:2"]],
  },
  {
    id: "league-points",
    names: ["leaguePoints", "totalPoints", "footballPoints"],
    params: [
      ["wins", "w"],
      ["draws", "d"],
      ["losses", "l"],
    ],
    en: [
      "{compute} football points from wins, draws and losses: 3 for a win, 1 for a draw, 0 for a loss",
      "{calculate} a team's league points, given how often it won (3 points), drew (1 point) and lost (nothing)",
      "football points (wins, draws, losses), 3 / 1 / 0",
      "{return} wins * 3 + draws, with losses as an unused third argument",
      "= edabit football points: wins 3, draws 1, losses 0. args wins, draws, losses",
      "{add} up the points of a soccer club where every win counts three and every draw counts one; losses are passed too but bring none",
      "{work} out the table points of a team after w wins, d draws and l losses with the three point rule",
      "{tell} how many points a team has from its numbers of wins (3 each), draws (1 each) and losses (0 each)",
      "league table points: three per victory, one per tie, none per defeat, arguments in this order",
      "{give} the total of points for victories (3), ties (1) and defeats (0)",
    ],
    zh: [
      "{根据胜、平、负场数计算积分：胜 3 分，平 1 分，负 0 分}",
      "足球积分（胜、平、负），3/1/0",
      "{返回球队积分，赢一场 3 分，平一场 1 分，输不得分，参数为胜平负}",
      "= 输入胜平负场次，按 3、1、0 算总分",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return \${0} * 3 + \${1};
}`,
    ],
    args: (random) => [random.int(0, 30), random.int(0, 20), random.int(0, 20)],
    always: [
      [3, 4, 2],
      [0, 0, 5],
    ],
  },
];
