/** The grammar thread: compiler and matchers on one instance of the library. threads/grammar-client.ts is the engine's end. */
import { parentPort, workerData } from "node:worker_threads";
import { unreachable } from "@palimpsest/proto";
import { ConstrainedBlocks, ConstraintError } from "../decoding/constrained-blocks.ts";
import type { ConstrainedTokens } from "../decoding/constrained-matcher.ts";
import type { GrammarSequence } from "../engine/request-grammar.ts";
import { type CompiledGrammar, GrammarCompiler, type GrammarMatcher } from "../grammar/grammar-matcher.ts";
import type { FromGrammar, GrammarCall, GrammarReply, ToGrammar } from "../threads/grammar-messages.ts";
import { closingTokens, spellings } from "../tokenizer/constrained-tokens.ts";
import { openTokenizer, type TokenizerFiles } from "../tokenizer/tokenizer.ts";

export interface GrammarThreadData {
  readonly tokenizer: TokenizerFiles;
  readonly vocabSize: number;
  readonly maskToken: number;
  /** The model's. A request may have others. */
  readonly endTokens: readonly number[];
}

/** Compiled grammars that no sequence uses and that are kept for the next one. */
const MAX_UNUSED = 16;

if (parentPort === null) throw new Error("grammar-thread.ts must run as a worker thread; use open-grammars.ts");
const port = parentPort;
const send = (message: FromGrammar): void => port.postMessage(message);
const { vocabSize, maskToken, endTokens, ...data } = workerData as GrammarThreadData;

/** What the library says of the call that runs: it prints why it aborts. */
let said: string[] = [];
for (const way of ["error", "warn", "log"] as const) console[way] = (...parts: unknown[]) => said.push(parts.join(" "));

const tokenizer = await openTokenizer(data.tokenizer);
const { pieces, encode, bytes } = tokenizer;
const closing = closingTokens(tokenizer, vocabSize);
const compiler = await GrammarCompiler.open({ spellings: spellings(tokenizer, vocabSize), endTokens });

const compiled = new Map<string, { readonly grammar: CompiledGrammar; users: number }>();
const sequences = new Map<
  number,
  { readonly blocks: ConstrainedBlocks; readonly matcher: GrammarMatcher; ebnf: string }
>();

// One call after another: a matcher is never in two calls at once.
let turn: Promise<void> = Promise.resolve();
port.on("message", (message: ToGrammar) => {
  turn = turn.then(() => answer(message));
});
send({ kind: "ready" });

async function answer({ id, sequence, call }: ToGrammar): Promise<void> {
  said = [];
  try {
    send({ kind: "reply", id, reply: await run(sequence, call) });
  } catch (error) {
    if (error instanceof ConstraintError) return send({ kind: "refused", id, message: error.message });
    send({ kind: "aborted", message: complaint(error as Error) });
  }
}

async function run(id: number, call: GrammarCall): Promise<GrammarReply> {
  if (call.kind === "begin") return begin(id, call.sequence);
  if (call.kind === "close") return close(id);
  const found = sequences.get(id);
  if (found === undefined) throw new Error(`no sequence ${id} has begun`);
  const { blocks } = found;
  switch (call.kind) {
    case "known":
      return blocks.known(call.limit);
    case "open":
      return blocks.open(call.cells);
    case "settle":
      return blocks.settle(call.proposal);
    case "ending":
      return blocks.ending(call.cells, call.room, call.oldest);
    case "commit":
      return blocks.commit(call.cells) as undefined;
    default:
      return unreachable(call);
  }
}

async function begin(id: number, { ebnf, committed, shortest, ...sequence }: GrammarSequence): Promise<undefined> {
  const known = compiled.get(ebnf) ?? { grammar: await compiler.compile(ebnf), users: 0 };
  compiled.set(ebnf, known);
  const ends = new Set(sequence.endTokens.length > 0 ? sequence.endTokens : endTokens);
  const matcher = await known.grammar.matcher(ends);
  const tokens: ConstrainedTokens = {
    ...{ maskToken, endTokens: ends, endToken: [...ends].at(-1) as number },
    ...{ pieces, encode, bytes, closing },
  };
  try {
    sequences.set(id, { blocks: new ConstrainedBlocks(matcher, tokens, { committed, shortest }), matcher, ebnf });
  } catch (error) {
    matcher[Symbol.dispose]();
    throw error;
  }
  known.users++;
  return undefined;
}

function close(id: number): undefined {
  const sequence = sequences.get(id);
  if (sequence === undefined) return undefined;
  sequences.delete(id);
  sequence.matcher[Symbol.dispose]();
  const used = compiled.get(sequence.ebnf);
  if (used !== undefined) used.users--;
  const unused = [...compiled].filter(([, { users }]) => users === 0);
  for (const [ebnf, { grammar }] of unused.slice(0, Math.max(0, unused.length - MAX_UNUSED))) {
    compiled.delete(ebnf);
    grammar[Symbol.dispose]();
  }
  return undefined;
}

/** What the library said, without the place in its own source; or the error. */
function complaint({ message }: Error): string {
  const [reason] = said.flatMap((line) => /\.cc:\d+:\s*(.+)/s.exec(line)?.[1] ?? []);
  return reason?.trim() ?? message;
}
