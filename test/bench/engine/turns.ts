/**
 * Measures the next turns of a chat on the shipped model: with and without the prefix cache, and the loss from
 * retokenization.
 */
import type { Message } from "@palimpsest/proto";
import type { Engine } from "../../../gpu-worker/src/engine/engine.ts";
import { openEngine } from "../../../gpu-worker/src/program/open-engine.ts";
import type { EngineBenchOptions } from "./engine.ts";
import { type Answer, answer, demoConversations, median, requestOf, SHIPPED_MODEL } from "./requests.ts";

const TURN_TOKENS = [512, 1024, 1536];
const ANSWER_TOKENS = 32;
const RUNS = 5;
const CHATS = 40;
const TURNS = 4;

export async function benchTurns({ threads }: EngineBenchOptions): Promise<void> {
  console.log(`shipped model, threads: ${threads}, ${ANSWER_TOKENS} tokens answered; medians of ${RUNS} chats\n`);
  console.log("| first turn | second turn cached | prefill forwards | with cache | without | with : without |");
  console.log("|---|---|---|---|---|---|");
  await using caching = await openEngine({ package: SHIPPED_MODEL, threads });
  await using plain = await openEngine({ package: SHIPPED_MODEL, threads, prefixCache: false });
  for (const [i, length] of TURN_TOKENS.entries()) {
    const found = { with: [] as Answer[], without: [] as Answer[] };
    for (let run = 0; run < RUNS; run++) {
      // Every chat is different: nothing is cached before its first turn.
      const chat = Array.from({ length }, (_, at) => 300 + ((at * 31 + run * 7 + i * 3) % 400));
      found.with.push(await secondTurn(caching, chat));
      found.without.push(await secondTurn(plain, chat));
    }
    const [one, other] = [found.with[0], found.without[0]] as [Answer, Answer];
    const ms = {
      with: median(found.with.map((turn) => turn.ms)),
      without: median(found.without.map((turn) => turn.ms)),
    };
    const cached = `${one.usage.cached_tokens} of ${one.usage.prompt_tokens}`;
    const forwards = `${one.usage.prefill_forwards} instead of ${other.usage.prefill_forwards}`;
    const times = `${ms.with.toFixed(0)} ms | ${ms.without.toFixed(0)} ms | ${(ms.with / ms.without).toFixed(2)}`;
    console.log(`| ${length} tokens | ${cached} | ${forwards} | ${times} |`);
  }
  await reportRetokenization();
}

async function secondTurn(engine: Engine, chat: readonly number[]): Promise<Answer> {
  const options = { maxTokens: ANSWER_TOKENS, ignoreEos: true };
  const { tokens } = await answer(engine, requestOf({ kind: "tokens", tokens: chat }, options));
  return answer(engine, requestOf({ kind: "tokens", tokens: [...chat, ...tokens, ...chat.slice(0, 24)] }, options));
}

/** Runs chats as a client does: each turn sends the previous answers back as text. */
async function reportRetokenization(): Promise<void> {
  await using engine = await openEngine({ package: SHIPPED_MODEL });
  const questions = demoConversations(CHATS * TURNS).map((messages) => messages.at(-1) as Message);
  let prompted = 0;
  for (let chat = 0; chat < CHATS; chat++) {
    const messages: Message[] = [];
    for (const question of questions.slice(chat * TURNS, (chat + 1) * TURNS)) {
      messages.push(question);
      const request = requestOf({ kind: "chat", messages: [...messages], tools: [] }, { maxTokens: 256 });
      const { text, usage } = await answer(engine, request);
      if (messages.length > 1) prompted += usage.prompt_tokens;
      messages.push({ role: "assistant", content: text });
    }
  }
  const { cachedTokens, retokenizedTokens } = await engine.stats();
  const share = ((100 * retokenizedTokens) / (cachedTokens + retokenizedTokens)).toFixed(1);
  console.log(
    `\n${CHATS} chats of ${TURNS} turns, ${prompted} prompt tokens after the first turns: ${cachedTokens} found in the cache,`,
  );
  console.log(`${retokenizedTokens} lost to retokenization (${share}% of what could have been found)`);
}
