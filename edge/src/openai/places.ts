/** Names of places in a client's body, for endpoints whose messages are translated on their way to the worker. */
import { defined } from "@palimpsest/proto";
import { EdgeError } from "../errors.ts";

/** As in `["messages", 0, "content", 1]`. */
export type Path = (string | number)[];

/** As OpenAI's errors name it: `messages[0].content[1]`. */
export function nameOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === "number") return `${name}[${key}]`;
    return name ? `${name}.${String(key)}` : String(key);
  }, "");
}

/**
 * The error with the worker's place of a message, as in `messages[3]`, replaced by the place in the client's body.
 * @param paths the place of each message that the worker gets
 */
export function inClientsPlaces(error: EdgeError, paths: readonly Path[]): EdgeError {
  const [place, index] = /^messages\[(\d+)\]/.exec(error.param ?? "") ?? [];
  const path = index === undefined ? undefined : paths[Number(index)];
  if (place === undefined || path === undefined) return error;
  const { code, message, param, retryAfterMs } = error;
  return new EdgeError(code, message.replaceAll(place, nameOf(path)), {
    cause: error,
    param: param?.replace(place, nameOf(path)),
    ...defined({ retryAfterMs }),
  });
}
