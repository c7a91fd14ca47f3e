/** Repeats a question until it is answered, for a server that may be unreachable for a while. The question must be idempotent. */

const RETRY_MS = 200;

/** @throws the last attempt's error, once `interested` returns false */
export async function retryWhile<T>(attempt: () => Promise<T>, interested: () => boolean): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!interested()) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
