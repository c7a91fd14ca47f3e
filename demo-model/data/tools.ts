/** Family `tools`: choose a tool and fill in its arguments, or put a tool's result into words. */
import { writeJson } from "./json.ts";
import { numbers } from "./numbers.ts";
import type { Random } from "./random.ts";
import type { Call, Draft, Json, Language, Tool } from "./sample.ts";
import { CITIES, COLORS, DAYS, PEOPLE, THINGS } from "./words.ts";

/** A tool with ways to ask for it and a way to say its result. */
interface ToolKind {
  name: string;
  description: string;
  parameters: { [name: string]: "string" | "integer" };
  draw: (random: Random) => { [name: string]: Json };
  ask: { [language in Language]: (a: { [name: string]: Json }) => readonly string[] };
  /** A result, and the sentence that tells it. Absent where there is nothing to tell. */
  result?: (random: Random, a: { [name: string]: Json }) => { value: { [name: string]: Json }; en: string; zh: string };
}

const UNITS = ["km", "miles", "kg", "pounds", "celsius", "fahrenheit"] as const;

const KINDS: readonly ToolKind[] = [
  {
    name: "get_weather",
    description: "Weather in a city on a day",
    parameters: { city: "string", day: "string" },
    draw: (r) => ({ city: r.pick(CITIES), day: r.pick(DAYS) }),
    ask: {
      en: (a) => [
        `What is the weather in ${a.city} on ${a.day}?`,
        `Will it rain in ${a.city} on ${a.day}?`,
        `Weather for ${a.city} on ${a.day}, please.`,
      ],
      zh: (a) => [`${a.city} ${a.day} 的天气怎么样？`, `查一下 ${a.day} ${a.city} 的天气。`],
    },
    result: (r, a) => {
      const sky = r.pick(["sunny", "rainy", "cloudy", "windy", "snowy"]);
      const degrees = r.int(-5, 35);
      return {
        value: { sky, degrees },
        en: `It will be ${sky} in ${a.city} on ${a.day}, ${degrees} degrees.`,
        zh: `${a.city} ${a.day} 的天气是 ${sky}，${degrees} 度。`,
      };
    },
  },
  {
    name: "book_flight",
    description: "Book seats on a flight",
    parameters: { from: "string", to: "string", seats: "integer" },
    draw: (r) => {
      const [from, to] = r.some(CITIES, 2) as [string, string];
      return { from, to, seats: r.int(1, 9) };
    },
    ask: {
      en: (a) => [
        `Book a flight from ${a.from} to ${a.to} for ${a.seats} people.`,
        `I want to fly from ${a.from} to ${a.to} with ${a.seats} seats.`,
      ],
      zh: (a) => [`订 ${a.seats} 张从 ${a.from} 到 ${a.to} 的机票。`],
    },
    result: (r, a) => {
      const code = `PX${r.int(100, 999)}`;
      return {
        value: { code },
        en: `Your flight from ${a.from} to ${a.to} is booked, the code is ${code}.`,
        zh: `从 ${a.from} 到 ${a.to} 的航班已预订，编号是 ${code}。`,
      };
    },
  },
  {
    name: "set_timer",
    description: "Start a timer",
    parameters: { minutes: "integer" },
    draw: (r) => ({ minutes: r.int(1, 90) }),
    ask: {
      en: (a) => [`Set a timer for ${a.minutes} minutes.`, `Remind me in ${a.minutes} minutes.`],
      zh: (a) => [`设一个 ${a.minutes} 分钟的计时器。`],
    },
  },
  {
    name: "send_message",
    description: "Send a short message to a person",
    parameters: { to: "string", text: "string" },
    draw: (r) => ({
      to: r.pick(PEOPLE),
      text: r.pick([
        "see you soon",
        "I am late",
        "call me",
        "happy birthday",
        "good luck",
        "thank you",
        "the door is open",
        "lunch is ready",
      ]),
    }),
    ask: {
      en: (a) => [`Send "${a.text}" to ${a.to}.`, `Tell ${a.to}: "${a.text}".`, `Message ${a.to} with "${a.text}".`],
      zh: (a) => [`给 ${a.to} 发消息 "${a.text}"。`],
    },
  },
  {
    name: "convert_units",
    description: "Convert an amount between units",
    parameters: { amount: "integer", from: "string", to: "string" },
    draw: (r) => {
      const i = r.int(0, 2) * 2;
      const pair = [UNITS[i], UNITS[i + 1]] as [string, string];
      const [from, to] = r.chance(0.5) ? pair : [pair[1], pair[0]];
      return { amount: r.int(1, 200), from, to };
    },
    ask: {
      en: (a) => [`Convert ${a.amount} ${a.from} to ${a.to}.`, `How much is ${a.amount} ${a.from} in ${a.to}?`],
      zh: (a) => [`把 ${a.amount} ${a.from} 换算成 ${a.to}。`],
    },
    result: (r, a) => {
      const value = r.int(1, 400);
      return {
        value: { value },
        en: `${a.amount} ${a.from} is ${value} ${a.to}.`,
        zh: `${a.amount} ${a.from} 等于 ${value} ${a.to}。`,
      };
    },
  },
  {
    name: "search_products",
    description: "Search the shop",
    parameters: { query: "string", max_price: "integer" },
    draw: (r) => ({ query: `${r.pick(COLORS)} ${r.pick(THINGS)}`, max_price: r.int(5, 200) }),
    ask: {
      en: (a) => [
        `Find ${a.query} under ${a.max_price} dollars.`,
        `Search for ${a.query}, at most ${a.max_price} dollars.`,
      ],
      zh: (a) => [`找 ${a.max_price} 元以内的 ${a.query}。`],
    },
    result: (r, a) => {
      const found = r.int(2, 40);
      return {
        value: { found },
        en: `I found ${found} ${a.query} up to ${a.max_price} dollars.`,
        zh: `找到 ${found} 件不超过 ${a.max_price} 元的 ${a.query}。`,
      };
    },
  },
  {
    name: "add_event",
    description: "Add an event to the calendar",
    parameters: { title: "string", day: "string", hour: "integer" },
    draw: (r) => ({
      title: r.pick(["meeting", "dinner", "dentist", "yoga", "concert", "lunch", "interview"]),
      day: r.pick(DAYS),
      hour: r.int(7, 22),
    }),
    ask: {
      en: (a) => [
        `Add ${a.title} on ${a.day} at ${a.hour}.`,
        `Put ${a.title} in my calendar for ${a.day}, ${a.hour} o'clock.`,
      ],
      zh: (a) => [`在 ${a.day} ${a.hour} 点添加日程 ${a.title}。`],
    },
  },
  {
    name: "get_stock",
    description: "How many of a thing are in stock",
    parameters: { item: "string" },
    draw: (r) => ({ item: r.pick(THINGS) }),
    ask: {
      en: (a) => [`How many ${a.item} do we have?`, `Check the stock of ${a.item}.`],
      zh: (a) => [`还有多少 ${a.item}？`],
    },
    result: (r, a) => {
      const count = r.int(0, 500);
      return { value: { count }, en: `There are ${count} ${a.item} in stock.`, zh: `${a.item} 的库存是 ${count}。` };
    },
  },
  {
    name: "play_song",
    description: "Play a song by mood",
    parameters: { mood: "string", volume: "integer" },
    draw: (r) => ({ mood: r.pick(["happy", "calm", "sad", "fast", "slow"]), volume: r.int(1, 10) }),
    ask: {
      en: (a) => [`Play something ${a.mood} at volume ${a.volume}.`],
      zh: (a) => [`播放 ${a.mood} 的歌，音量 ${a.volume}。`],
    },
  },
  {
    name: "turn_light",
    description: "Set a light's color in a room",
    parameters: { room: "string", color: "string" },
    draw: (r) => ({ room: r.pick(["kitchen", "bedroom", "hall", "office", "garage"]), color: r.pick(COLORS) }),
    ask: {
      en: (a) => [`Make the ${a.room} light ${a.color}.`, `Turn the light in the ${a.room} to ${a.color}.`],
      zh: (a) => [`把 ${a.room} 的灯调成 ${a.color}。`],
    },
  },
];

