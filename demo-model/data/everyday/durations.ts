/** Lengths of time as text and as numbers. */
import { clock, two } from "./date-draws.ts";
import type { EverydayTask } from "./task.ts";

export const durations: readonly EverydayTask[] = [
  {
    id: "minutes-to-clock",
    names: ["minutesToTime", "toClock", "formatMinutes"],
    params: [["minutes", "mins", "total"]],
    en: [
      '{convert} minutes since midnight to "HH:MM"',
      '{turn} a number of minutes into hours and minutes like "02:05"',
      "minutes to hh:mm",
      '{format} 125 minutes as "02:05", two digits each',
      '= 90 -> "01:30" in js, both parts with leading zero',
      "{take} the minutes of the day and {return} the time as a string HH:MM",
      "{write} a length in minutes (less than a day) as hh:mm with zero padding",
      'clock time from a minute count, e.g. 605 -> "10:05"',
      '{show} a film\'s running time given in minutes as hours and minutes in the form "01:47"',
      "{give} the two-digit hours and two-digit minutes, joined by a colon, for a number of minutes",
    ],
    zh: [
      '{把分钟数转换成 "HH:MM" 格式}',
      '分钟转时:分，例如 125 变成 "02:05"',
      "{将从零点起的分钟数写成两位小时和两位分钟的时间}",
      '= 90 分钟怎么显示成 "01:30"',
    ],
    answers: [
      `function \${name}(\${0}) {
  const hours = String(Math.floor(\${0} / 60)).padStart(2, "0");
  const rest = String(\${0} % 60).padStart(2, "0");
  return \`\${hours}:\${rest}\`;
}`,
      `function \${name}(\${0}) {
  return [Math.floor(\${0} / 60), \${0} % 60].map((part) => String(part).padStart(2, "0")).join(":");
}`,
    ],
    args: (random) => [random.int(0, 1439)],
    always: [[0], [59], [60], [1439]],
  },
  {
    id: "seconds-to-clock",
    names: ["secondsToTime", "formatSeconds", "toHms", "formatTime"],
    params: [["seconds", "secs", "s"]],
    en: [
      '{format} seconds as "HH:MM:SS"',
      '{convert} a number of seconds to hours, minutes and seconds like "01:02:03"',
      "seconds to hh:mm:ss",
      '{turn} 3661 into "01:01:01"',
      '= stopwatch display: total seconds in, "hh:mm:ss" out, each with two digits',
      "{write} a duration in seconds as two-digit hours, minutes and seconds separated by colons",
      "{take} seconds and {return} a time string of the form HH:MM:SS",
      "human readable time HH:MM:SS from seconds (codewars)",
      "{show} how long a race took, given in seconds, as hh:mm:ss with leading zeros",
      '{split} a second count into h, m and s and {join} them as "00:00:00"',
    ],
    zh: [
      '{把秒数格式化成 "HH:MM:SS"}',
      '秒转 时:分:秒，例如 3661 变成 "01:01:01"',
      "{将总秒数写成两位的时、分、秒，用冒号隔开}",
      "= js 把秒数显示成 hh:mm:ss，不足两位补零",
    ],
    answers: [
      `function \${name}(\${0}) {
  const hours = Math.floor(\${0} / 3600);
  const minutes = Math.floor((\${0} % 3600) / 60);
  return [hours, minutes, \${0} % 60].map((part) => String(part).padStart(2, "0")).join(":");
}`,
      `function \${name}(\${0}) {
  const pad = (part) => String(part).padStart(2, "0");
  const hours = Math.floor(\${0} / 3600);
  const minutes = Math.floor(\${0} / 60) % 60;
  return \`\${pad(hours)}:\${pad(minutes)}:\${pad(\${0} % 60)}\`;
}`,
    ],
    args: (random) => [random.int(0, 86399)],
    always: [[0], [59], [3600], [3661]],
  },
  {
    id: "clock-to-seconds",
    names: ["timeToSeconds", "hmsToSeconds", "toSeconds"],
    params: [["time", "text", "hms"]],
    en: [
      '{convert} "HH:MM:SS" to seconds',
      '{return} the total seconds of a time like "01:02:03"',
      "hh:mm:ss to seconds",
      "{parse} a time string with hours, minutes and seconds and {compute} the number of seconds",
      '= "01:01:01" -> 3661',
      '{take} a video timestamp such as "00:12:30" and {give} the position in seconds',
      "{turn} hours:minutes:seconds into one number of seconds",
      "total seconds from a string h:m:s with colons",
      "{count} the seconds since midnight for a time given as hh:mm:ss",
      '{add} up hours, minutes and seconds of "02:00:10" to a count of seconds',
    ],
    zh: [
      '{把 "HH:MM:SS" 转换成秒数}',
      '时:分:秒 转秒，例如 "01:01:01" 得 3661',
      "{返回时间字符串对应的总秒数}",
      '= "00:12:30" 怎么变成 750 秒',
    ],
    answers: [
      `function \${name}(\${0}) {
  const [hours, minutes, seconds] = \${0}.split(":").map(Number);
  return hours * 3600 + minutes * 60 + seconds;
}`,
      `function \${name}(\${0}) {
  return \${0}.split(":").reduce((total, part) => total * 60 + Number(part), 0);
}`,
    ],
    args: (random) => [`${clock(random)}:${two(random.int(0, 59))}`],
    always: [["00:00:00"], ["01:01:01"]],
  },
  {
    id: "duration-text",
    names: ["formatDuration", "durationText", "humanDuration"],
    params: [["minutes", "mins", "total"]],
    en: [
      '{write} a duration in minutes as "1h 30m", or "45m" when it\'s under an hour',
      '{format} minutes like "2h 5m"; without the hours part if there is no full hour',
      'duration text from minutes: 90 -> "1h 30m", 45 -> "45m", 60 -> "1h 0m"',
      '{turn} 125 into "2h 5m" and 50 into "50m"',
      '= minutes to something like "1h 30m" (only "30m" if less than one hour, "1h 0m" for 60)',
      '{show} how long a movie is, as hours and minutes like "1h 52m", or just "52m" for short ones',
      '{take} a number of minutes and {return} "Xh Ym", leaving out "Xh " when X is zero',
      'human readable minutes, such as "3h 20m" or "20m"',
      '{express} a time span given in minutes in the style "4h 0m"; spans below 60 only have minutes ("15m")',
      '{describe} a trip\'s length in minutes by a short text, "1h 15m" or "15m" if it takes less than an hour',
    ],
    zh: [
      '{把分钟数写成 "1h 30m"，不足一小时写成 "45m"}',
      '时长文本，90 得 "1h 30m"，45 得 "45m"，60 得 "1h 0m"',
      '{将分钟格式化为 "Xh Ym"，没有整小时就省略小时部分}',
      '= 125 分钟显示成 "2h 5m"，50 分钟显示成 "50m"',
    ],
    answers: [
      `function \${name}(\${0}) {
  const hours = Math.floor(\${0} / 60);
  const rest = \${0} % 60;
  return hours > 0 ? \`\${hours}h \${rest}m\` : \`\${rest}m\`;
}`,
      `function \${name}(\${0}) {
  if (\${0} < 60) return \${0} + "m";
  return Math.floor(\${0} / 60) + "h " + (\${0} % 60) + "m";
}`,
    ],
    args: (random) => [random.int(1, 600)],
    always: [[45], [60], [90]],
  },
  {
    id: "parse-duration",
    names: ["parseDuration", "durationToMinutes", "readDuration"],
    params: [["text", "duration", "s"]],
    en: [
      '{parse} a duration like "1h 30m", "2h" or "45m" into minutes',
      '{convert} text such as "1h 30m" to a number of minutes; either part may be missing',
      'duration string to minutes ("2h" -> 120, "45m" -> 45, "1h 5m" -> 65)',
      "{read} a time span written with h and m and {return} it in minutes",
      '= "1h 30m" -> 90, but "2h" and "15m" alone must work too',
      '{turn} a string with hours and/or minutes ("3h 10m", "3h", "10m") into total minutes',
      '{take} a text like "2h 15m" and {compute} how many minutes that is; "2h" and "15m" are allowed as well',
      'minutes from "Xh Ym", "Xh" or "Ym"',
      '{understand} time entries of the kind "1h 20m", "4h", "20m" and {give} the minutes as a number',
      "{add} up the h and m parts of a duration text to minutes, whichever of them are there",
    ],
    zh: [
      '{把 "1h 30m"、"2h"、"45m" 这样的时长解析成分钟数}',
      "时长字符串转分钟，小时和分钟部分都可以缺省",
      '{读取用 h 和 m 写的时长，返回总分钟数，例如 "2h" 得 120}',
      '= "1h 30m" 得 90，"15m" 得 15，怎么解析',
    ],
    answers: [
      `function \${name}(\${0}) {
  const hours = /(\\d+)h/.exec(\${0});
  const minutes = /(\\d+)m/.exec(\${0});
  return (hours ? Number(hours[1]) * 60 : 0) + (minutes ? Number(minutes[1]) : 0);
}`,
      `function \${name}(\${0}) {
  let total = 0;
  for (const part of \${0}.split(" ")) {
    total += parseInt(part, 10) * (part.endsWith("h") ? 60 : 1);
  }
  return total;
}`,
    ],
    args: (random) => {
      const [h, m] = [random.int(1, 12), random.int(1, 59)];
      return [random.pick([`${h}h ${m}m`, `${h}h`, `${m}m`, `${h}h ${m}m`])];
    },
    always: [["1h 30m"], ["2h"], ["45m"]],
  },
  {
    id: "track-length",
    names: ["formatTrack", "trackTime", "minutesAndSeconds"],
    params: [["seconds", "secs", "s"]],
    en: [
      '{format} seconds as minutes and seconds like "3:05"',
      '{turn} the length of a song in seconds into "m:ss"',
      'seconds to m:ss (185 -> "3:05")',
      '{write} 65 seconds as "1:05", minutes without a leading zero',
      '= music player: show 245 as "4:05"',
      '{take} a number of seconds below an hour and {return} "M:SS" with the seconds on two digits',
      "{display} a track's duration as minutes:seconds, padding only the seconds",
      'song length as text, e.g. "0:59" or "12:00"',
      "{convert} seconds to a string of minutes, a colon and two-digit seconds",
      '{split} seconds into minutes and rest, {return} them like "2:07"',
    ],
    zh: [
      '{把秒数格式化成 "3:05" 这样的分:秒}',
      '歌曲时长，185 秒显示为 "3:05"',
      "{将秒转换为 m:ss，秒补足两位，分钟不补零}",
      '= 播放器里 245 秒要显示 "4:05"',
    ],
    answers: [
      `function \${name}(\${0}) {
  const rest = String(\${0} % 60).padStart(2, "0");
  return \`\${Math.floor(\${0} / 60)}:\${rest}\`;
}`,
      `function \${name}(\${0}) {
  const minutes = Math.floor(\${0} / 60);
  const rest = \${0} - minutes * 60;
  return minutes + ":" + (rest < 10 ? "0" : "") + rest;
}`,
    ],
    args: (random) => [random.int(0, 3599)],
    always: [[0], [65], [600]],
  },
];
