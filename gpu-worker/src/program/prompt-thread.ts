/** A thread that encodes prompts, one after another. threads/prompt-client.ts is the engine's end. */
import { parentPort, workerData } from "node:worker_threads";
import { TooManyTokens, WorkerError } from "../errors.ts";
import type { FromPrompt, ToPrompt } from "../threads/prompt-messages.ts";
import { encodePrompt, openTokenizer, type TokenizerFiles } from "../tokenizer/tokenizer.ts";

if (parentPort === null) throw new Error("prompt-thread.ts must run as a worker thread; use open-engine.ts");
const port = parentPort;
const tokenizer = await openTokenizer(workerData as TokenizerFiles);

port.on("message", (message: ToPrompt) => {
  const answer = answerTo(message);
  port.postMessage(answer, answer.kind === "tokens" ? [answer.tokens.buffer] : []);
});

function answerTo({ prompt, limit }: ToPrompt): FromPrompt {
  try {
    return { kind: "tokens", tokens: Uint32Array.from(encodePrompt(tokenizer, prompt, limit)) };
  } catch (error) {
    if (error instanceof TooManyTokens) return { kind: "too-many", atLeast: error.atLeast };
    if (!(error instanceof WorkerError)) throw error;
    const { code, message, param } = error;
    return { kind: "rejected", code, message, param };
  }
}
