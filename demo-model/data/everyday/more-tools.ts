/** Family `more-tools`: tools of daily life, asked for as people do; some requests need two calls, some need none. */

import { writeJson } from "../json.ts";
import type { Random } from "../random.ts";
import type { Call, Draft, Json, Language, Tool } from "../sample.ts";
import { writeCalls } from "../tools.ts";
import { everyday } from "./everyday.ts";
import { fillSentence } from "./extraction.ts";
import { MORE_TOOL_KINDS } from "./more-tool-kinds.ts";
import { OTHER_TOOL_KINDS } from "./other-tool-kinds.ts";
import { everydaySplit, isHeldOut } from "./splits.ts";
import { type EverydayTool, TOOL_KINDS } from "./tool-kinds.ts";

const KINDS: readonly EverydayTool[] = [...TOOL_KINDS, ...MORE_TOOL_KINDS, ...OTHER_TOOL_KINDS];
const NO_CALL_SHARE = 0.08;
const RESULT_SHARE = 0.25;
const SECOND_CALL_SHARE = 0.2;
/** Words between two requests. */
const LINKS: { readonly [language in Language]: readonly string[] } = {
  en: [" ", "\n", " and then: ", " / ", " also, "],
  zh: ["", "然后，", "\n", "还有，"],
};

type Arguments = { [name: string]: Json };

export function moreTools(random: Random, language: Language): Draft {
  const kinds = random.some(KINDS, random.int(1, 4));
  const tools = random.shuffle(kinds).map(specify);
  if (random.chance(NO_CALL_SHARE)) return withoutCall(tools, random, language);
  const [kind] = kinds as [EverydayTool];
  const first = request(kind, random, language);
  if (kind.result && random.chance(RESULT_SHARE)) return tellResult(kind, first, tools, random, language);
  const second = random.chance(SECOND_CALL_SHARE) ? secondRequest(kinds, first, random, language) : undefined;
  const requests = second ? [first, second] : [first];
  const calls = requests.map(({ call }) => call);
  return {
    signature: `more-tools:${calls.map(({ name }) => name).join("+")}`,
    split: splitOfAll(requests),
    messages: [{ role: "user", content: requests.map(({ text }) => text).join(random.pick(LINKS[language])) }],
    tools,
    reference: writeCalls(calls),
    tests: { kind: "calls", expected: calls },
  };
}

interface ToolRequest {
  sentence: string;
  text: string;
  call: Call;
}

function request(kind: EverydayTool, random: Random, language: Language): ToolRequest {
  const sentence = random.pick(kind[language]);
  const args: Arguments = kind.draw(random);
  return { sentence, text: fillSentence(sentence, args), call: { name: kind.name, arguments: args } };
}

function secondRequest(
  kinds: readonly EverydayTool[],
  first: ToolRequest,
  random: Random,
  language: Language,
): ToolRequest | undefined {
  const second = request(random.pick(kinds), random, language);
  return writeJson(second.call) === writeJson(first.call) ? undefined : second;
}

/** A request is held out as soon as one of its tools or sentences is. */
function splitOfAll(requests: readonly ToolRequest[]): NonNullable<Draft["split"]> {
  const splits = requests.map(({ call, sentence }) => everydaySplit(call.name, sentence));
  for (const split of ["tasks", "wordings", "validation"] as const) if (splits.includes(split)) return split;
  return "train";
}

/** Tools on offer, but the request is for code. */
function withoutCall(tools: Tool[], random: Random, language: Language): Draft {
  const draft = everyday(random, language);
  const heldOut = tools.some((tool) => isHeldOut(tool.function.name));
  return {
    ...draft,
    signature: `more-tools:none:${draft.signature}`,
    split: heldOut ? "tasks" : (draft.split ?? "train"),
    tools,
  };
}

/** The call is made already; the answer says its result. */
function tellResult(
  kind: EverydayTool,
  { sentence, text, call }: ToolRequest,
  tools: Tool[],
  random: Random,
  language: Language,
): Draft {
  const { result } = kind;
  if (!result) throw new Error(`${kind.name} has no result to tell`);
  const value: Arguments = result.draw(random);
  return {
    signature: `more-tools:tell.${kind.name}`,
    split: everydaySplit(kind.name, sentence),
    messages: [
      { role: "user", content: text },
      { role: "assistant", content: "", tool_calls: [{ type: "function", function: call }] },
      { role: "tool", content: writeJson(value) },
    ],
    tools,
    reference: fillSentence(result[language], { ...call.arguments, ...value }),
    tests: { kind: "text", includes: Object.values(value).map(String) },
  };
}

function specify({ name, description, parameters }: EverydayTool): Tool {
  const properties = Object.fromEntries(Object.entries(parameters).map(([key, type]) => [key, { type }]));
  return {
    type: "function",
    function: { name, description, parameters: { type: "object", properties, required: Object.keys(parameters) } },
  };
}