export function tools(random: Random, language: Language): Draft {
  const kinds = random.some(KINDS, random.pick([1, 2, 2, 3]));
  const [kind] = kinds as [ToolKind];
  const offered = random.shuffle(kinds).map(specify);
  const names = offered.map((tool) => tool.function.name).join(",");
  if (random.chance(0.08)) {
    // Tools on offer, but the request is for code: answer it.
    const task = numbers(random, language);
    return { ...task, signature: `tools:none(${names}):${task.signature}`, shows: [task.signature], tools: offered };
  }
  const first = kind.draw(random);
  if (kind.result && random.chance(0.3)) return tellResult(kind, first, offered, names, random, language);
  const second = random.chance(0.2) ? secondCall(kinds, kind, first, random) : undefined;
  const calls: Call[] = [{ name: kind.name, arguments: first }, ...(second ? [second.call] : [])];
  const asks = [
    random.pick(kind.ask[language](first)),
    ...(second ? [random.pick(second.kind.ask[language](second.call.arguments))] : []),
  ];
  return {
    signature: `tools:${calls.map((call) => call.name).join("+")}(${names})`,
    messages: [{ role: "user", content: asks.join(language === "zh" ? "" : " ") }],
    tools: offered,
    reference: writeCalls(calls),
    tests: { kind: "calls", expected: calls },
  };
}

/** Tool calls as the chat template writes them into the assistant's turn. */
export function writeCalls(calls: readonly Call[]): string {
  return calls
    .map((call) => `<tool_call>\n${writeJson({ name: call.name, arguments: call.arguments })}\n</tool_call>`)
    .join("\n");
}

function secondCall(
  kinds: readonly ToolKind[],
  first: ToolKind,
  had: { [name: string]: Json },
  random: Random,
): { kind: ToolKind; call: Call } | undefined {
  const kind = random.pick(kinds);
  const args = kind.draw(random);
  if (kind === first && writeJson(args) === writeJson(had)) return undefined;
  return { kind, call: { name: kind.name, arguments: args } };
}

function tellResult(
  kind: ToolKind,
  args: { [name: string]: Json },
  offered: Tool[],
  names: string,
  random: Random,
  language: Language,
): Draft {
  const told = kind.result?.(random, args);
  if (!told) throw new Error(`${kind.name} has no result to tell`);
  return {
    signature: `tools:tell.${kind.name}(${names})`,
    messages: [
      { role: "user", content: random.pick(kind.ask[language](args)) },
      {
        role: "assistant",
        content: "",
        tool_calls: [{ type: "function", function: { name: kind.name, arguments: args } }],
      },
      { role: "tool", content: writeJson(told.value) },
    ],
    tools: offered,
    reference: told[language],
    tests: { kind: "text", includes: Object.values(told.value).map(String) },
  };
}

function specify(kind: ToolKind): Tool {
  const properties = Object.fromEntries(Object.entries(kind.parameters).map(([name, type]) => [name, { type }]));
  return {
    type: "function",
    function: {
      name: kind.name,
      description: kind.description,
      parameters: { type: "object", properties, required: Object.keys(kind.parameters) },
    },
  };
}
