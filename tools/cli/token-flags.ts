/** Flags of `palimpsest generate` for the choice of tokens and the end of the answer. The engine checks their values. */
import { defined, type GenerateRequest } from "@palimpsest/proto";
import { type Command, Option } from "commander";
import { another, biasList, decimal, tokenList, wholeNumber } from "./arguments.ts";

export interface TokenFlags {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly seed?: number;
  readonly penaltyLambda?: number;
  readonly logitBias?: ReadonlyMap<number, number>;
  readonly maxTokens?: number;
  readonly minTokens?: number;
  readonly stop?: readonly string[];
  readonly stopTokenIds?: readonly number[];
  readonly ignoreEos?: boolean;
  readonly logprobs?: number | true;
}

export function addTokenFlags(command: Command): Command {
  return command
    .option(
      "--temperature <t>",
      "draw tokens: 1 is the model's own distribution (default: 0, always the most probable token)",
      decimal,
    )
    .option("--top-p <p>", "draw from the most probable tokens, up to this cumulative probability", decimal)
    .option("--top-k <n>", "draw from this number of the most probable tokens", wholeNumber(1))
    .option("--seed <n>", "seed of the draws; the same seed gives the same answer", wholeNumber(0))
    .option("--penalty-lambda <x>", "subtract from the logit of the token one cell before (default: 0)", decimal)
    .option("--logit-bias <id=bias,...>", "add to the logits of tokens", biasList)
    .option("--max-tokens <n>", "token limit of the answer", wholeNumber(1))
    .option("--min-tokens <n>", "minimum number of tokens before an end token", wholeNumber(0))
    .option("--stop <text>", "stop string, may be repeated", another)
    .option("--stop-token-ids <ids>", "additional end tokens, separated by commas", tokenList)
    .option("--ignore-eos", "continue to the token limit instead of stopping at an end token")
    .addOption(
      new Option("--logprobs [best]", "print log probabilities of each token and of this number of top tokens, as JSON")
        .argParser(wholeNumber(0))
        .implies({ json: true }),
    );
}

/** The part of a request that the flags set. */
export function tokenRequest(
  flags: TokenFlags,
): Pick<
  GenerateRequest,
  "sampling" | "logitBias" | "maxTokens" | "minTokens" | "stop" | "stopTokenIds" | "ignoreEos" | "logprobs"
> {
  const { temperature = 0, topP, topK, seed, logitBias, maxTokens, minTokens, stopTokenIds, logprobs } = flags;
  return {
    stop: flags.stop ?? [],
    ignoreEos: flags.ignoreEos ?? false,
    ...defined({
      sampling:
        temperature === 0
          ? undefined
          : { temperature, ...defined({ topP, topK, seed: seed === undefined ? undefined : BigInt(seed) }) },
      ...{ logitBias, maxTokens, minTokens, stopTokenIds },
      logprobs: logprobs === true ? 0 : logprobs,
    }),
  };
}
