/** Assigns the results of tools in a conversation to the calls before them: by id, whatever their order. */

/** The part of a message that says so. */
interface Message {
  readonly role: string;
  readonly tool_calls?: readonly { readonly id: string }[] | null | undefined;
  readonly tool_call_id?: string | undefined;
}

export interface MessageFault {
  /** Index in the list of messages. */
  readonly path: (string | number)[];
  readonly message: string;
}

/** A message that calls tools, and the results right behind it. Without calls: results that no message asked for. */
interface Turn<M> {
  readonly index: number;
  readonly calls: readonly string[];
  readonly results: readonly M[];
}

/**
 * Ids that are double, that name no call, and calls without a result; in the order of the messages.
 * @param result how a client sends a result
 */
export function* toolResultFaults(
  messages: readonly Message[],
  result = 'a "tool" message with this tool_call_id right behind it',
): Generator<MessageFault> {
  for (const { index, calls, results } of turnsOf(messages)) {
    for (const [i, id] of calls.entries()) {
      if (calls.indexOf(id) === i) continue;
      yield { path: [index, "tool_calls", i, "id"], message: `${quoted(id)} is the id of an earlier call, too` };
    }
    const firstResult = index + (calls.length > 0 ? 1 : 0);
    const seen = new Set<string>();
    for (const [i, { tool_call_id: id = "" }] of results.entries()) {
      const path = [firstResult + i, "tool_call_id"];
      if (!calls.includes(id)) yield { path, message: unknownCall(id, calls) };
      else if (seen.has(id)) yield { path, message: `the call ${quoted(id)} has a result already` };
      seen.add(id);
    }
    for (const [i, id] of calls.entries()) {
      if (seen.has(id)) continue;
      const message = `the call ${quoted(id)} has no result; send ${result}`;
      yield { path: [index, "tool_calls", i], message };
    }
  }
}

/** The same messages with the results of each turn in the order of its calls: a chat template shows no ids. */
export function inOrderOfCalls<M extends Message>(messages: readonly M[]): M[] {
  const ordered = [...messages];
  for (const { index, calls, results } of turnsOf(messages)) {
    const places = new Map(calls.map((id, place) => [id, place]));
    const place = ({ tool_call_id: id = "" }: M) => places.get(id) ?? calls.length;
    ordered.splice(index + 1, results.length, ...results.toSorted((a, b) => place(a) - place(b)));
  }
  return ordered;
}

function* turnsOf<M extends Message>(messages: readonly M[]): Generator<Turn<M>> {
  for (let index = 0; index < messages.length; index++) {
    const message = messages[index]!;
    const calls = message.role === "assistant" ? (message.tool_calls ?? []).map(({ id }) => id) : [];
    if (calls.length === 0 && message.role !== "tool") continue;
    const first = calls.length > 0 ? index + 1 : index;
    let end = first;
    while (messages[end]?.role === "tool") end++;
    yield { index, calls, results: messages.slice(first, end) };
    index = end - 1;
  }
}

function unknownCall(id: string, calls: readonly string[]): string {
  if (calls.length === 0) return `${quoted(id)} matches no tool call; put the result after its assistant message`;
  return `${quoted(id)} matches no tool call of the assistant message before it; its calls are ${calls.map(quoted).join(", ")}`;
}

/** Short enough for a message. */
function quoted(id: string): string {
  return JSON.stringify(id.length > 64 ? `${id.slice(0, 64)}…` : id);
}
