/** Calendar dates as text: distances, weekdays, ages, formats. */
import { isoDate } from "./date-draws.ts";
import type { EverydayTask } from "./task.ts";

export const dates: readonly EverydayTask[] = [
  {
    id: "days-between",
    names: ["daysBetween", "dateDiff", "differenceInDays", "countDays"],
    params: [
      ["from", "start", "a", "date1"],
      ["to", "end", "b", "date2"],
    ],
    en: [
      "{count} the days between two ISO dates, the earlier one first",
      '{return} how many days lie from one date to a later one, both as "YYYY-MM-DD"',
      'days between two dates (strings like "2024-03-01", earlier first)',
      "{take} a start date and an end date as ISO strings and {compute} the difference in days",
      '= how many days from "2024-02-28" to "2024-03-01"? 2. js function for any two such strings',
      "{tell} the number of nights of a hotel stay from the check-in and check-out dates (YYYY-MM-DD)",
      "date difference in days, inputs are yyyy-mm-dd text, second one is not before the first",
      '{work} out the number of days that pass from the first date to the second, dates given like "2023-12-31"',
      "{calculate} the distance in days between two calendar dates in ISO form, in chronological order",
      "{subtract} a date from a later date and {return} whole days (ISO strings)",
    ],
    zh: [
      "{计算两个日期相差多少天，日期为 YYYY-MM-DD 字符串，先早后晚}",
      "日期差（天数），输入是 ISO 日期字符串",
      '{返回从开始日期到结束日期的天数，格式如 "2024-03-01"}',
      "= js 怎么算两个日期字符串之间有几天",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return (Date.parse(\${1}) - Date.parse(\${0})) / 86400000;
}`,
      `function \${name}(\${0}, \${1}) {
  const msPerDay = 24 * 60 * 60 * 1000;
  return Math.round((new Date(\${1}) - new Date(\${0})) / msPerDay);
}`,
    ],
    args: (random) => [isoDate(random), isoDate(random)].sort(),
    always: [
      ["2024-01-01", "2024-01-01"],
      ["2024-02-28", "2024-03-01"],
      ["2023-12-31", "2024-01-01"],
    ],
  },
  {
    id: "add-days",
    names: ["addDays", "plusDays", "dateAfter", "shiftDate"],
    params: [
      ["date", "iso", "day"],
      ["days", "n", "count"],
    ],
    en: [
      '{add} a number of days to an ISO date and {return} the new date as "YYYY-MM-DD"',
      '{take} a date string like "2024-02-28" and a count of days, {return} the ISO date that many days later',
      "add days to a date (ISO string in, ISO string out)",
      "{find} the date n days after a given one, both written YYYY-MM-DD",
      '= what date is it 30 days after "2024-01-15"? string in, string out',
      "{compute} a due date: start date as ISO text plus a number of days, result in the same format",
      "date plus n days, yyyy-mm-dd",
      "{move} a date forward by some days, text in the form 2023-12-31 both ways",
      "{shift} an ISO date into the future by a given number of days",
      "{give} the calendar date you get after n more days, as YYYY-MM-DD",
    ],
    zh: [
      "{给日期加上若干天，返回 YYYY-MM-DD 字符串}",
      "日期加天数，输入输出都是 ISO 日期",
      '{返回给定日期之后第 n 天的日期，格式如 "2024-02-28"}',
      '= "2024-01-15" 再过 30 天是哪天？写个函数',
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const result = new Date(\${0});
  result.setUTCDate(result.getUTCDate() + \${1});
  return result.toISOString().slice(0, 10);
}`,
      `function \${name}(\${0}, \${1}) {
  const later = Date.parse(\${0}) + \${1} * 86400000;
  return new Date(later).toISOString().slice(0, 10);
}`,
    ],
    args: (random) => [isoDate(random), random.int(0, 120)],
    always: [
      ["2024-02-28", 2],
      ["2023-12-31", 1],
      ["2024-05-05", 0],
    ],
  },
  {
    id: "weekday-name",
    names: ["weekdayName", "dayOfWeek", "getWeekday", "weekday"],
    params: [["date", "iso", "day"]],
    en: [
      '{return} the English weekday name of an ISO date, such as "Monday"',
      '{tell} which day of the week a date like "2024-02-29" is, as a full English name',
      'day of the week for a yyyy-mm-dd date, e.g. "Friday"',
      '{find} the weekday ("Monday" ... "Sunday") of a date given as YYYY-MM-DD',
      '= what weekday was 2023-12-31? return "Sunday" etc from the date string',
      "{name} the day of the week on which an ISO date falls (English, capitalized)",
      "weekday name from date string",
      '{take} a date string and {give} "Monday", "Tuesday", ... accordingly',
      '{work} out if a date is a "Monday", a "Tuesday" and so on, and {return} that name',
      "{look} up the English name of the weekday for a date in ISO format",
    ],
    zh: [
      '{返回某个日期是星期几，用英文全名，例如 "Monday"}',
      "日期转星期（英文名），输入 YYYY-MM-DD",
      "{根据 ISO 日期字符串给出英文星期名称}",
      '= 2023-12-31 是星期几？函数返回 "Sunday" 这样的字符串',
    ],
    answers: [
      `function \${name}(\${0}) {
  const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
  return days[new Date(\${0}).getUTCDay()];
}`,
      `function \${name}(\${0}) {
  return new Date(\${0}).toLocaleDateString("en-US", { weekday: "long", timeZone: "UTC" });
}`,
    ],
    args: (random) => [isoDate(random)],
    always: [["2024-01-01"], ["2024-02-29"], ["2023-12-31"]],
  },
  {
    id: "is-weekend",
    names: ["isWeekend", "checkWeekend", "weekend"],
    params: [["date", "iso", "day"]],
    en: [
      "{check} if an ISO date falls on a weekend",
      '{tell} whether a date is a Saturday or a Sunday (input "YYYY-MM-DD")',
      "weekend check for a date string like 2024-01-06",
      "{return} true if a yyyy-mm-dd date is on the weekend",
      "= is 2024-01-06 a weekend day? boolean function on date strings",
      "{decide} whether the office is closed because a date (ISO text) is Saturday or Sunday",
      "is it the weekend on this date?",
      "{see} if a given ISO date is not a working day, Monday to Friday being working days",
      "{say} true for Saturdays and Sundays and false for other days, given a date string",
      "{determine} if a date in the form YYYY-MM-DD is part of a weekend",
    ],
    zh: [
      "{判断一个日期是不是周末}",
      "周末判断，输入 YYYY-MM-DD",
      "{如果 ISO 日期是星期六或星期日就返回 true}",
      "= 2024-01-06 是周末吗？写个返回布尔值的函数",
    ],
    answers: [
      `function \${name}(\${0}) {
  const day = new Date(\${0}).getUTCDay();
  return day === 0 || day === 6;
}`,
      `function \${name}(\${0}) {
  return [0, 6].includes(new Date(\${0}).getUTCDay());
}`,
    ],
    args: (random) => [isoDate(random)],
    always: [["2024-01-06"], ["2024-01-07"], ["2024-01-08"]],
  },
  {
    id: "age-from-birthday",
    names: ["getAge", "calculateAge", "ageOn", "age"],
    params: [
      ["birthday", "born", "birthDate"],
      ["today", "now", "on"],
    ],
    en: [
      "{calculate} a person's age in years from the birthday and today's date, both ISO strings",
      "{return} how old someone born on one date is on another date (YYYY-MM-DD)",
      "age from birth date and current date",
      '{work} out someone\'s age in full years: first argument the date of birth, second the current date, as "2000-06-15"',
      "= born 2000-06-15, today is 2024-06-14 -> 23. need a function for this, dates are strings",
      "{tell} the age of a customer on a certain day, given birth date and that day as yyyy-mm-dd",
      "age calculator with two date strings, counts completed years",
      "{take} a birthday and a reference date in ISO format and {give} the age in whole years",
      "{find} how many birthdays have passed by the given day (not counting the birth itself), dates as ISO text",
      "{compute} age: years between two ISO dates, minus one if the birthday hasn't come yet that year",
    ],
    zh: [
      "{根据生日和今天的日期计算周岁，日期为 YYYY-MM-DD}",
      "年龄计算（出生日期，当前日期）",
      "{返回某人在指定日期时的年龄，两个参数都是 ISO 日期字符串}",
      "= 2000-06-15 出生，到 2024-06-14 是 23 岁，写函数",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const years = Number(\${1}.slice(0, 4)) - Number(\${0}.slice(0, 4));
  return \${1}.slice(5) < \${0}.slice(5) ? years - 1 : years;
}`,
      `function \${name}(\${0}, \${1}) {
  const from = new Date(\${0});
  const to = new Date(\${1});
  let years = to.getUTCFullYear() - from.getUTCFullYear();
  const months = to.getUTCMonth() - from.getUTCMonth();
  if (months < 0 || (months === 0 && to.getUTCDate() < from.getUTCDate())) years--;
  return years;
}`,
    ],
    args: (random) => [isoDate(random, 1950, 2010), isoDate(random, 2018, 2026)],
    always: [
      ["2000-06-15", "2024-06-14"],
      ["2000-06-15", "2024-06-15"],
      ["1990-12-31", "2024-01-01"],
    ],
  },
  {
    id: "day-of-year",
    names: ["dayOfYear", "getDayOfYear", "dayNumber"],
    params: [["date", "iso", "day"]],
    en: [
      "{return} the day of the year for an ISO date (January 1 is day 1)",
      '{tell} which day of the year a date like "2024-03-01" is, from 1 to 366',
      "day of year, input yyyy-mm-dd",
      "{take} a date string and {compute} its number within the year, starting with 1",
      "= 2024-03-01 is day 61 of the year. how to get this in js from the string",
      "{count} how many days of the year have gone by including the given ISO date",
      "ordinal day in the year for a date in YYYY-MM-DD form",
      '{find} out that "2023-12-31" is day 365, and so on for any date',
      "{number} the days of a year from 1 and {return} the number of the given date (ISO)",
      "{get} the day-of-year number of a calendar date string",
    ],
    zh: [
      "{返回一个日期是当年的第几天}",
      "一年中的第几天，输入 YYYY-MM-DD",
      "{计算 ISO 日期在这一年里排第几天，1 月 1 日是第 1 天}",
      "= leetcode 1154，日期字符串，求是第几天",
    ],
    answers: [
      `function \${name}(\${0}) {
  const start = Date.parse(\${0}.slice(0, 4) + "-01-01");
  return (Date.parse(\${0}) - start) / 86400000 + 1;
}`,
      `function \${name}(\${0}) {
  const [year, month, day] = \${0}.split("-").map(Number);
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return lengths.slice(0, month - 1).reduce((sum, n) => sum + n, day);
}`,
    ],
    args: (random) => [isoDate(random)],
    always: [["2024-01-01"], ["2024-12-31"], ["2023-12-31"], ["2024-03-01"]],
  },
  {
    id: "iso-to-european",
    names: ["toEuropeanDate", "formatDate", "isoToDmy", "reformatDate"],
    params: [["date", "iso", "text"]],
    en: [
      "{turn} an ISO date into DD/MM/YYYY",
      '{convert} "2024-02-09" to "09/02/2024"',
      "iso date to dd/mm/yyyy",
      "{take} a date as YYYY-MM-DD and {return} it as DD/MM/YYYY",
      "= how do I reformat 2024-12-31 as 31/12/2024 (it's a string)",
      "{format} a yyyy-mm-dd date the British way, dd/mm/yyyy",
      "{rewrite} a date string from year-month-day with dashes to day/month/year with slashes",
      "date reformatter: YYYY-MM-DD in, DD/MM/YYYY out",
      "{swap} the order of an ISO date so that the day comes first, and {put} slashes between the parts",
      "{show} a database date (2024-02-09) to users as 09/02/2024",
    ],
    zh: [
      "{把 ISO 日期转换成 DD/MM/YYYY 格式}",
      '日期格式转换，"2024-02-09" 变成 "09/02/2024"',
      "{将 YYYY-MM-DD 的日期改写为日/月/年，用斜杠分隔}",
      "= 怎么把 2024-12-31 改成 31/12/2024",
    ],
    answers: [
      `function \${name}(\${0}) {
  return \${0}.split("-").reverse().join("/");
}`,
      `function \${name}(\${0}) {
  const [year, month, day] = \${0}.split("-");
  return \`\${day}/\${month}/\${year}\`;
}`,
    ],
    args: (random) => [isoDate(random)],
    always: [["2024-02-09"]],
  },
  {
    id: "european-to-iso",
    names: ["toIsoDate", "dmyToIso", "parseDate"],
    params: [["date", "text", "dmy"]],
    en: [
      '{convert} a date like "9.2.2024" (day.month.year) to ISO "2024-02-09"',
      "{turn} a German style date D.M.YYYY into YYYY-MM-DD with leading zeros",
      "dd.mm.yyyy to iso date, single digits get a zero in front",
      "{take} a date with dots, day first, and {return} it as an ISO date string",
      '= "9.2.2024" -> "2024-02-09" (day, month, year separated by dots)',
      "{parse} day.month.year and {write} it as yyyy-mm-dd, padding day and month to two digits",
      "european dotted date to ISO format",
      '{change} "31.12.2023" to "2023-12-31"; days and months may have one digit',
      "{normalize} dates such as 5.10.2021 to the form 2021-10-05",
      "{reformat} a d.m.yyyy string as an ISO 8601 date",
    ],
    zh: [
      '{把 "9.2.2024"（日.月.年）转换成 ISO 日期 "2024-02-09"}',
      "日.月.年 转 YYYY-MM-DD，个位数补零",
      "{将点分隔、日在前的日期改写为 ISO 格式}",
      '= "31.12.2023" 怎么变成 "2023-12-31"，一位数要补零',
    ],
    answers: [
      `function \${name}(\${0}) {
  const [day, month, year] = \${0}.split(".");
  return \`\${year}-\${month.padStart(2, "0")}-\${day.padStart(2, "0")}\`;
}`,
      `function \${name}(\${0}) {
  return \${0}.split(".").reverse().map((part) => part.padStart(2, "0")).join("-");
}`,
    ],
    args: (random) => {
      const [y, m, d] = isoDate(random).split("-");
      return [`${random.chance(0.5) ? d : Number(d)}.${random.chance(0.5) ? m : Number(m)}.${y}`];
    },
    always: [["9.2.2024"], ["31.12.2023"], ["05.10.2021"]],
  },
  {
    id: "long-date",
    names: ["longDate", "formatLongDate", "prettyDate"],
    params: [["date", "iso", "day"]],
    en: [
      '{format} an ISO date like "March 5, 2024"',
      '{turn} "2024-03-05" into "March 5, 2024"',
      'iso date to long US style, e.g. "December 31, 2023"',
      "{write} a yyyy-mm-dd date with the English month name first, then the day, a comma and the year",
      '= date string 2024-03-05 should display as "March 5, 2024"',
      '{convert} YYYY-MM-DD to month name, day, year as in "July 4, 2021"',
      'readable American date from an ISO string ("May 1, 2020")',
      '{take} an ISO date and {return} text such as "January 9, 2022" without a leading zero on the day',
      '{show} a blog post\'s date, stored as 2022-01-09, as "January 9, 2022"',
      '{spell} out the month of an ISO date: "2020-05-01" gives "May 1, 2020"',
    ],
    zh: [
      '{把 ISO 日期格式化成 "March 5, 2024" 这样的形式}',
      '英文长日期，例如 "2024-03-05" 变成 "March 5, 2024"',
      '{将 YYYY-MM-DD 写成英文月份名、日、年，如 "July 4, 2021"}',
      '= 2022-01-09 想显示成 "January 9, 2022"',
    ],
    answers: [
      `function \${name}(\${0}) {
  const months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
  const [year, month, day] = \${0}.split("-").map(Number);
  return \`\${months[month - 1]} \${day}, \${year}\`;
}`,
    ],
    args: (random) => [isoDate(random)],
    always: [["2024-03-05"], ["2023-12-31"]],
  },
  {
    id: "is-date-before",
    names: ["isBefore", "isEarlier", "comesBefore"],
    params: [
      ["a", "first", "date1"],
      ["b", "second", "date2"],
    ],
    en: [
      "{check} if one ISO date is before another",
      "{tell} whether the first of two YYYY-MM-DD dates comes earlier than the second",
      'is the first date before the second (both "YYYY-MM-DD")',
      "{return} true if date a is earlier than date b, and false if it's the same day or later",
      "= compare two date strings 2023-12-31 and 2024-01-01, true if the first is strictly earlier",
      "{see} if a deadline (second date) is still ahead of a day (first date), ISO strings, the same day doesn't count",
      "{decide} which came first: {return} true when it's the first argument (two ISO dates, equal ones give false)",
      "date comparison, a strictly before b, iso format",
      "{determine} whether something due on the second date starts before it, by its date given first",
      "{take} two ISO dates and {say} whether they are in ascending order and not equal",
    ],
    zh: [
      "{判断第一个 ISO 日期是否早于第二个}",
      "日期先后比较（YYYY-MM-DD），严格早于才返回 true",
      "{检查日期 a 是不是在日期 b 之前，同一天返回 false}",
      "= 比较两个日期字符串，前者更早就返回 true",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  return \${0} < \${1};
}`,
      `function \${name}(\${0}, \${1}) {
  return new Date(\${0}) < new Date(\${1});
}`,
    ],
    args: (random) => [isoDate(random), isoDate(random)],
    always: [
      ["2024-01-01", "2024-01-01"],
      ["2023-12-31", "2024-01-01"],
    ],
  },
];
