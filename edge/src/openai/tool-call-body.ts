/**
 * Reads the body of a tool call as it arrives: white space, one JSON object, white space, the closing mark. What cannot be
 * one is known at its first wrong character, so that text which only mentions the opening mark is not held back.
 */

import { MAX_NESTING } from "@palimpsest/proto";

const CLOSE = "</tool_call>";

export interface CallBody {
  /** Takes the next character. Not once the body is closed or invalid. */
  push(character: string): void;
  readonly state: CallBodyState;
  /** Characters up to the end of the object. */
  readonly length: number;
}

/** `complete`: the object is whole, the closing mark is not. */
export type CallBodyState = "before" | "opened" | "object" | "string" | "escape" | "complete" | "closed" | "invalid";

export function createCallBody(): CallBody {
  let state: CallBodyState = "before";
  let depth = 0;
  let length = 0;
  /** Characters of the closing mark so far. */
  let closing = 0;

  function next(character: string): CallBodyState {
    switch (state) {
      case "before":
        if (character !== "{") return isSpace(character) ? "before" : "invalid";
        depth = 1;
        return "opened";
      case "opened":
        if (character === '"') return "string";
        if (character === "}") return "complete";
        return isSpace(character) ? "opened" : "invalid";
      case "object":
        if (character === '"') return "string";
        if (character === "{" || character === "[") return ++depth > MAX_NESTING ? "invalid" : "object";
        if (character === "}" || character === "]") return --depth === 0 ? "complete" : "object";
        return isSpace(character) || /[\w:,.+-]/.test(character) ? "object" : "invalid";
      case "string":
        if (character === "\\") return "escape";
        if (character === '"') return "object";
        return character < " " ? "invalid" : "string";
      case "escape":
        return character < " " ? "invalid" : "string";
      case "complete":
        if (closing === 0 && isSpace(character)) return "complete";
        if (character !== CLOSE[closing]) return "invalid";
        return ++closing === CLOSE.length ? "closed" : "complete";
      case "closed":
      case "invalid":
        return state;
    }
  }

  return {
    push(character) {
      if (state !== "complete") length++;
      state = next(character);
    },
    get state() {
      return state;
    },
    get length() {
      return length;
    },
  };
}

/** White space of JSON. */
function isSpace(character: string): boolean {
  return character === " " || character === "\n" || character === "\t" || character === "\r";
}
