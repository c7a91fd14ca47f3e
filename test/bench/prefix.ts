/** The second turn of a long chat on the shipped model, with the prefix cache and without. */
import { fileURLToPath } from "node:url";
import type { Engine } from "../../gpu-worker/src/engine/engine.ts";
import { openEngine } from "../../gpu-worker/src/open-engine.ts";

const MODEL = fileURLToPath(new URL("../../gpu-worker/models/demo", import.meta.url));
const TURN_TOKENS = [512, 1024, 1536];
const ANSWER_TOKENS = 32;
const RUNS = 5;

export async function benchPrefix(): Promise<void> {
  console.log(`shipped model, one thread, ${ANSWER_TOKENS} tokens answered; medians of ${RUNS} chats\n`);
  console.log("| first turn | second turn cached | prefill forwards | with cache | without | with : without |");
  console.log("|---|---|---|---|---|---|");
  await using caching = await openEngine({ package: MODEL });
  await using plain = await openEngine({ package: MODEL, prefixCache: false });
  for (const [i, length] of TURN_TOKENS.entries()) {
    const found = { with: [] as Turn[], without: [] as Turn[] };
    for (let run = 0; run < RUNS; run++) {
      // Every chat is another one: nothing is cached before its first turn.
      const chat = Array.from({ length }, (_, at) => 300 + ((at * 31 + run * 7 + i * 3) % 400));
      found.with.push(await secondTurn(caching, chat));
      found.without.push(await secondTurn(plain, chat));
    }
    const [cached, uncached] = [median(found.with), median(found.without)];
    const forwards = `${cached.prefillForwards} instead of ${uncached.prefillForwards}`;
    const times = `${cached.ms.toFixed(0)} ms | ${uncached.ms.toFixed(0)} ms | ${(cached.ms / uncached.ms).toFixed(2)}`;
    console.log(`| ${length} tokens | ${cached.cachedTokens} of ${cached.promptTokens} | ${forwards} | ${times} |`);
  }
}

interface Turn {
  readonly ms: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly prefillForwards: number;
}

async function secondTurn(engine: Engine, chat: readonly number[]): Promise<Turn> {
  const { tokens } = await generate(engine, chat);
  return (await generate(engine, [...chat, ...tokens, ...chat.slice(0, 24)])).turn;
}

async function generate(engine: Engine, prompt: readonly number[]): Promise<{ tokens: number[]; turn: Turn }> {
  const startMs = performance.now();
  const tokens: number[] = [];
  const request = {
    responseId: "bench",
    attempt: 1,
    prompt: { kind: "tokens", tokens: prompt },
    decoding: {},
    maxTokens: ANSWER_TOKENS,
    choices: 1,
    stop: [],
    ignoreEos: true,
    drafts: false,
    committed: [],
  } as const;
  for await (const event of engine.generate(request, new AbortController().signal)) {
    if (event.type === "commit") tokens.push(...(event.token_ids ?? []));
    if (event.type === "error") throw new Error(event.message);
    if (event.type !== "end") continue;
    const { prompt_tokens, cached_tokens, prefill_forwards } = event.usage;
    const ms = performance.now() - startMs;
    const turn = { ms, promptTokens: prompt_tokens, cachedTokens: cached_tokens, prefillForwards: prefill_forwards };
    return { tokens, turn };
  }
  throw new Error("the response did not end");
}

function median(turns: readonly Turn[]): Turn {
  return turns.toSorted((a, b) => a.ms - b.ms)[Math.floor(turns.length / 2)] as Turn;
}
