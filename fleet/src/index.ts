/** The parts of NATS that edges and workers of a fleet share. */
export * from "./api-keys.ts";
export * from "./delivery.ts";
export * from "./jetstream-errors.ts";
export * from "./link.ts";
export * from "./log.ts";
export * from "./queues.ts";
export * from "./registry.ts";
export * from "./retry-while.ts";
export * from "./stored.ts";
export * from "./streams.ts";
export * from "./subjects.ts";
