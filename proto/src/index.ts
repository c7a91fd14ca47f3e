/** The contract that clients, edges and workers share. It imports nothing of theirs. */
export * from "./capabilities.ts";
export * from "./committed.ts";
export * from "./defined.ts";
export * from "./event-codec.ts";
export * from "./events.ts";
export type * from "./generate-request.ts";
export type * from "./grammar-source.ts";
export * from "./limits.ts";
export * from "./loopback.ts";
export type * from "./model-info.ts";
export * from "./nesting.ts";
export * from "./service-definition.ts";
export * from "./trace-context.ts";
export * from "./unreachable.ts";
export { CodecError } from "./wire-names.ts";
