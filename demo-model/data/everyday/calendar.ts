/** Years, months and seasons. */
import { isoDate } from "./date-draws.ts";
import type { EverydayTask } from "./task.ts";

export const calendar: readonly EverydayTask[] = [
  {
    id: "is-leap-year",
    names: ["isLeapYear", "leapYear", "checkLeapYear"],
    params: [["year", "y"]],
    en: [
      "{check} if a year is a leap year",
      "{tell} whether a given year has 366 days",
      "leap year check",
      "{return} true for leap years: divisible by 4, but centuries only when divisible by 400",
      "= is 2024 a leap year? js function, true/false",
      "{determine} whether February has a 29th in some year",
      "{say} if a year is leap or not (boolean)",
      "gregorian leap year test",
      "{decide} whether the given year gets an extra day",
      "{take} a year such as 1900 and {find} out if it's a leap year",
      "= leap years in javascript, remember 1900 isn't one but 2000 is",
    ],
    zh: [
      "{判断一个年份是不是闰年}",
      "闰年判断",
      "{检查某年二月有没有 29 天，返回布尔值}",
      "= js 判断闰年，1900 不是，2000 是",
      "{输入年份，如果是闰年返回 true}",
    ],
    answers: [
      `function \${name}(\${0}) {
  return (\${0} % 4 === 0 && \${0} % 100 !== 0) || \${0} % 400 === 0;
}`,
      `function \${name}(\${0}) {
  if (\${0} % 400 === 0) return true;
  if (\${0} % 100 === 0) return false;
  return \${0} % 4 === 0;
}`,
    ],
    args: (random) => [random.chance(0.3) ? random.pick([1600, 1700, 1800, 1900, 2000, 2100]) : random.int(1900, 2060)],
    always: [[2000], [1900], [2024], [2023]],
  },
  {
    id: "next-leap-year",
    names: ["nextLeapYear", "findNextLeapYear"],
    params: [["year", "y"]],
    en: [
      "{find} the next leap year after a given year",
      "{return} the first leap year that comes strictly after a year",
      "next leap year",
      "{tell} when the following leap year is, for any year passed in",
      "= 2024 -> 2028, 2025 -> 2028, 1896 -> 1904. next leap year function",
      "{take} a year and {give} the nearest later leap year, never the year itself",
      "{look} for the leap year that follows a year",
      "which leap year comes next after the given one",
      "{count} up from the year after the input until a leap year turns up",
      "{get} the upcoming leap year, not counting the current year",
    ],
    zh: [
      "{返回某年之后的下一个闰年}",
      "下一个闰年（不包括当年）",
      "{找出给定年份之后最近的闰年}",
      "= 2024 之后的闰年是 2028，写个通用的函数",
    ],
    answers: [
      `function \${name}(\${0}) {
  const isLeap = (y) => (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0;
  let next = \${0} + 1;
  while (!isLeap(next)) next++;
  return next;
}`,
    ],
    args: (random) => [random.int(1890, 2110)],
    always: [[2024], [1896], [2023]],
  },
  {
    id: "days-in-month",
    names: ["daysInMonth", "getDaysInMonth", "monthLength"],
    params: [
      ["year", "y"],
      ["month", "m"],
    ],
    en: [
      "{return} the number of days in a month, given the year and the month (1 to 12)",
      "{tell} how many days a month has, with leap years taken into account; arguments are year and month, January being 1",
      "days in month (year, month starting at 1)",
      "{find} out how long a month of a certain year is in days, months counted from 1",
      "= how many days are in feb 2024? function(year, month) with month 1-12",
      "{take} a year and a month number from 1 to 12 and {give} the day count",
      "length of a month in days, month 1 = January",
      "{calculate} the last day number of a month: year first, then month 1..12",
      "{get} 28, 29, 30 or 31 for a year and a month between 1 and 12",
      "{work} out how many days there are in the given month of the given year (1 is January)",
    ],
    zh: [
      "{返回某年某月有多少天，月份从 1 开始}",
      "某月的天数（参数：年、月）",
      "{根据年份和月份（1 到 12）计算当月天数，注意闰年}",
      "= 2024 年 2 月有几天？写个函数，参数年和月",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return new Date(Date.UTC(\${0}, \${1}, 0)).getUTCDate();
}`,
      `function \${name}(\${0}, \${1}) {
  const leap = (\${0} % 4 === 0 && \${0} % 100 !== 0) || \${0} % 400 === 0;
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][\${1} - 1];
}`,
    ],
    args: (random) => [random.pick([1900, 2000, 2021, 2023, 2024, 2028]), random.int(1, 12)],
    always: [
      [2024, 2],
      [2023, 2],
      [2023, 4],
      [2023, 12],
    ],
  },
  {
    id: "month-name",
    names: ["monthName", "getMonthName", "nameOfMonth"],
    params: [["month", "n", "number"]],
    en: [
      "{return} the English name of a month from its number (1 is January)",
      '{turn} a month number from 1 to 12 into its name, like "March"',
      "month name from number 1-12",
      '{give} "January" for 1, "February" for 2 and so on',
      '= 3 -> "March", 12 -> "December" js',
      "{take} a number between 1 and 12 and {tell} which month it is in English",
      "{look} up the full English month name for a number, January being 1",
      "number to month",
      '{name} the month with the given number (12 gives "December")',
      '{convert} month numbers starting at 1 into names such as "August"',
    ],
    zh: [
      "{根据数字返回英文月份名，1 是 January}",
      "数字转英文月份（1 到 12）",
      '{把 1 到 12 的月份数字变成英文全名，例如 3 变成 "March"}',
      '= 输入 12 返回 "December"，月份名函数',
    ],
    answers: [
      `function \${name}(\${0}) {
  const months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
  return months[\${0} - 1];
}`,
    ],
    args: (random) => [random.int(1, 12)],
    always: [[1], [12]],
  },
  {
    id: "quarter-of",
    names: ["getQuarter", "quarter", "quarterOf"],
    params: [["month", "m"]],
    en: [
      "{return} the quarter (1 to 4) of a month number from 1 to 12",
      "{tell} in which quarter of the year a month is, months counted from 1",
      "quarter from month number",
      "{find} the fiscal quarter for a month: 1-3 is 1, 4-6 is 2, 7-9 is 3, 10-12 is 4",
      "= month 5 -> quarter 2. js function, result is the number",
      "{take} a month as a number (January = 1) and {give} its quarter as a number",
      "calendar quarter of a month, 1..12 to 1..4",
      "{work} out which quarter a month belongs to",
      "{map} months 1..12 to quarters 1..4",
      "{get} Q as a plain number from the month number",
    ],
    zh: [
      "{根据月份（1 到 12）返回季度（1 到 4）}",
      "月份转季度",
      "{计算某个月属于第几季度，月份从 1 开始}",
      "= 5 月是第 2 季度，写个函数返回数字",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Math.ceil(\${0} / 3);
}`,
      `function \${name}(\${0}) {
  return Math.floor((\${0} - 1) / 3) + 1;
}`,
    ],
    args: (random) => [random.int(1, 12)],
    always: [[1], [3], [4], [12]],
  },
  {
    id: "century-of",
    names: ["centuryOf", "getCentury", "century"],
    params: [["year", "y"]],
    en: [
      "{return} the century a year belongs to (1901 to 2000 is the 20th, so 20)",
      "{tell} which century a year is in, as a number",
      "century from year",
      "{find} the century of a year: 1900 is still the 19th, 1901 the 20th",
      "= year 1705 -> 18, 1900 -> 19, 1601 -> 17 (codewars century from year)",
      "{take} a year and {give} the number of its century, years ending in 00 counting to the old one",
      "{calculate} the century number, first century being years 1 to 100",
      "what century is a given year in?",
      "{work} out the century for a year, for example 2001 is in century 21 and 2000 in 20",
      "{get} the century number for a year after Christ, with 100 in the first and 101 in the second",
    ],
    zh: [
      "{返回某一年属于第几世纪}",
      "年份转世纪，例如 1900 是 19，1901 是 20",
      "{计算年份所在的世纪，1 到 100 年是第一世纪}",
      "= codewars 的 century from year，怎么写",
    ],
    answers: [
      `function \${name}(\${0}) {
  return Math.ceil(\${0} / 100);
}`,
      `function \${name}(\${0}) {
  return Math.floor((\${0} - 1) / 100) + 1;
}`,
    ],
    args: (random) => [random.int(1, 2200)],
    always: [[1900], [1901], [2000], [2001], [1]],
  },
  {
    id: "season-of-month",
    names: ["getSeason", "seasonOf", "season"],
    params: [["month", "m", "number"]],
    en: [
      '{return} the season of a month number in the northern hemisphere: "winter" for 12, 1 and 2, then "spring", "summer", "autumn"',
      '{tell} the season for a month from 1 to 12, where March to May is "spring", June to August "summer", September to November "autumn" and the rest "winter"',
      'season from month (3-5 "spring", 6-8 "summer", 9-11 "autumn", 12-2 "winter")',
      '{map} a month number to "spring", "summer", "autumn" or "winter", spring starting in March, each season lasting three months',
      '= month number -> season name lowercase. dec/jan/feb "winter", mar/apr/may "spring", jun/jul/aug "summer", else "autumn"',
      '{take} a month (1 = January) and {give} "winter", "spring", "summer" or "autumn"; winter is December to February and so on',
      '{find} out which season a month is in: "winter" (12, 1, 2), "spring" (3, 4, 5), "summer" (6, 7, 8), "autumn" (9, 10, 11)',
      'meteorological season of a month in Europe, "autumn" not "fall", small letters, input 1 to 12',
      '{say} "summer" for June, July and August, "autumn" for the next three months, then "winter", then "spring" (month given as 1-12)',
      '{decide} between "spring", "summer", "autumn" and "winter" by the number of the month, with spring being 3 to 5',
    ],
    zh: [
      '{根据月份返回季节：3-5 月 "spring"，6-8 月 "summer"，9-11 月 "autumn"，其余 "winter"}',
      '月份转季节，12、1、2 月是 "winter"，之后每三个月依次 "spring"、"summer"、"autumn"',
      '{输入 1 到 12 的月份，返回 "winter"（12、1、2）、"spring"（3-5）、"summer"（6-8）或 "autumn"（9-11）}',
      '= 月份数字变成季节英文小写，三月到五月是 "spring"，往后每三个月是 "summer"、"autumn"、"winter"',
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0} >= 3 && \${0} <= 5) return "spring";
  if (\${0} >= 6 && \${0} <= 8) return "summer";
  if (\${0} >= 9 && \${0} <= 11) return "autumn";
  return "winter";
}`,
      `function \${name}(\${0}) {
  return ["winter", "spring", "summer", "autumn"][Math.floor((\${0} % 12) / 3)];
}`,
    ],
    args: (random) => [random.int(1, 12)],
    always: [[12], [2], [3], [6], [9]],
  },
  {
    id: "is-valid-iso-date",
    names: ["isValidDate", "validDate", "isRealDate"],
    params: [["text", "date", "s"]],
    en: [
      '{check} if a string like "2023-02-29" is a date that exists',
      "{tell} whether a date written YYYY-MM-DD is a real calendar date",
      "date validation for yyyy-mm-dd strings (Feb 30 must be rejected)",
      "{return} true if a text of the form YYYY-MM-DD names a day that is in the calendar",
      '= is "2023-02-29" valid? no. need isValidDate for strings in this format',
      "{see} if day and month of an ISO formatted date make sense, leap years included",
      "{validate} an ISO date string: month 1 to 12, day within that month",
      'does this date exist? (input "2024-04-31" -> false)',
      "{decide} whether someone typed an impossible date such as 2024-04-31, {return} false then and true for good dates",
      "{verify} that a yyyy-mm-dd string stands for an existing day",
    ],
    zh: [
      '{检查形如 "2023-02-29" 的日期是否真实存在}',
      "日期有效性校验（YYYY-MM-DD）",
      "{判断 YYYY-MM-DD 字符串是不是日历上存在的日期，返回布尔值}",
      '= "2024-04-31" 应该返回 false，写个日期校验函数',
    ],
    answers: [
      `function \${name}(\${0}) {
  const [year, month, day] = \${0}.split("-").map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}`,
      `function \${name}(\${0}) {
  const [year, month, day] = \${0}.split("-").map(Number);
  if (month < 1 || month > 12) return false;
  return day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}`,
    ],
    args: (random) => [
      random.chance(0.5)
        ? isoDate(random)
        : random.pick([
            "2023-02-29",
            "2024-13-01",
            "2024-04-31",
            "2024-00-10",
            "2022-11-31",
            "2021-06-00",
            "2024-02-30",
          ]),
    ],
    always: [["2024-02-29"], ["2023-02-29"], ["2024-04-31"]],
  },
  {
    id: "days-until-new-year",
    names: ["daysUntilNewYear", "daysLeftInYear", "untilNewYear"],
    params: [["date", "today", "iso"]],
    en: [
      "{count} the days from an ISO date until January 1 of the next year",
      '{tell} how many days it is until the next new year\'s day from a date like "2024-12-24"',
      "days until new year (from a yyyy-mm-dd date)",
      "{return} the number of days to the coming January 1st; Dec 31 gives 1",
      "= how many sleeps till new year's day from a given date string? 2024-12-31 -> 1",
      "{take} an ISO date and {compute} how far the next year's first day is away, in days",
      "countdown in days to next year, input is a date string",
      "{calculate} days remaining to Jan 1 of the following year",
      "{work} out for a date YYYY-MM-DD how many days have to pass until the year after begins",
      "{find} the day count between a given date and the next New Year (January 1)",
    ],
    zh: [
      "{计算从某个日期到下一年 1 月 1 日还有多少天}",
      "距离新年（下一年元旦）的天数，输入 ISO 日期",
      "{返回离下一个 1 月 1 日的天数，12 月 31 日返回 1}",
      "= 给个日期字符串，算算离元旦还有几天",
    ],
    answers: [
      `function \${name}(\${0}) {
  const nextYear = Number(\${0}.slice(0, 4)) + 1;
  return (Date.parse(nextYear + "-01-01") - Date.parse(\${0})) / 86400000;
}`,
    ],
    args: (random) => [isoDate(random)],
    always: [["2024-12-31"], ["2024-01-01"], ["2023-01-01"]],
  },
];
