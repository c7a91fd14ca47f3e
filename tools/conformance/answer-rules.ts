/** The rules of docs/edit-events.md that hold for a completion, each with the requests that try it. */
import { chunksOf, committed, editsOf, type Json, post, type Streamed } from "./exchange.ts";
import { asking, type Outcome, type ServerRule, streamed, type Trial } from "./trial.ts";

async function* chunks(trial: Trial): Outcome {
  const answer = await streamed(trial);
  if (answer.status !== 200) return yield `a stream with \`include_edits\` was answered with ${answer.status}`;
  if (!answer.contentType.startsWith("text/event-stream")) yield `the content-type was ${answer.contentType}`;
  if (answer.messages.at(-1)?.data !== "[DONE]") yield `the last message was ${answer.messages.at(-1)?.data}`;
  const events = editsOf(answer);
  if (events.length === 0) return yield "no chunk had an `edit`";
  const deltas = deltasOf(answer);
  if (deltas.join() !== committed(events).join())
    yield `deltas say ${JSON.stringify(deltas)}, commits ${JSON.stringify(committed(events))}`;
  const [reasons, done] = [reasonsOf(answer), events.flatMap((event) => (event.type === "done" ? [event] : []))];
  if (reasons.join() !== done.map(({ finish_reason }) => finish_reason).join())
    yield `\`finish_reason\` was ${reasons}, \`done\` said ${done.map(({ finish_reason }) => finish_reason)}`;
  return undefined;
}

async function* quiet(trial: Trial): Outcome {
  const answer = await streamed(trial, {}, {}, false);
  if (chunksOf(answer).some((chunk) => "edit" in chunk)) yield "a chunk had an `edit`";
  const asked = committed(editsOf(await streamed(trial)));
  if (deltasOf(answer).join() !== asked.join())
    yield `the text was ${JSON.stringify(deltasOf(answer))}, and with edits ${JSON.stringify(asked)}`;
  return undefined;
}

async function* whole(trial: Trial): Outcome {
  const answer = (await (await post(trial, asking(trial))).json()) as Json;
  const text = answer.choices?.[0]?.message?.content;
  const commits = committed(editsOf(await streamed(trial)));
  if (text !== commits[0]) yield `the answer was ${JSON.stringify(text)}, the commits ${JSON.stringify(commits[0])}`;
  return undefined;
}

async function* choices(trial: Trial): Outcome {
  const answer = await streamed(trial, { n: 2 });
  if (answer.status === 400) return "the server refuses n: 2";
  const open = editsOf(answer).find((event) => event.type === "open");
  if (open?.choices !== 2) yield `\`open\` counts ${open?.choices} choices`;
  const deltas = deltasOf(answer);
  if (deltas.length !== 2) yield `chunks have ${deltas.length} choices`;
  return undefined;
}

async function* stops(trial: Trial): Outcome {
  const [text = ""] = committed(editsOf(await streamed(trial)));
  const stop = text.slice(text.length / 2).match(/\S{2}/)?.[0];
  if (!stop) return `the answer ${JSON.stringify(text)} is too short`;
  const events = editsOf(await streamed(trial, { stop }));
  const [cut] = committed(events);
  const expected = text.slice(0, text.indexOf(stop));
  if (cut !== expected)
    yield `with stop ${JSON.stringify(stop)} it was ${JSON.stringify(cut)}, not ${JSON.stringify(expected)}`;
  const said = events.findLast((event) => event.type === "commit")?.stop;
  if (said !== stop) yield `the last commit's \`stop\` was ${JSON.stringify(said)}, not ${JSON.stringify(stop)}`;
  return undefined;
}

async function* limit(trial: Trial): Outcome {
  const max_tokens = 5;
  const events = editsOf(await streamed(trial, { max_tokens }));
  const end = events.find((event) => event.type === "end");
  const reason = events.find((event) => event.type === "done")?.finish_reason;
  if (end && end.usage.completion_tokens > max_tokens)
    yield `${end.usage.completion_tokens} tokens with max_tokens ${max_tokens}`;
  if (reason !== "length") yield `\`done\` said ${JSON.stringify(reason)}, not "length", with max_tokens ${max_tokens}`;
  return undefined;
}

async function* windows(trial: Trial): Outcome {
  const answer = await streamed(trial, { editing_window: 2 });
  if (answer.status === 400) return "the server refuses editing_window: 2";
  const open = editsOf(answer).find((event) => event.type === "open");
  if (open?.decoding.editing_window !== 2) yield `\`open\` says editing_window ${open?.decoding.editing_window}`;
  return undefined;
}

async function* grammars(trial: Trial): Outcome {
  const answer = await streamed(trial, { response_format: { type: "json_object" }, max_tokens: 96 });
  if (answer.status === 400 || answer.status === 503) return "the server refuses response_format";
  const events = editsOf(answer);
  const open = events.find((event) => event.type === "open");
  if (open?.decoding.grammar !== true) yield "`open` does not say that a grammar is in force";
  const [text = ""] = committed(events);
  if (!isObject(text)) yield `${JSON.stringify(text)} is not a JSON object`;
  return undefined;
}

async function* refusals(trial: Trial): Outcome {
  const cases = [
    { given: { model: `${trial.model}-of-nobody` }, status: 404, param: undefined },
    { given: { temperature: "hot" }, status: 400, param: "temperature" },
    { given: { messages: [] }, status: 400, param: "messages" },
  ];
  for (const { given, status, param } of cases) {
    const response = await post(trial, { ...asking(trial), stream: true, ...given });
    const text = await response.text();
    if (response.status !== status)
      yield `${JSON.stringify(given)} was answered with ${response.status}, not ${status}`;
    const error = isObject(text) ? (JSON.parse(text) as Json).error : undefined;
    if (typeof error?.message !== "string")
      yield `${JSON.stringify(given)} has no error.message: ${text.slice(0, 200)}`;
    if (param && error?.param !== param) yield `${JSON.stringify(given)} names ${error?.param}, not ${param}`;
  }
  return undefined;
}

export const ANSWER_RULES: readonly ServerRule[] = [
  {
    rule: "chunks",
    text: "Chunks have the events in `edit`; deltas are the commits; the stream ends with `[DONE]`.",
    try: chunks,
  },
  { rule: "quiet", text: "Without `include_edits` no chunk has an event, and the text is the same.", try: quiet },
  { rule: "whole", text: "The commits, joined, are the text of the same request without streaming.", try: whole },
  { rule: "choices", text: "`open` counts the choices that were asked for.", try: choices },
  { rule: "stop-string", text: "A text ends before its first stop string, which the last commit names.", try: stops },
  { rule: "token-limit", text: "A choice that reaches `max_tokens` is done with `length`.", try: limit },
  {
    rule: "window",
    text: "`open` says the editing window, and blocks within it are drafted at the same time.",
    try: windows,
  },
  {
    rule: "grammar",
    text: "Under `response_format` the commits are of its form, and `open` says that a grammar is in force.",
    try: grammars,
  },
  {
    rule: "refusal",
    text: "A request that is wrong is refused before the stream, with an error that names the parameter.",
    try: refusals,
  },
];

function deltasOf(streamed: Streamed): string[] {
  const texts: string[] = [];
  for (const { choices = [] } of chunksOf(streamed)) {
    for (const { index, delta } of choices) texts[index] = (texts[index] ?? "") + (delta?.content ?? "");
  }
  return texts;
}

function reasonsOf(streamed: Streamed): string[] {
  return chunksOf(streamed)
    .flatMap(({ choices = [] }) => choices)
    .flatMap(({ finish_reason }) => (finish_reason ? [finish_reason] : []));
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
