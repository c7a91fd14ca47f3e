/**
 * Sends many short requests with random cancels to one engine, and checks its idle memory and that a request always
 * gives the same text.
 */

import { setImmediate, setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { GenerateRequest } from "@palimpsest/proto";
import { uniform } from "../../../gpu-worker/src/decoding/sampling.ts";
import type { Engine, EngineStats } from "../../../gpu-worker/src/engine/engine.ts";

/** Distinct requests; each is repeated many times. */
const DISTINCT = 200;
/** Clients that send requests in sequence. */
const CLIENTS = 8;
const CANCELLED_SHARE = 0.3;
const LONGEST_PROMPT = 100;
const LONGEST_ANSWER = 64;
/** A threshold that a model of random weights passes, so that a block takes a few steps. */
const FEW_STEPS = 0.01;

export interface SoakOptions {
  readonly requests: number;
  /** Number of times that all clients stop and the engine's state is measured. */
  readonly checkpoints: number;
  readonly seed: bigint;
  /** Prompts consist of tokens below it. */
  readonly vocabSize: number;
}

/** Memory and objects of an idle engine. */
export interface Checkpoint {
  readonly requests: number;
  readonly cancelled: number;
  readonly stats: EngineStats;
  /** Request objects that are still reachable: a leaked request retains its prompt, its text and its signal. */
  readonly liveRequests: number;
  readonly heapBytes: number;
  /** Memory of typed arrays and tensors outside the heap. */
  readonly externalBytes: number;
}

/** @throws Error if a request fails, or its text changes */
export async function* soak(engine: Engine, options: SoakOptions): AsyncGenerator<Checkpoint, void, void> {
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  const answers = new Map<number, string>();
  const requests: WeakRef<GenerateRequest>[] = [];
  let [asked, cancelled] = [0, 0];
  const client = async (until: number): Promise<void> => {
    while (asked < until) {
      const number = asked++;
      const random = (what: number): number =>
        uniform({ seed: options.seed, choice: number, block: what, step: 0, cell: 0 });
      const which = Math.floor(random(0) * DISTINCT);
      const cancelAfter = random(1) < CANCELLED_SHARE ? Math.floor(random(2) * 8) : undefined;
      const request = distinctRequest(which, options);
      requests.push(new WeakRef(request));
      const answer = await ask(engine, request, cancelAfter);
      if (answer === undefined) cancelled++;
      else if (answer !== (answers.get(which) ?? answer)) throw new Error(`request ${which} has two texts`);
      else answers.set(which, answer);
      // Lets the engine become idle now and then.
      if (random(3) < 0.01) await setTimeout(5);
    }
  };
  for (let i = 1; i <= options.checkpoints; i++) {
    const until = Math.round((options.requests * i) / options.checkpoints);
    await Promise.all(Array.from({ length: CLIENTS }, () => client(until)));
    // Finalizers release tensors after the collection.
    for (let i = 0; i < 3; i++) {
      collectGarbage();
      await setImmediate();
    }
    const { heapUsed: heapBytes, external, arrayBuffers } = process.memoryUsage();
    yield {
      requests: asked,
      cancelled,
      stats: await engine.stats(),
      liveRequests: requests.filter((request) => request.deref() !== undefined).length,
      heapBytes,
      externalBytes: external + arrayBuffers,
    };
  }
}

/**
 * Half of the requests begin with one of a few long prefixes; one in eight has two choices, one in four draws its
 * tokens.
 */
function distinctRequest(which: number, { seed, vocabSize }: SoakOptions): GenerateRequest {
  const random = (what: number, i = 0): number => uniform({ seed, choice: which, block: 100 + what, step: i, cell: 0 });
  const length = 1 + Math.floor(random(0) * LONGEST_PROMPT);
  const shared = which % 2 === 0 ? Math.floor(length / 2) : 0;
  const token = (i: number): number => {
    const from = i < shared ? uniform({ seed, choice: which % 8, block: 99, step: i, cell: 0 }) : random(1, i);
    return Math.floor(from * vocabSize);
  };
  return {
    responseId: `soak-${which}`,
    attempt: 1,
    model: "soak",
    prompt: { kind: "tokens", tokens: Array.from({ length }, (_, i) => token(i)) },
    decoding: {
      rule: which % 3 === 0 ? "2.0" : "2.1",
      threshold: FEW_STEPS,
      ...(which % 3 > 0 && { maxPostSteps: 2 }),
    },
    ...(which % 4 === 0 && { sampling: { temperature: 1, seed: BigInt(which) } }),
    maxTokens: 1 + Math.floor(random(2) * LONGEST_ANSWER),
    choices: which % 8 === 0 ? 2 : 1,
    stop: [],
    ignoreEos: which % 2 === 1,
    drafts: true,
    committed: [],
  };
}

/** @returns every choice's tokens, or undefined if it was cancelled in time */
async function ask(engine: Engine, request: GenerateRequest, cancelAfter = Number.POSITIVE_INFINITY) {
  const controller = new AbortController();
  const tokens = Array.from({ length: request.choices }, (): number[] => []);
  if (cancelAfter === 0) controller.abort();
  let seen = 0;
  for await (const event of engine.generate(request, controller.signal)) {
    if (++seen === cancelAfter) controller.abort();
    if (event.type === "commit") tokens[event.choice]?.push(...(event.token_ids ?? []));
    if (event.type !== "error") continue;
    if (event.code !== "cancelled") throw new Error(`${request.responseId}: ${event.message}`);
    return undefined;
  }
  return JSON.stringify(tokens);
}
