/**
 * Runs JavaScript in a context of its own and calls its functions. It is no defence against hostile code: see
 * isolated.ts.
 */
import vm from "node:vm";
import type { Json } from "./task.ts";

/** Functions of an answer to call in order; state persists between calls. */
export interface CallList {
  readonly code: string;
  readonly calls: readonly { readonly entry: string; readonly args: readonly Json[] }[];
}

/** The result of each call, or the reason why there is none. */
export type CallResults = { readonly results: readonly Json[] } | { readonly error: string };

/** Replaces numbers that JSON cannot represent, and undefined, by their names. */
const SAY_ALL = `(key, value) => typeof value === "number" && !Number.isFinite(value) ? String(value) : value === undefined ? "undefined" : value`;

/** Never throws. The context contains only the language and cannot compile strings to code. */
export function runCalls({ code, calls }: CallList, timeoutMs: number): CallResults {
  try {
    const context = vm.createContext(vm.constants.DONT_CONTEXTIFY, { codeGeneration: { strings: false, wasm: false } });
    const inputs = JSON.stringify(JSON.stringify(calls.map((one) => one.args)));
    // The context returns results as one string, so that no object of its realm is touched outside.
    const call = `JSON.stringify([${calls.map((one) => one.entry).join(", ")}].map((entry, i) => entry(...JSON.parse(${inputs})[i])), ${SAY_ALL})`;
    const printed: unknown = vm.runInContext(`"use strict";${code}\n;${call}`, context, { timeout: timeoutMs });
    const results: unknown = JSON.parse(String(printed));
    return Array.isArray(results) ? { results } : { error: "no results" };
  } catch (error) {
    return { error: String(error).slice(0, 200) };
  }
}
