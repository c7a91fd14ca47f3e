/** Prices, pay, coins and interest. */
import type { EverydayTask } from "./task.ts";

export const money: readonly EverydayTask[] = [
  {
    id: "discount-price",
    names: ["discountPrice", "applyDiscount", "salePrice"],
    params: [
      ["price", "p", "amount"],
      ["percent", "discount", "off"],
    ],
    en: [
      "{compute} a price after a discount in percent",
      "{return} what is left to pay when a price is reduced by a number of percent",
      "discounted price (price, percent off)",
      "{apply} a percentage discount to a price",
      "= 20% off 100 -> 80. args: price, percent",
      "{calculate} the sale price from the original price and the discount percentage",
      "{take} a price and a percent and {give} the reduced price",
      "{work} out how much a jacket costs with so and so many percent off",
      "{subtract} a percentage from a price",
      "sale price after percent off",
    ],
    zh: [
      "{计算打折后的价格，第二个参数是减免的百分比}",
      "折后价（原价，减免百分比），例如 100 减 20% 得 80",
      "{从价格中减去给定百分比，返回剩余价格}",
      "= 原价 100，优惠 20%，付 80，写个函数",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0} - (\${0} * \${1}) / 100;
}`,
      `function \${name}(\${0}, \${1}) {
  return (\${0} * (100 - \${1})) / 100;
}`,
    ],
    args: (random) => [random.int(1, 60) * 10, random.int(0, 20) * 5],
    always: [
      [100, 20],
      [50, 0],
      [80, 100],
    ],
  },
  {
    id: "price-with-tax",
    names: ["addTax", "priceWithTax", "grossPrice"],
    params: [
      ["net", "price", "amount"],
      ["rate", "percent", "tax"],
    ],
    en: [
      "{add} tax in percent to a price, rounded to 2 decimals",
      "{return} the gross price for a net price and a tax rate in percent, rounded to two decimals",
      "price with tax (percent), 2 decimals",
      "{compute} what a customer pays including VAT of so many percent, rounded to cents",
      "= net 100, vat 19 -> 119. rounded to two decimals",
      "{calculate} the total with sales tax: price and tax percent given, result rounded to 2 decimal places",
      "{take} a net amount and a VAT percentage and {give} the gross amount with two decimals (number)",
      "{work} out price plus tax and {round} to hundredths",
      "gross from net and rate in percent, rounded to 2 places",
      "{increase} a price by a tax percentage and {round} to two decimals",
    ],
    zh: [
      "{给价格加上百分比税，保留两位小数}",
      "含税价（净价，税率百分比），保留两位小数",
      "{返回加上增值税后的总价，四舍五入到两位小数}",
      "= 净价 100 税率 19 得 119，结果两位小数",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return Math.round(\${0} * (100 + \${1})) / 100;
}`,
    ],
    args: (random) => [random.int(1, 400) + random.pick([0, 0.99, 0.49]), random.pick([7, 8, 10, 19, 20, 25])],
    always: [
      [100, 19],
      [10, 25],
    ],
  },
  {
    id: "split-bill",
    names: ["splitBill", "billPerPerson", "share"],
    params: [
      ["total", "bill", "amount"],
      ["people", "persons", "n"],
    ],
    en: [
      "{split} a restaurant bill evenly among a number of people",
      "{return} what each person pays when a total is shared equally",
      "bill split per person",
      "{divide} a bill by the number of people",
      "= dinner was 90 and we were 3, how much each? function(total, people)",
      "{compute} everybody's equal share of an amount",
      "{take} a total and a head count and {give} the amount per head",
      "{work} out how much each of n friends owes for a shared bill",
      "{calculate} the cost per person",
      "equal shares of a bill",
    ],
    zh: [
      "{把账单平均分给若干人，返回每人应付的钱}",
      "AA 制每人金额（总额，人数）",
      "{用总金额除以人数}",
      "= 吃饭花了 90，3 个人，每人多少？写函数",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0} / \${1};
}`,
    ],
    args: (random) => {
      const n = random.int(1, 8);
      return [n * random.int(5, 60), n];
    },
    always: [
      [90, 3],
      [50, 1],
    ],
  },
  {
    id: "weekly-pay",
    names: ["weeklyPay", "calculatePay", "wage"],
    params: [
      ["hours", "h", "worked"],
      ["rate", "hourly", "wagePerHour"],
    ],
    en: [
      "{compute} a week's pay from hours and hourly rate; hours over 40 are paid 1.5 times",
      "{return} the wage for a number of hours at a rate, with time and a half beyond 40 hours",
      "weekly pay with overtime (above 40 hours at 1.5 x rate)",
      "{calculate} pay: up to 40 hours normal rate, further hours one and a half times the rate",
      "= hours worked and hourly wage -> pay. overtime after 40h is 150%",
      "{take} the hours of a week and the pay per hour and {give} the total, overtime (past 40) counting 1.5-fold",
      "{work} out someone's earnings where every hour after the 40th brings 50% more",
      "salary for one week: hours, rate, overtime factor 1.5 from hour 41 on",
      "{figure} out wages with overtime: the first 40 hours at the normal rate and the rest at 1.5 times that",
      "gross weekly wage, hours then rate, overtime over forty hours paid one and a half",
    ],
    zh: [
      "{根据工时和时薪计算周薪，超过 40 小时的部分按 1.5 倍}",
      "周薪计算（工时，时薪），40 小时以上 1.5 倍",
      "{前 40 小时按正常时薪，之后按一倍半，返回总工资}",
      "= 输入工作小时和时薪，加班（超过 40 小时）算 1.5 倍",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const overtime = Math.max(\${0} - 40, 0);
  return (\${0} - overtime) * \${1} + overtime * \${1} * 1.5;
}`,
      `function \${name}(\${0}, \${1}) {
  if (\${0} <= 40) return \${0} * \${1};
  return 40 * \${1} + (\${0} - 40) * 1.5 * \${1};
}`,
    ],
    args: (random) => [random.int(10, 60), random.int(5, 20) * 2],
    always: [
      [40, 20],
      [45, 10],
      [0, 10],
    ],
  },
  {
    id: "shipping-cost",
    names: ["shippingCost", "deliveryFee", "getShipping"],
    params: [["total", "order", "amount"]],
    en: [
      "{return} the shipping cost of an order: 0 from 50 on, otherwise 5",
      "{compute} delivery fees: free for orders of at least 50, else 5",
      "shipping: 5 below 50, free (0) from 50",
      "{charge} 5 for shipping unless the order total is 50 or more, then 0",
      "= orders >= 50 ship free (0), all others pay 5",
      "{tell} how much postage an order costs, 5 when under 50 and nothing (0) otherwise",
      "{take} an order total and {give} the shipping fee, which is 0 for totals of 50 and up and 5 for less",
      "{work} out the delivery charge in a shop with free delivery from 50 and a fee of 5 below that",
      "delivery fee by order value, free at 50, 5 under it",
      "{decide} whether shipping is 0 or 5: at 50 or above it costs nothing",
    ],
    zh: [
      "{返回订单运费：满 50 免运费（0），否则 5}",
      "运费计算，满 50 为 0，不满收 5",
      "{订单金额大于等于 50 返回 0，小于 50 返回 5}",
      "= 满 50 包邮，不然运费 5，写个函数",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0} >= 50 ? 0 : 5;
}`,
      `function \${name}(\${0}) {
  if (\${0} < 50) return 5;
  return 0;
}`,
    ],
    args: (random) => [random.int(5, 100)],
    always: [[50], [49], [100]],
  },
  {
    id: "min-coins",
    names: ["minCoins", "countCoins", "fewestCoins"],
    params: [["cents", "amount", "n"]],
    en: [
      "{count} the fewest coins of 25, 10, 5 and 1 cents that make an amount",
      "{return} the smallest number of US coins (25, 10, 5, 1) needed for a number of cents",
      "minimum coins for change with quarters, dimes, nickels, pennies",
      "{find} how few coins worth 25, 10, 5 or 1 you need to pay exactly n cents",
      "= 30 cents -> 2 coins (25 + 5). coins: 25, 10, 5, 1",
      "{give} change greedily with 25, 10, 5, 1 and {tell} how many coins that takes",
      "{compute} the least amount of coins a cash register hands out for n cents (25s, 10s, 5s, 1s)",
      "{work} out the coin count for change made of quarters, dimes, nickels and cents, as few as possible",
      "number of coins in the shortest change from 25, 10, 5, 1",
      "{take} an amount in cents and {say} how many coins (25/10/5/1) it comes to at minimum",
    ],
    zh: [
      "{计算用 25、10、5、1 分硬币凑出金额最少需要几枚}",
      "最少硬币数（面值 25、10、5、1）",
      "{返回找零 n 分钱最少用多少枚硬币，面值为 25、10、5、1}",
      "= 30 分最少 2 枚（25+5），写函数",
    ],
    answers: [
      `function \${name}(\${0}) {
  let count = 0;
  for (const coin of [25, 10, 5, 1]) {
    count += Math.floor(\${0} / coin);
    \${0} %= coin;
  }
  return count;
}`,
    ],
    args: (random) => [random.int(0, 200)],
    always: [[0], [1], [30], [99]],
  },
  {
    id: "simple-interest",
    names: ["simpleInterest", "interest", "computeInterest"],
    params: [
      ["principal", "amount", "p"],
      ["rate", "percent", "r"],
      ["years", "time", "t"],
    ],
    en: [
      "{compute} simple interest from principal, yearly rate in percent and years",
      "{return} principal * rate * years / 100",
      "simple interest (principal, percent per year, years)",
      "{calculate} how much interest money earns without compounding, given amount, rate in percent and number of years",
      "= 1000 at 5% for 2 years simple interest = 100",
      "{find} the interest on a loan with a fixed yearly percentage and no compounding; args amount, percent, years",
      "{take} principal, rate (percent) and time in years, and {give} the simple interest only, without the principal",
      "{work} out the interest (not the total) for a deposit, simple not compound",
      "interest without compound effect: capital, percent, years",
      "{tell} what a sum of money yields at so many percent a year over some years with simple interest",
    ],
    zh: [
      "{根据本金、年利率（百分比）和年数计算单利}",
      "单利计算（本金，利率百分比，年数），只返回利息",
      "{返回不计复利的利息，参数为本金、百分比利率、年数}",
      "= 1000 元年利率 5% 两年单利 100 元，写函数",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return (\${0} * \${1} * \${2}) / 100;
}`,
    ],
    args: (random) => [random.int(1, 50) * 100, random.int(1, 12), random.int(1, 10)],
    always: [
      [1000, 5, 2],
      [100, 10, 1],
    ],
  },
  {
    id: "compound-balance",
    names: ["compoundBalance", "compoundInterest", "futureValue"],
    params: [
      ["principal", "amount", "p"],
      ["rate", "percent", "r"],
      ["years", "time", "t"],
    ],
    en: [
      "{compute} the balance after compound interest, from principal, yearly percent and years, rounded to 2 decimals",
      "{return} what savings grow to with yearly compounding (amount, percent, years), rounded to two decimals",
      "compound interest, final balance with 2 decimals (principal, percent per year, years)",
      "{calculate} the future value of a deposit with interest added every year, rounded to cents",
      "= 1000 at 5% for 2 years compounded yearly -> 1102.5, round to 2 decimals",
      "{find} how much money is in the account after some years of compound interest; start amount, rate in percent, years; two decimals",
      "{take} an amount, a percentage and a number of years, and {give} the total with annual compounding rounded to 2 decimal places",
      "{grow} a sum by a percent every year and {return} the final sum, rounded to hundredths",
      "{work} out principal * (1 + rate / 100) ^ years, rounded to two decimals",
      "account balance with yearly compound interest, rounded to 2 places",
    ],
    zh: [
      "{按年复利计算余额：本金、年利率百分比、年数，保留两位小数}",
      "复利终值（本金，百分比，年数），两位小数",
      "{返回每年复利后的本息总额，四舍五入到两位小数}",
      "= 1000 元 5% 两年复利得 1102.5，写函数，保留两位",
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return Math.round(\${0} * (1 + \${1} / 100) ** \${2} * 100) / 100;
}`,
    ],
    args: (random) => [
      (random.int(0, 9) * 5 + random.int(1, 4)) * 100,
      random.pick([1, 2, 3, 4, 6, 7, 8, 9]),
      random.int(1, 10),
    ],
    always: [
      [1000, 5, 2],
      [100, 10, 1],
    ],
  },
];
