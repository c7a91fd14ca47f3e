/** What is committed of a response, as the worker that goes on with it is told. */
import { create } from "@bufbuild/protobuf";
import { type CommittedChoice, CommittedChoiceSchema } from "../gen/palimpsest/v1/generate_pb.js";
import { encodeFinishReason } from "./codec.ts";
import type { EditEvent } from "./edit-event.ts";

/** @param log what earlier attempts have said, commits in any order. @returns a choice each; nothing where nothing was said */
export function committedOf(log: readonly EditEvent[], choices: number): CommittedChoice[] {
  if (log.length === 0) return [];
  const committed = Array.from({ length: choices }, () => create(CommittedChoiceSchema));
  const commits = log.filter((event) => event.type === "commit").sort((a, b) => a.block - b.block);
  for (const { choice, token_ids = [], open_ids = [], finish_reason } of commits) {
    const state = committed[choice];
    if (state === undefined) continue;
    state.tokenIds.push(...token_ids);
    state.openIds = [...open_ids];
    if (finish_reason !== undefined) state.finishReason = encodeFinishReason(finish_reason);
  }
  return committed;
}
