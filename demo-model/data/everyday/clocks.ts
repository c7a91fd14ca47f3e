/** Times of day. */
import { clock, two } from "./date-draws.ts";
import type { EverydayTask } from "./task.ts";

export const clocks: readonly EverydayTask[] = [
  {
    id: "clock-to-minutes",
    names: ["timeToMinutes", "toMinutes", "minutesOf"],
    params: [["time", "clock", "hhmm"]],
    en: [
      '{convert} a time like "01:30" to minutes',
      '{return} the minutes since midnight for a time in "HH:MM" form',
      "hh:mm to minutes",
      '{parse} "HH:MM" and {give} the total number of minutes',
      '= "02:05" to 125, how in js',
      "{take} a clock time as text and {compute} how many minutes of the day have passed",
      "total minutes from an hours:minutes string",
      "{turn} hours and minutes written with a colon into a plain minute count",
      '{work} out how many minutes a duration such as "10:05" (hours:minutes) is',
      '{count} the minutes in a string like "12:15"',
    ],
    zh: [
      '{把 "01:30" 这样的时间转换成分钟数}',
      "时:分 转分钟",
      '{返回 "HH:MM" 距零点的总分钟数}',
      '= "02:05" 怎么变成 125',
    ],
    answers: [
      `function \${name}(\${0}) {
  const [hours, minutes] = \${0}.split(":").map(Number);
  return hours * 60 + minutes;
}`,
      `function \${name}(\${0}) {
  return Number(\${0}.slice(0, 2)) * 60 + Number(\${0}.slice(3));
}`,
    ],
    args: (random) => [clock(random)],
    always: [["00:00"], ["01:30"], ["23:59"]],
  },
  {
    id: "to-12-hour",
    names: ["to12Hour", "formatAmPm", "twelveHour"],
    params: [["time", "clock", "hhmm"]],
    en: [
      '{convert} a 24-hour time to 12-hour time with AM or PM: "13:05" becomes "1:05 PM"',
      '{turn} "00:15" into "12:15 AM" and "18:00" into "6:00 PM"',
      '24h to 12h clock, like "9:30 AM" (no zero before the hour)',
      '{format} HH:MM the American way, e.g. "1:05 PM"',
      "= 13:05 -> 1:05 PM. javascript, string in string out",
      '{write} a time given in 24-hour notation as "h:mm AM" or "h:mm PM"',
      'military time to am/pm, in the form "11:45 PM"',
      '{take} a time such as "21:10" and {return} it as "9:10 PM"',
      '{show} opening hours stored like "08:00" as "8:00 AM" (noon is 12:00 PM, midnight 12:00 AM)',
      "{rewrite} a 24h clock string with AM/PM after a space, hours from 1 to 12 without padding",
    ],
    zh: [
      '{把 24 小时制时间转换成 12 小时制，例如 "13:05" 变成 "1:05 PM"}',
      '24 小时制转 AM/PM，如 "9:30 AM"（小时不补零）',
      '{将 "HH:MM" 写成 "h:mm AM" 或 "h:mm PM" 的形式}',
      '= "21:10" 怎么显示成 "9:10 PM"',
    ],
    answers: [
      `function \${name}(\${0}) {
  const [hours, minutes] = \${0}.split(":");
  const suffix = hours < 12 ? "AM" : "PM";
  return \`\${hours % 12 || 12}:\${minutes} \${suffix}\`;
}`,
      `function \${name}(\${0}) {
  let hour = Number(\${0}.slice(0, 2));
  const suffix = hour >= 12 ? "PM" : "AM";
  if (hour > 12) hour -= 12;
  if (hour === 0) hour = 12;
  return hour + \${0}.slice(2) + " " + suffix;
}`,
    ],
    args: (random) => [clock(random)],
    always: [["00:00"], ["12:00"], ["13:05"], ["09:30"]],
  },
  {
    id: "to-24-hour",
    names: ["to24Hour", "parseAmPm", "twentyFourHour"],
    params: [["time", "text", "clock"]],
    en: [
      '{convert} a time like "1:05 PM" to 24-hour format "13:05"',
      "{turn} 12-hour times with AM/PM into HH:MM",
      '12h to 24h clock ("9:30 AM" -> "09:30")',
      '{parse} "h:mm AM" or "h:mm PM" and {return} the 24 hour time with two-digit hours',
      '= "12:15 AM" -> "00:15", "1:05 PM" -> "13:05"',
      "{rewrite} an American time with AM or PM as HH:MM",
      'am/pm time to military time in the form "21:10"',
      '{take} a time such as "9:10 PM" and {give} "21:10"',
      '{change} a time from the 12-hour to the 24-hour clock, zero-padded, "12:00 AM" being "00:00"',
      '{normalize} what users enter ("8:00 AM") to 24h time ("08:00")',
    ],
    zh: [
      '{把 "1:05 PM" 这样的时间转换成 24 小时制 "13:05"}',
      "AM/PM 时间转 24 小时制，小时补两位",
      "{将 12 小时制（带 AM 或 PM）改写成 HH:MM}",
      '= "12:15 AM" 要得到 "00:15"，写个转换函数',
    ],
    answers: [
      `function \${name}(\${0}) {
  const [clock, suffix] = \${0}.split(" ");
  const [hours, minutes] = clock.split(":");
  const hour = (hours % 12) + (suffix === "PM" ? 12 : 0);
  return \`\${String(hour).padStart(2, "0")}:\${minutes}\`;
}`,
    ],
    args: (random) => [`${random.int(1, 12)}:${two(random.int(0, 59))} ${random.pick(["AM", "PM"])}`],
    always: [["12:00 AM"], ["12:00 PM"], ["1:05 PM"], ["9:30 AM"]],
  },
  {
    id: "add-minutes-to-clock",
    names: ["addMinutes", "timePlus", "laterTime"],
    params: [
      ["time", "clock", "start"],
      ["minutes", "mins", "n"],
    ],
    en: [
      '{add} minutes to a time like "23:50" and {return} the new time, wrapping past midnight',
      '{take} "HH:MM" and a number of minutes and {give} the time that many minutes later (24h clock)',
      "add minutes to hh:mm (after 23:59 comes 00:00)",
      "{find} what time it is n minutes after a given clock time, as HH:MM",
      '= it\'s "23:50", what time is it in 20 minutes? "00:10". general js function',
      '{compute} the end time of a meeting from its start ("14:30") and length in minutes',
      'clock arithmetic: "HH:MM" plus minutes, result again "HH:MM"',
      "{move} a 24-hour time forward by some minutes, starting again at 00:00 after midnight",
      "{tell} when the bus arrives: departure time as HH:MM, travel time in minutes, arrival as HH:MM",
      "{shift} a wall clock time by a number of minutes and {wrap} around at 24 hours",
    ],
    zh: [
      '{给 "HH:MM" 时间加上若干分钟，超过午夜从 00:00 重新开始}',
      '时间加分钟，例如 "23:50" 加 20 得 "00:10"',
      "{返回某个时刻 n 分钟之后的时间，格式 HH:MM}",
      "= 14:30 开始的会开 45 分钟，几点结束？写函数",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const [hours, mins] = \${0}.split(":").map(Number);
  const total = (hours * 60 + mins + \${1}) % 1440;
  const pad = (part) => String(part).padStart(2, "0");
  return \`\${pad(Math.floor(total / 60))}:\${pad(total % 60)}\`;
}`,
    ],
    args: (random) => [clock(random), random.int(0, 1500)],
    always: [
      ["23:50", 20],
      ["10:00", 60],
      ["00:00", 0],
    ],
  },
  {
    id: "minutes-between-clocks",
    names: ["minutesBetween", "timeDiff", "elapsedMinutes"],
    params: [
      ["start", "from", "a"],
      ["end", "to", "b"],
    ],
    en: [
      '{count} the minutes between two times of the same day, given as "HH:MM", earlier first',
      '{return} how many minutes pass from a start time to an end time like "09:00" and "17:30"',
      "minutes between two hh:mm times on one day",
      '{compute} the length of a shift in minutes from its start and end ("08:15", "16:45")',
      '= start "09:00", end "10:25" -> 85 minutes. same day. js',
      "{subtract} one clock time from a later one and {give} the difference in minutes",
      "time difference in minutes, both HH:MM, second not before first",
      "{work} out how long a lesson takes in minutes when it begins and ends at the given times",
      "{take} two 24h times in order and {tell} the number of minutes from the first to the second",
      "{measure} elapsed minutes from one HH:MM to another later that day",
    ],
    zh: [
      '{计算同一天两个时间之间的分钟数，格式 "HH:MM"，先早后晚}',
      '时间差（分钟），例如 "09:00" 到 "10:25" 是 85',
      "{返回从开始时间到结束时间经过的分钟数}",
      '= 上班 "08:15" 下班 "16:45"，一共多少分钟',
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const minutes = (time) => {
    const [h, m] = time.split(":").map(Number);
    return h * 60 + m;
  };
  return minutes(\${1}) - minutes(\${0});
}`,
    ],
    args: (random) => [clock(random), clock(random)].sort(),
    always: [
      ["09:00", "17:30"],
      ["10:00", "10:00"],
    ],
  },
  {
    id: "is-open",
    names: ["isOpen", "isShopOpen", "openNow"],
    params: [
      ["time", "now", "clock"],
      ["opens", "from", "open"],
      ["closes", "to", "close"],
    ],
    en: [
      '{check} if a shop is open at a time, given the opening and the closing time; at closing time it is already closed ("HH:MM" strings)',
      "{tell} whether a time is from the opening hour (included) up to the closing hour (excluded), all as HH:MM",
      'is the store open? args: time, opens, closes as "HH:MM"; closed from the closing minute on',
      "{return} true if opens <= time < closes, for 24h clock strings",
      '= time "17:59", open "09:00", close "18:00" -> true, and "18:00" -> false. all strings',
      '{decide} if you can still enter a shop: now, opening and closing time are texts like "09:30", exactly at closing is too late, exactly at opening is fine',
      '{see} whether "HH:MM" falls into opening hours, start inclusive and end exclusive',
      "opening hours check with three clock strings (now, from, to), from counts as open, to as closed",
      "{say} whether a library is open at a moment: not before it opens, and no longer when the closing time is reached",
      "{compare} a time with opening and closing time (HH:MM) and {return} true while it's open, that is at or after opening and before closing",
    ],
    zh: [
      '{判断商店在某个时间是否营业，给出开门和关门时间（"HH:MM"），关门那一刻算已关}',
      "营业时间判断（当前时间，开门，关门），包含开门时刻，不含关门时刻",
      "{检查 HH:MM 是否大于等于开门时间且小于关门时间}",
      '= "17:59"、"09:00"、"18:00" 返回 true，"18:00" 就返回 false',
    ],
    answers: [
      `function \${name}(\${0}, \${1}, \${2}) {
  return \${0} >= \${1} && \${0} < \${2};
}`,
    ],
    args: (random) => [clock(random), `${two(random.int(6, 11))}:00`, `${two(random.int(15, 22))}:30`],
    always: [
      ["09:00", "09:00", "18:00"],
      ["18:00", "09:00", "18:00"],
      ["08:59", "09:00", "18:00"],
    ],
  },
  {
    id: "greeting-by-hour",
    names: ["greetingFor", "getGreeting", "greetByHour"],
    params: [["hour", "h"]],
    en: [
      '{return} "Good morning" before 12, "Good afternoon" before 18 and "Good evening" from 18 on, for an hour from 0 to 23',
      '{greet} by the hour: under 12 "Good morning", 12 to 17 "Good afternoon", else "Good evening"',
      'greeting by hour ("Good morning" till 11, "Good afternoon" till 17, then "Good evening")',
      '{take} an hour (0-23) and {give} "Good morning" (0-11), "Good afternoon" (12-17) or "Good evening" (18-23)',
      '= hour number in, greeting out: <12 "Good morning", <18 "Good afternoon", otherwise "Good evening"',
      '{pick} the right greeting for a page header: "Good morning" if the hour is below 12, "Good afternoon" if below 18, "Good evening" later',
      '{choose} between "Good morning", "Good afternoon" (from hour 12) and "Good evening" (from hour 18) by the hour of the day',
      '{say} "Good morning" in hours 0 to 11, "Good afternoon" in 12 to 17 and "Good evening" after that',
      'greeting depending on an hour number, noon starts "Good afternoon", 18 starts "Good evening", anything earlier than noon is "Good morning"',
      '{look} at the hour and {return} "Good evening" if it is 18 or more, "Good afternoon" if it is 12 or more, and "Good morning" otherwise',
    ],
    zh: [
      '{根据小时返回问候语：12 点前 "Good morning"，18 点前 "Good afternoon"，之后 "Good evening"}',
      '按小时问候（0-11 "Good morning"，12-17 "Good afternoon"，18-23 "Good evening"）',
      '{小时小于 12 返回 "Good morning"，小于 18 返回 "Good afternoon"，否则返回 "Good evening"}',
      '= 小时数变问候语，12 以前 "Good morning"，18 以前 "Good afternoon"，其他 "Good evening"',
    ],
    answers: [
      `function \${name}(\${0}) {
  if (\${0} < 12) return "Good morning";
  if (\${0} < 18) return "Good afternoon";
  return "Good evening";
}`,
      `const \${name} = (\${0}) => (\${0} < 12 ? "Good morning" : \${0} < 18 ? "Good afternoon" : "Good evening");`,
    ],
    args: (random) => [random.int(0, 23)],
    always: [[0], [11], [12], [17], [18]],
  },
  {
    id: "clock-angle",
    names: ["clockAngle", "angleBetweenHands", "handAngle"],
    params: [
      ["hour", "h", "hours"],
      ["minute", "m", "minutes"],
    ],
    en: [
      "{compute} the smaller angle between the hour hand and the minute hand of a clock, in degrees",
      "{return} the angle between the hands of an analog clock at a given hour and minute (the smaller one)",
      "clock hands angle, args hour 1-12 and minute, at most 180 degrees",
      "{find} the angle the two hands of a clock make at hour h and minute m, never above 180",
      "= leetcode 1344 angle between hands of a clock",
      "{calculate} how many degrees are between the clock hands (hour hand moves with the minutes), smaller angle",
      "{take} hours and minutes and {give} the smaller angle in degrees between both hands",
      "analog clock puzzle: angle of the hands at h:m, the one up to 180°",
      "{work} out the hands' angle, e.g. 90 at 3:00 and 165 at 12:30",
      "{tell} the smaller of both angles between hour and minute hand for a time",
    ],
    zh: [
      "{计算时钟时针和分针之间较小的夹角（度）}",
      "时针与分针的夹角，参数为小时和分钟，不超过 180 度",
      "{返回某时某分钟表两针的夹角，例如 12:30 是 165 度}",
      "= leetcode 1344 时钟指针的夹角",
    ],
    answers: [
      `function \${name}(\${0}, \${1}) {
  const angle = Math.abs(30 * \${0} - 5.5 * \${1}) % 360;
  return Math.min(angle, 360 - angle);
}`,
      `function \${name}(\${0}, \${1}) {
  const hourHand = (\${0} % 12) * 30 + \${1} * 0.5;
  const difference = Math.abs(hourHand - \${1} * 6);
  return difference > 180 ? 360 - difference : difference;
}`,
    ],
    args: (random) => [random.int(1, 12), random.int(0, 59)],
    always: [
      [12, 0],
      [3, 0],
      [12, 30],
      [6, 0],
    ],
  },
  {
    id: "is-valid-time",
    names: ["isValidTime", "validTime", "isTime"],
    params: [["text", "time", "s"]],
    en: [
      '{check} if a string is a time in the form "HH:MM" from 00:00 to 23:59, two digits each',
      '{validate} a 24-hour time such as "09:30" (leading zero required)',
      "24h time validation, HH:MM with two digits each",
      "{tell} whether a text is a valid clock time, two-digit hour 00-23, colon, two-digit minute 00-59",
      '= is "24:00" a valid time? no, "23:59" is. must be exactly HH:MM',
      '{return} true for texts like "07:05" that are real times of the day in HH:MM, "7:05" is not okay',
      "{test} if an input is HH:MM with hours below 24 and minutes below 60, always five characters",
      '{see} if what the user typed is a time like "18:45"; hours and minutes both need two digits',
      "valid HH:MM? (boolean, strict two digits)",
      "{verify} a time string of five characters, hours 00 to 23, minutes 00 to 59",
    ],
    zh: [
      '{检查字符串是不是 "HH:MM" 格式的时间，00:00 到 23:59，各两位}',
      "24 小时制时间校验（HH:MM，必须两位）",
      "{判断文本是否为合法时刻，小时 00-23，分钟 00-59，都是两位数}",
      '= "24:00" 不合法，"23:59" 合法，"7:30" 也不行，写校验函数',
    ],
    answers: [
      `function \${name}(\${0}) {
  return /^([01]\\d|2[0-3]):[0-5]\\d$/.test(\${0});
}`,
      `function \${name}(\${0}) {
  if (!/^\\d\\d:\\d\\d$/.test(\${0})) return false;
  const [hours, minutes] = \${0}.split(":").map(Number);
  return hours < 24 && minutes < 60;
}`,
    ],
    args: (random) => [
      random.chance(0.5)
        ? `${String(random.int(0, 23)).padStart(2, "0")}:${random.int(10, 59)}`
        : random.pick(["24:00", "12:60", "7:30", "12-30", "1230", "99:99", "12:5", "ab:cd"]),
    ],
    always: [["00:00"], ["23:59"], ["24:00"], ["7:30"]],
  },
];
