/** An engine without a model that answers as a request's form demands: with its shortest text, over several blocks. */
import { errorEvent, type GrammarSource } from "@palimpsest/proto";
import { GrammarError } from "../../../gpu-worker/src/grammar/grammar-error.ts";
import { grammarText } from "../../../gpu-worker/src/grammar/grammar-source.ts";
import { ScriptedEngine } from "./scripted-engine.ts";
import { plainScript, tell } from "./synthetic-response.ts";

export function openGrammarEngine(): ScriptedEngine {
  return new ScriptedEngine(async function* (_, { responseId, grammar }) {
    const text = answerTo(grammar);
    if (text instanceof GrammarError) {
      const param = text.param ?? grammar?.param ?? "";
      const failure = {
        code: "invalid_request",
        message: `${param}: ${text.message}`,
        param,
        retryable: false,
      } as const;
      return yield errorEvent({ response_id: responseId, attempt: 1, seq: 0 }, failure);
    }
    const third = Math.ceil(text.length / 3);
    yield* tell(plainScript([text.slice(0, third), text.slice(third, 2 * third), text.slice(2 * third)]), responseId);
  });
}

function answerTo(grammar: GrammarSource | undefined): string | GrammarError {
  try {
    return grammar ? shortest(grammar) : "Hello.";
  } catch (error) {
    if (error instanceof GrammarError) return error;
    throw error;
  }
}

/** Text and calls: a sentence, and the shortest calls. */
function shortest(source: GrammarSource): string {
  if (source.kind !== "tool-calls" || source.answer?.kind !== "text") return grammarText(source).shortest ?? "";
  const { answer: _, ...calls } = source;
  return `One moment.\n${grammarText(calls).shortest}`;
}
