/** The body of POST /v1/responses as that of a chat completion, which has one way to the worker. */
import { defined } from "@palimpsest/proto";
import { EdgeError } from "../errors.ts";
import type { ChatBody } from "../openai/chat-request.ts";
import { nameOf } from "../openai/places.ts";
import { conversationFault, conversationOf, type Item, type PlacedItem } from "./conversation.ts";
import { responseIdOf } from "./item-ids.ts";
import type { ResponseBody } from "./response-body.ts";
import { chatParametersOf, inBody } from "./response-parameters.ts";
import { responseOf, type StoredResponse } from "./stored-response.ts";

/** The items that the model reads. */
export interface Input {
  /** The conversation of the previous response. */
  readonly earlier: readonly PlacedItem[];
  /** The items of the body, with those that it refers to. */
  readonly own: readonly PlacedItem[];
}

/**
 * Looks up the stored items that the body names.
 * @param read a stored response of this client
 * @throws EdgeError for an id that is unknown, and for calls and outputs that do not match
 */
export async function inputOf(
  { input, previous_response_id }: ResponseBody,
  read: (responseId: string) => Promise<StoredResponse | undefined>,
): Promise<Input> {
  const earlier = previous_response_id == null ? [] : await conversationBefore(previous_response_id, read);
  const given = typeof input === "string" ? [{ role: "user" as const, content: input }] : input;
  const own: PlacedItem[] = [];
  for (const [index, item] of given.entries()) {
    const path = typeof input === "string" ? ["input"] : ["input", index];
    if (item.type !== "item_reference") own.push({ item, path });
    else own.push({ item: await storedItem(item.id, earlier, read, path), path });
  }
  const fault = conversationFault([...earlier, ...own]);
  if (fault) throw invalid(nameOf(fault.path), fault.message);
  return { earlier, own };
}

export function chatBodyOf({ input: _, ...body }: ResponseBody, { earlier, own }: Input): ChatBody {
  const messages = conversationOf(body.instructions, [...earlier, ...own]).map(({ message }) => message);
  return { ...chatParametersOf(body), messages };
}

/** The error with places of the chat completion, as in `messages[3]`, replaced by those in the client's body. */
export function inClientsPlaces(error: EdgeError, body: ResponseBody, { earlier, own }: Input): EdgeError {
  const paths = conversationOf(body.instructions, [...earlier, ...own]).map(({ path }) => path);
  const [place, index] = /^messages\[(\d+)\]/.exec(error.param ?? "") ?? [];
  const path = index === undefined ? undefined : paths[Number(index)];
  const placed = (text: string) => inBody(place && path ? text.replaceAll(place, nameOf(path)) : text);
  const { code, message, param, retryAfterMs } = error;
  if (param === null || placed(param) === param) return error;
  return new EdgeError(code, placed(message), { cause: error, param: placed(param), ...defined({ retryAfterMs }) });
}

async function conversationBefore(
  responseId: string,
  read: (responseId: string) => Promise<StoredResponse | undefined>,
): Promise<PlacedItem[]> {
  const param = "previous_response_id";
  const stored = await read(responseId);
  if (!stored) {
    const message = `${param}: response ${quoted(responseId)} not found: it expired, was deleted or was not stored.`;
    throw new EdgeError("previous_response_not_found", message, { param });
  }
  const { status, output } = responseOf(stored);
  if (status !== "completed" && status !== "incomplete") {
    throw invalid(param, `response ${quoted(responseId)} is ${status}: only an answer that has ended can be continued`);
  }
  return [...stored.items, ...output].map((item) => ({ item, path: [param] }));
}

async function storedItem(
  id: string,
  earlier: readonly PlacedItem[],
  read: (responseId: string) => Promise<StoredResponse | undefined>,
  path: (string | number)[],
): Promise<Item> {
  const known = earlier.find(({ item }) => item.id === id)?.item;
  if (known) return known;
  const responseId = responseIdOf(id);
  const stored = responseId === undefined ? undefined : await read(responseId);
  const item = stored && [...stored.items, ...responseOf(stored).output].find((item) => item.id === id);
  if (item) return item;
  const param = nameOf([...path, "id"]);
  const message = `${param}: item ${quoted(id)} not found: its response expired, was deleted or was not stored; send the item itself.`;
  throw new EdgeError("response_not_found", message, { param });
}

function invalid(param: string, message: string): EdgeError {
  return new EdgeError("invalid_request", `${param}: ${message}`, { param });
}

/** Short enough for a message. */
function quoted(id: string): string {
  return JSON.stringify(id.length > 64 ? `${id.slice(0, 64)}…` : id);
}
