/** Places in a client's body. */

/** As in `["messages", 0, "content", 1]`. */
export type Path = (string | number)[];

/** As OpenAI's errors name it: `messages[0].content[1]`. */
export function nameOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === "number") return `${name}[${key}]`;
    return name ? `${name}.${String(key)}` : String(key);
  }, "");
}
