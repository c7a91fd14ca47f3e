/** A trial of a server: the requests that rules make. */
import type { EditEvent } from "@palimpsest/proto";
import { editsOf, post, read, type Streamed, type Target } from "./exchange.ts";

export interface Trial extends Target {
  readonly model: string;
  /** Its greedy answer must have more than one block. */
  readonly prompt: string;
  /** Takes each stream of edit events: it is judged by the rules of events, too. */
  readonly received: (events: readonly EditEvent[]) => void;
}

export interface ServerRule {
  readonly rule: string;
  /** What the server must do. */
  readonly text: string;
  readonly try: (trial: Trial) => Outcome;
}

/** Faults, and at the end the reason why the rule does not apply to this server, if it does not. */
export type Outcome = AsyncGenerator<string, string | undefined>;

/** The stream of a chat completion. @param edits false: it is asked for without edit events */
export async function streamed(
  trial: Trial,
  given: object = {},
  headers: Record<string, string> = {},
  edits = true,
): Promise<Streamed> {
  const options = { stream: true, ...(edits && { stream_options: { include_edits: true } }) };
  const answer = await read(await post(trial, { ...asking(trial), ...options, ...given }, headers));
  if (answer.status === 200 && edits) trial.received(editsOf(answer));
  return answer;
}

/** A chat completion whose answer is the same each time. */
export function asking({ model, prompt }: Trial): object {
  return { model, messages: [{ role: "user", content: prompt }], temperature: 0 };
}
