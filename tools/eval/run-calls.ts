/** Runs JavaScript in a context of its own and calls its functions. It stops no hostile code: see isolated.ts. */
import vm from "node:vm";
import type { Json } from "./task.ts";

/** Functions of an answer to call, one after the other, in the state that the calls before left. */
export interface CallList {
  readonly code: string;
  readonly calls: readonly { readonly entry: string; readonly args: readonly Json[] }[];
}

/** What came back, call by call, or why nothing did. */
export type CallResults = { readonly results: readonly Json[] } | { readonly error: string };

/** Every number that JSON cannot say, and undefined, comes back as its name. */
const SAY_ALL = `(key, value) => typeof value === "number" && !Number.isFinite(value) ? String(value) : value === undefined ? "undefined" : value`;

/** Never throws. The context holds the language and nothing else, and cannot make code out of strings. */
export function runCalls({ code, calls }: CallList, timeoutMs: number): CallResults {
  try {
    const context = vm.createContext(vm.constants.DONT_CONTEXTIFY, { codeGeneration: { strings: false, wasm: false } });
    const inputs = JSON.stringify(JSON.stringify(calls.map((one) => one.args)));
    // Results leave the context as one string, so no object of the answer's realm is touched out here.
    const call = `JSON.stringify([${calls.map((one) => one.entry).join(", ")}].map((entry, i) => entry(...JSON.parse(${inputs})[i])), ${SAY_ALL})`;
    const printed: unknown = vm.runInContext(`"use strict";${code}\n;${call}`, context, { timeout: timeoutMs });
    const results: unknown = JSON.parse(String(printed));
    return Array.isArray(results) ? { results } : { error: "no results" };
  } catch (error) {
    return { error: String(error).slice(0, 200) };
  }
}
