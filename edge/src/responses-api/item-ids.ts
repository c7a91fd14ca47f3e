/**
 * Ids of items derive from their response, so that a response that is read again has the same ids, and an item can be found
 * by its id alone.
 */

const PREFIXES = { message: "msg", function_call: "fc", function_call_output: "fco" } as const;

type ItemType = keyof typeof PREFIXES;

export const RESPONSE_PREFIX = "resp_";

/** Id of an output item. */
export function itemIdOf(type: ItemType, responseId: string, outputIndex: number): string {
  return `${PREFIXES[type]}_${bareId(responseId)}_${outputIndex}`;
}

/** Id of an input item for which the client gave none. */
export function inputIdOf(type: ItemType, responseId: string, index: number): string {
  return `${PREFIXES[type]}_${bareId(responseId)}_in${index}`;
}

/** Id of a call, which its output repeats. OpenAI accepts at most 40 characters in a conversation. */
export function callIdOf(responseId: string, call: number): string {
  return `call_${bareId(responseId).slice(0, 24)}_${call}`;
}

/** The response that the item belongs to; undefined if this server has not made the id. */
export function responseIdOf(itemId: string): string | undefined {
  const [, bare] = /^(?:msg|fc|fco)_([0-9a-f]{32})_(?:in)?\d+$/.exec(itemId) ?? [];
  return bare === undefined ? undefined : RESPONSE_PREFIX + bare;
}

function bareId(responseId: string): string {
  return responseId.slice(RESPONSE_PREFIX.length);
}
