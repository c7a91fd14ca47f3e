/** The contract that clients, edges and workers share. It imports nothing of theirs. */
export * from "./codec.ts";
export * from "./edit-event.ts";
export * from "./reducer.ts";
export * from "./service-definition.ts";
