/** Asks again until there is an answer: a server that is away comes back, and what it was asked had better be repeatable. */

const RETRY_MS = 200;

/** @throws what the last question threw, once nobody is interested any more */
export async function insist<T>(ask: () => Promise<T>, interested: () => boolean): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!interested()) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
