/** The protocol of edit events, which clients share with edges: events, their order, and the document that they describe. */
export * from "./edit-event.ts";
export * from "./error-codes.ts";
export * from "./error-event.ts";
export * from "./position.ts";
export * from "./reducer.ts";
