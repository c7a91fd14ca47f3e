/** Opens the encoder of an engine's prompts: a tokenizer here, and others in threads for long prompts. */
import { Worker } from "node:worker_threads";
import { PromptClient } from "../threads/prompt-client.ts";
import { encodePrompt, openTokenizer, type TokenizerFiles } from "../tokenizer/tokenizer.ts";

/** The threads start with their first prompts. @throws PackageError naming the file that cannot be used */
export async function openPrompts(files: TokenizerFiles): Promise<PromptClient> {
  const tokenizer = await openTokenizer(files);
  const thread = new URL("./prompt-thread.ts", import.meta.url);
  return new PromptClient({
    encodeHere: (prompt, limit) => encodePrompt(tokenizer, prompt, limit),
    bytes: (token) => tokenizer.bytes(token),
    openThread: () => new Worker(thread, { workerData: files }),
  });
}
