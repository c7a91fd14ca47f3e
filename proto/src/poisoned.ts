/** When a response is `poisoned`: its request seems to crash workers, so it must not go through all of them. */

/** Attempts in a row over the same block. The last of them ends the response. */
export const FRUITLESS_LIMIT = 3;

/** The error message. @param part what the workers were generating, as "block 3" */
export function poisonedMessage(crashes: number, part: string): string {
  return `${crashes} workers crashed while generating ${part}; not retrying`;
}
