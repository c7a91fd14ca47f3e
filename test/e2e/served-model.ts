/** A model behind a running edge for the SDK tests, with prompts of predictable answers. */
import { setTimeout as sleep } from "node:timers/promises";
import { CAPABILITIES, type EditEvent } from "@palimpsest/proto";
import { openScriptedWorker, type Responder } from "../support/fakes/scripted-worker.ts";
import { plainScript, tell } from "../support/fakes/synthetic-response.ts";
import { openEdge } from "../support/programs/running-edge.ts";
import { openSystem } from "../support/programs/system.ts";

export interface ServedModel extends AsyncDisposable {
  /** URL of the edge, without `/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  readonly prompts: {
    /** A prompt answered with text. */
    readonly text: string;
    /** A prompt answered with a call of `toolName`. */
    readonly toolCall: string;
    /** A prompt with a long answer under `ignore_eos`. */
    readonly endless: string;
    /** A prompt answered with some text, then an error. */
    readonly failing: string;
  };
  /** Resolves when the worker is idle. */
  idle(): Promise<void>;
}

/** The tool of the tool prompt: it takes the name of a city. */
export const toolName = "get_weather";

/** A real edge and a real gRPC worker, without a model. */
export async function openScriptedModel(): Promise<ServedModel> {
  await using opening = new AsyncDisposableStack();
  let running = 0;
  const worker = opening.use(
    await openScriptedWorker(
      async function* (request, signal) {
        running++;
        try {
          yield* answer(request, signal);
        } finally {
          running--;
        }
      },
      { capabilities: CAPABILITIES },
    ),
  );
  const edge = opening.use(await openEdge(worker.address));
  const opened = opening.move();
  return {
    baseUrl: edge.baseUrl,
    model: "synthetic",
    prompts: { text: "text", toolCall: "tool", endless: "endless", failing: "failing" },
    async idle() {
      while (running > 0) await sleep(5);
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** The shipped model. Its answers to `toolCall` and `failing` are unpredictable. */
export async function openShippedModel(): Promise<ServedModel> {
  const system = await openSystem();
  const text = "Write a function that returns the odd numbers of a list.";
  return {
    baseUrl: system.baseUrl,
    model: system.engine.model.name,
    prompts: { text, toolCall: text, endless: text, failing: text },
    async idle() {
      while ((await system.engine.stats()).runningSequences > 0) await sleep(5);
    },
    [Symbol.asyncDispose]: () => system[Symbol.asyncDispose](),
  };
}

const answer: Responder = async function* (request, signal) {
  const { responseId, prompt } = request;
  const asked = prompt.case === "chat" ? prompt.value.messages.at(-1)?.content : prompt.value;
  const choices = (...blocks: string[]) => plainScript(...Array.from({ length: request.choices }, () => blocks));
  const text = tell(choices("Hello, ", "wörld", " 🙂\n", "Bye."), responseId);
  switch (asked) {
    case "tool": {
      const call = `<tool_call>\n{"name": "${toolName}", "arguments": {"city": "Oslo"}}\n</tool_call>`;
      return yield* tell(choices("One moment.\n", call.slice(0, 20), call.slice(20)), responseId);
    }
    case "endless": {
      yield* text.slice(0, 4);
      const last = text[3] as EditEvent & { type: "commit" };
      for (let block = 1; !signal.aborted; block++) {
        await sleep(5);
        const start = last.length + block - 1;
        yield { ...last, seq: last.seq + block, block, text: ".", start, length: 1 };
      }
      return;
    }
    case "failing": {
      yield* text.slice(0, 4);
      const { v, attempt, seq } = text[3]!;
      const error = { code: "internal", message: "the model broke", retryable: false } as const;
      return yield { v, response_id: responseId, attempt, seq: seq + 1, type: "error", ...error };
    }
    default:
      return yield* text;
  }
};
