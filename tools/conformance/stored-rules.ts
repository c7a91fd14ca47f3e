/** The rules of docs/edit-events.md for a server that stores events, each with the requests that try it. */
import type { EditEvent } from "@palimpsest/proto";
import { editsOf, eventsOf, type Message, post, read, type Streamed, send } from "./exchange.ts";
import { asking, type Outcome, type ServerRule, streamed, type Trial } from "./trial.ts";

const NO_STORE = "the server stores no events: it sent no x-response-id";

async function* replays(trial: Trial): Outcome {
  const first = await streamed(trial);
  if (!first.responseId) return NO_STORE;
  const again = await read(await send(trial, `/v1/streams/${first.responseId}`));
  if (again.status !== 200) return yield `it was answered with ${again.status}`;
  trial.received(eventsOf(again));
  const [told, repeated] = [lasting(editsOf(first)), lasting(eventsOf(again))];
  if (told !== repeated) yield `the stored events differ: ${told} became ${repeated}`;
  for (const { event, data } of again.messages) {
    const { type } = JSON.parse(data);
    if (event !== type) yield `an event of type ${type} was named ${event}`;
  }
  return undefined;
}

async function* resumes(trial: Trial): Outcome {
  const first = await streamed(trial);
  const id = first.responseId;
  if (!id) return NO_STORE;
  const all = editsOf(first);
  for (const [index, message] of editMessages(first).entries()) {
    if (!message.id) return yield `event ${index} has no id`;
    const encoded = encodeURIComponent(message.id);
    const behind = lasting(all.slice(index + 1));
    const byQuery = await read(await send(trial, `/v1/streams/${id}?after=${encoded}`));
    if (lasting(eventsOf(byQuery)) !== behind)
      yield `after ${message.id} came ${lasting(eventsOf(byQuery))} instead of ${behind}`;
  }
  const last = editMessages(first).at(-1)!.id!;
  const header = await read(await send(trial, `/v1/streams/${id}`, { headers: { "last-event-id": last } }));
  if (header.messages.length > 0) yield `behind the last event came ${header.messages[0]!.data}`;
  const wrong = await send(trial, `/v1/streams/${id}?after=nowhere`);
  if (wrong.status !== 400) yield `?after=nowhere was answered with ${wrong.status}, not 400`;
  await wrong.body?.cancel();
  const unknown = await send(trial, `/v1/streams/${id}-of-nobody`);
  if (unknown.status !== 404) yield `an unknown id was answered with ${unknown.status}, not 404`;
  await unknown.body?.cancel();
  return undefined;
}

async function* cancels(trial: Trial): Outcome {
  const options = { stream: true, stream_options: { include_edits: true }, ignore_eos: true, max_tokens: 512 };
  const response = await post(trial, { ...asking(trial), ...options });
  const id = response.headers.get("x-response-id");
  if (!id) {
    await response.body?.cancel();
    return NO_STORE;
  }
  let deleted: Promise<Response> | undefined;
  const answer = await read(response, () => {
    deleted ??= send(trial, `/v1/streams/${id}`, { method: "DELETE" });
    return false;
  });
  const status = (await deleted)?.status;
  if (status !== 204) yield `DELETE was answered with ${status}, not 204`;
  const events = editsOf(answer);
  trial.received(events);
  const last = events.at(-1);
  if (last?.type !== "error" || last.code !== "cancelled") yield `the last event was ${JSON.stringify(last)}`;
  if (answer.messages.at(-1)?.data === "[DONE]") yield "`[DONE]` followed an error";
  return undefined;
}

async function* repeats(trial: Trial): Outcome {
  const headers = { "idempotency-key": crypto.randomUUID() };
  const first = await streamed(trial, {}, headers);
  if (!first.responseId) return NO_STORE;
  const second = await streamed(trial, {}, headers);
  if (second.responseId !== first.responseId) yield `${first.responseId} became ${second.responseId}`;
  if (lasting(editsOf(second)) !== lasting(editsOf(first))) yield "the second answer had other events";
  const conflict = await post(trial, { ...asking(trial), seed: 7 }, headers);
  if (conflict.status !== 409) yield `another body with the same key was answered with ${conflict.status}, not 409`;
  await conflict.body?.cancel();
  return undefined;
}

export const STORED_RULES: readonly ServerRule[] = [
  {
    rule: "replay",
    text: "`GET /v1/streams/{id}` sends the events of a response again, named by their types.",
    try: replays,
  },
  { rule: "resume", text: "Behind any event's id come the commits that followed it, each once.", try: resumes },
  {
    rule: "cancel",
    text: "`DELETE /v1/streams/{id}` ends a response with the error `cancelled`, and without `[DONE]`.",
    try: cancels,
  },
  {
    rule: "idempotency",
    text: "The same `Idempotency-Key` gets the same response; with another body, a 409.",
    try: repeats,
  },
];

/** The events that are never dropped, without their positions. */
function lasting(events: readonly EditEvent[]): string {
  const kept = events.filter(({ type }) => type !== "draft" && type !== "open");
  return JSON.stringify(kept.map(({ attempt: _, seq: __, ...event }) => event));
}

function editMessages({ messages }: Streamed): Message[] {
  return messages.filter(({ data }) => data !== "[DONE]" && JSON.parse(data).edit);
}
