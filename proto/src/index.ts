/** The contract that clients, edges and workers share. It imports nothing of theirs. */
export * from "./edit-event.ts";
