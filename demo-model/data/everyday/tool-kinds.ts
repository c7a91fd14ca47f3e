/** Tools of daily life with ways to ask for them, for the family `more-tools`. */
import type { Random } from "../random.ts";
import type { Json } from "../sample.ts";
import { CITIES, PEOPLE } from "../words.ts";
import { clock, isoDate } from "./date-draws.ts";

export interface EverydayTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: { readonly [name: string]: "string" | "integer" | "boolean" };
  readonly draw: (random: Random) => { [name: string]: Json };
  /** Requests with `{parameter}` for an argument, and `{parameter?yes|no}` for a boolean. */
  readonly en: readonly string[];
  readonly zh: readonly string[];
  /** A result, and the sentence that tells it. */
  readonly result?: {
    readonly draw: (random: Random) => { [name: string]: Json };
    readonly en: string;
    readonly zh: string;
  };
}

const ROOMS = ["kitchen", "bedroom", "living room", "bathroom", "office"] as const;

export const TOOL_KINDS: readonly EverydayTool[] = [
  {
    name: "get_forecast",
    description: "Weather forecast for a place over some days",
    parameters: { place: "string", days: "integer" },
    draw: (random) => ({ place: random.pick(CITIES), days: random.int(2, 10) }),
    en: [
      "what's the weather gonna be like in {place} for the next {days} days?",
      "{days} day forecast for {place}",
      "I'm travelling to {place} and stay {days} days. How will the weather be?",
      "forecast {place}, next {days} days please",
      "Do I need an umbrella in {place} during the coming {days} days?",
      "Tell me how the weather in {place} develops over {days} days.",
    ],
    zh: ["{place} 未来 {days} 天天气怎么样？", "查一下 {place} 接下来 {days} 天的天气预报。"],
    result: {
      draw: (random) => ({
        summary: random.pick(["mostly sunny", "rainy", "cloudy", "windy"]),
        high: random.int(5, 35),
      }),
      en: "The forecast for {place} is {summary}, with highs of {high} degrees.",
      zh: "{place} 的天气预报：{summary}，最高 {high} 度。",
    },
  },
  {
    name: "start_countdown",
    description: "Start a countdown with a label",
    parameters: { seconds: "integer", label: "string" },
    draw: (random) => ({
      seconds: random.int(1, 60) * 10,
      label: random.pick(["tea", "eggs", "plank", "pasta", "nap"]),
    }),
    en: [
      "start a countdown of {seconds} seconds for {label}",
      "{label}: {seconds} seconds, go!",
      "count {seconds} seconds down, call it {label}",
      "I need {seconds} seconds on the clock for the {label}.",
      "Please run a {seconds} second countdown named {label}.",
      "countdown {label} {seconds}s",
    ],
    zh: ["开始 {seconds} 秒倒计时，标签 {label}。", "给 {label} 倒数 {seconds} 秒。"],
  },
  {
    name: "set_alarm",
    description: "Set an alarm for a time of day",
    parameters: { time: "string", repeat: "boolean" },
    draw: (random) => ({ time: clock(random), repeat: random.chance(0.5) }),
    en: [
      "wake me up at {time}, {repeat?every day|just once}",
      "Set an alarm for {time}{repeat?, repeating daily|, no repeat}.",
      "alarm {time} {repeat?every day|only tomorrow}",
      "I have to get up at {time}. {repeat?Ring every day.|Ring only once.}",
      "Could you set a {repeat?repeating|one-time} alarm at {time}?",
      "ring at {time} {repeat?daily|one time}",
    ],
    zh: ["{time} 叫醒我，{repeat?每天都要|只要一次}。", "设一个 {time} 的闹钟，{repeat?每天重复|不重复}。"],
  },
  {
    name: "create_reminder",
    description: "Remind the user of something on a date",
    parameters: { text: "string", date: "string" },
    draw: (random) => ({
      text: random.pick(["pay the rent", "water the plants", "call grandma", "renew the passport", "buy milk"]),
      date: isoDate(random),
    }),
    en: [
      "remind me to {text} on {date}",
      "I must not forget to {text}. Remind me on {date}.",
      "reminder for {date}: {text}",
      "On {date}, tell me to {text}.",
      "Please put a reminder on {date} that says {text}.",
      "don't let me forget: {text} ({date})",
    ],
    zh: ["{date} 提醒我 {text}。", "加个提醒：{text}，日期 {date}。"],
  },
  {
    name: "dim_lights",
    description: "Set the brightness of the lights in a room, in percent",
    parameters: { room: "string", percent: "integer" },
    draw: (random) => ({ room: random.pick(ROOMS), percent: random.int(1, 20) * 5 }),
    en: [
      "dim the {room} lights to {percent} percent",
      "{room} lights at {percent}%",
      "It's too bright in the {room}, go to {percent} percent.",
      "Set the brightness in the {room} to {percent}%.",
      "make the {room} {percent}% bright",
      "can you turn the lights in the {room} to {percent} percent?",
    ],
    zh: ["把 {room} 的灯光调到 {percent}%。", "{room} 灯光亮度 {percent}。"],
  },
  {
    name: "switch_device",
    description: "Switch a device on or off",
    parameters: { device: "string", on: "boolean" },
    draw: (random) => ({
      device: random.pick(["heater", "fan", "tv", "radio", "coffee machine", "printer"]),
      on: random.chance(0.5),
    }),
    en: [
      "turn the {device} {on?on|off}",
      "{device} {on?on|off} please",
      "Could you switch {on?on|off} the {device}?",
      "I {on?need it now, start|am done, shut off} the {device}",
      "please {on?power up|shut down} the {device}",
      "Make sure that the {device} is {on?on|off}.",
    ],
    zh: ["把 {device} {on?打开|关掉}。", "{on?开|关}一下 {device}。"],
  },
  {
    name: "set_thermostat",
    description: "Set the temperature of a room in degrees Celsius",
    parameters: { room: "string", degrees: "integer" },
    draw: (random) => ({ room: random.pick(ROOMS), degrees: random.int(15, 26) }),
    en: [
      "set the {room} to {degrees} degrees",
      "I'm cold, heat the {room} to {degrees}",
      "{room} temperature {degrees} please",
      "Please make it {degrees} degrees in the {room}.",
      "thermostat {room}: {degrees}",
      "could the {room} be {degrees} degrees tonight?",
    ],
    zh: ["把 {room} 的温度设为 {degrees} 度。", "{room} 调到 {degrees} 度。"],
  },
  {
    name: "play_artist",
    description: "Play music by an artist, shuffled or in order",
    parameters: { artist: "string", shuffle: "boolean" },
    draw: (random) => ({
      artist: random.pick(["The Foxes", "Nova", "Lena Park", "Old Harbor", "Kite Club"]),
      shuffle: random.chance(0.5),
    }),
    en: [
      "play {artist} {shuffle?on shuffle|in order}",
      "put on some {artist}, {shuffle?shuffle it|no shuffle}",
      "I want to hear {artist}. {shuffle?Shuffle the songs.|Don't shuffle.}",
      "music by {artist} please, {shuffle?shuffled|not shuffled}",
      "Start {artist} with shuffle {shuffle?on|off}.",
      "{artist}, {shuffle?random order|album order}",
    ],
    zh: ["播放 {artist} 的歌，{shuffle?随机播放|顺序播放}。", "我想听 {artist}，{shuffle?打乱顺序|不要打乱}。"],
  },
  {
    name: "set_volume",
    description: "Set the volume from 0 to 100",
    parameters: { level: "integer" },
    draw: (random) => ({ level: random.int(0, 100) }),
    en: [
      "volume {level}",
      "turn the volume to {level}",
      "Set the sound to {level}, please.",
      "make it {level} percent loud",
      "could you put the volume at {level}?",
      "change volume -> {level}",
    ],
    zh: ["音量调到 {level}。", "把声音设为 {level}。"],
  },
  {
    name: "send_payment",
    description: "Send money to a person",
    parameters: { to: "string", amount: "integer", note: "string" },
    draw: (random) => ({
      to: random.pick(PEOPLE),
      amount: random.int(1, 500),
      note: random.pick(["pizza", "rent", "concert", "taxi", "gift"]),
    }),
    en: [
      "send {to} {amount} dollars for {note}",
      "pay {amount} to {to}, note: {note}",
      "I owe {to} {amount} dollars for the {note}. Send it please.",
      "Transfer {amount} dollars to {to} with the note {note}.",
      "{amount} bucks to {to} ({note})",
      "Please pay {to} back the {amount} dollars, reference {note}.",
    ],
    zh: ["给 {to} 转 {amount} 元，备注 {note}。", "付给 {to} {amount} 元，用途写 {note}。"],
    result: {
      draw: (random) => ({ reference: `TX${random.int(1000, 9999)}` }),
      en: "I sent {amount} dollars to {to}, the reference is {reference}.",
      zh: "已向 {to} 转账 {amount} 元，编号 {reference}。",
    },
  },
  {
    name: "get_balance",
    description: "Balance of a bank account",
    parameters: { account: "string" },
    draw: (random) => ({ account: random.pick(["savings", "checking", "business", "joint"]) }),
    en: [
      "how much money is in my {account} account?",
      "balance {account}",
      "What's the balance of the {account} account?",
      "am i broke? check {account}",
      "Show me what I have on {account}.",
      "Please look up the current {account} balance.",
    ],
    zh: ["我的 {account} 账户里有多少钱？", "查询 {account} 账户余额。"],
    result: {
      draw: (random) => ({ balance: random.int(0, 9000) }),
      en: "Your {account} account holds {balance} dollars.",
      zh: "{account} 账户余额为 {balance} 元。",
    },
  },
  {
    name: "get_directions",
    description: "Directions between two places",
    parameters: { from: "string", to: "string", mode: "string" },
    draw: (random) => {
      const [from, to] = random.some(CITIES, 2) as [string, string];
      return { from, to, mode: random.pick(["car", "train", "bike", "bus"]) };
    },
    en: [
      "how do i get from {from} to {to} by {mode}?",
      "directions {from} to {to}, {mode}",
      "Show me the way from {from} to {to} by {mode}.",
      "I'm in {from} and want to go to {to} by {mode}",
      "route by {mode}: {from} -> {to}",
      "What is the best {mode} route from {from} to {to}?",
    ],
    zh: ["从 {from} 到 {to} 坐 {mode} 怎么走？", "规划 {from} 到 {to} 的路线，方式 {mode}。"],
    result: {
      draw: (random) => ({ kilometers: random.int(50, 900), hours: random.int(1, 12) }),
      en: "From {from} to {to} by {mode} it is {kilometers} km and takes {hours} hours.",
      zh: "从 {from} 到 {to}（{mode}）全程 {kilometers} 公里，需要 {hours} 小时。",
    },
  },
  {
    name: "find_places",
    description: "Find places of a kind near a city",
    parameters: { kind: "string", near: "string", limit: "integer" },
    draw: (random) => ({
      kind: random.pick(["pharmacies", "bakeries", "museums", "gas stations", "parks"]),
      near: random.pick(CITIES),
      limit: random.int(2, 10),
    }),
    en: [
      "find {limit} {kind} near {near}",
      "show me {kind} around {near}, max {limit}",
      "I'm looking for {kind} in {near}. List {limit}.",
      "where are {kind} near {near}? {limit} results are enough",
      "Top {limit} {kind} close to {near}?",
      "{kind} {near} limit {limit}",
    ],
    zh: ["在 {near} 附近找 {limit} 个 {kind}。", "{near} 周围有哪些 {kind}？给我 {limit} 个。"],
  },
  {
    name: "create_note",
    description: "Save a note with a title",
    parameters: { title: "string", text: "string" },
    draw: (random) => ({
      title: random.pick(["ideas", "groceries", "gift list", "wifi", "parking"]),
      text: random.pick(["level 3, row B", "eggs and flour", "paint the fence", "blue scarf for mom", "ask Tom"]),
    }),
    en: [
      'note titled {title}: "{text}"',
      'write down "{text}" under {title}',
      'Make a note called {title} that says "{text}".',
      'save this as {title}: "{text}"',
      'Please remember "{text}" in a note named {title}.',
      'new note / title {title} / text "{text}"',
    ],
    zh: ['记一条笔记，标题 {title}，内容 "{text}"。', '新建笔记 {title}："{text}"。'],
  },
];
