/** Several responses as one: the choices of a response stand behind those of the responses before it. */
import type { EditEvent, ErrorEvent, Usage } from "@palimpsest/proto";

export interface Merging {
  /** Id of the whole. */
  readonly responseId: string;
  /** Number of responses. */
  readonly count: number;
  /** Choices of each. */
  readonly choices: number;
  /** Opens one of them. @param signal aborts when its events are not wanted any more */
  open(index: number, signal: AbortSignal): AsyncIterable<EditEvent>;
}

/**
 * The events of all without their drafts, in the order in which they arrive. The first error ends the whole, and stops the other
 * responses.
 * @throws what a response throws
 */
export async function* mergeResponses(
  { responseId, count, choices, open }: Merging,
  signal: AbortSignal,
): AsyncGenerator<EditEvent, void> {
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  const sources = Array.from({ length: count }, (_, index) => open(index, either)[Symbol.asyncIterator]());
  const next = async (index: number) => ({ index, result: await sources[index]!.next() });
  const pending = new Map(sources.map((_, index) => [index, next(index)]));
  const usages: Usage[] = [];
  let seq = 0;
  let isOpen = false;
  const place = () => ({ v: 1, response_id: responseId, attempt: 1, seq: seq++ }) as const;
  try {
    while (pending.size > 0) {
      const { index, result } = await Promise.race(pending.values());
      if (result.done) {
        pending.delete(index);
        continue;
      }
      pending.set(index, next(index));
      const event = result.value;
      switch (event.type) {
        case "draft":
          break;
        case "open":
          if (!isOpen) yield { ...event, ...place(), choices: count * choices };
          isOpen = true;
          break;
        case "commit":
        case "done":
          yield { ...event, ...place(), choice: index * choices + event.choice };
          break;
        case "error":
          yield { ...inPrompt(event, index), ...place() };
          return;
        case "end":
          usages.push(event.usage);
          if (usages.length === count) yield { ...event, ...place(), usage: usages.reduce(sum) };
          break;
      }
    }
  } finally {
    ended.abort();
    // Whoever still waits for an event gets it as cancelled.
    void Promise.allSettled([...pending.values(), ...sources.map((source) => source.return?.())]);
  }
}

/** The error of a request about its prompt, as one about a prompt of the list. */
function inPrompt(event: ErrorEvent, index: number): ErrorEvent {
  const { param, message } = event;
  if (!param || !/^prompt\b/.test(param)) return event;
  const placed = (text: string) => text.replace(/^prompt\b/, `prompt[${index}]`);
  return { ...event, param: placed(param), message: placed(message) };
}

function sum(a: Usage, b: Usage): Usage {
  const { edits } = a;
  return {
    prompt_tokens: a.prompt_tokens + b.prompt_tokens,
    cached_tokens: a.cached_tokens + b.cached_tokens,
    completion_tokens: a.completion_tokens + b.completion_tokens,
    forwards: a.forwards + b.forwards,
    prefill_forwards: a.prefill_forwards + b.prefill_forwards,
    edits: {
      unmask: edits.unmask + b.edits.unmask,
      substitute: edits.substitute + b.edits.substitute,
      delete: edits.delete + b.edits.delete,
      insert: edits.insert + b.edits.insert,
    },
  };
}
