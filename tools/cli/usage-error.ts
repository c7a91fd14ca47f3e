/** Input that a command cannot understand. Its message is all that the user needs. */
export class UsageError extends Error {}
