/** Places in a schema document, as JSON pointers. */
import { GrammarError } from "./grammar-error.ts";

export type SchemaObject = Readonly<Record<string, unknown>>;

/** A name as a part of a pointer. */
export function pointerPart(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** A pointer as errors show it. */
export function pointerOf(pointer: string): string {
  return pointer.length > 200 ? `${pointer.slice(0, 200)}...` : pointer;
}

/** The schema that a pointer names. @throws GrammarError when there is none */
export function resolve(root: unknown, pointer: string, place: string): unknown {
  let value = root;
  for (const part of pointer.slice(2).split("/")) {
    const key = decoded(part, place).replaceAll("~1", "/").replaceAll("~0", "~");
    const isThere = typeof value === "object" && value !== null && Object.hasOwn(value, key);
    if (!isThere) throw new GrammarError(`${place}: nothing is at ${pointerOf(JSON.stringify(pointer))}`);
    value = (value as SchemaObject)[key];
  }
  return value;
}

function decoded(part: string, place: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new GrammarError(`${place}: ${JSON.stringify(part)} is not a part of a pointer`);
  }
}
