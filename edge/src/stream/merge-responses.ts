/** Several responses as one: the choices of a response stand behind those of the responses before it. */
import type { EditEvent, ErrorEvent, GrammarCounts, Usage } from "@palimpsest/proto";
import { mergeStreams } from "@palimpsest/proto/merge-streams";

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
  const starts = Array.from(
    { length: count },
    (_, index) =>
      async function* (either: AbortSignal) {
        for await (const event of open(index, either)) yield { index, event };
      },
  );
  const usages: Usage[] = [];
  let seq = 0;
  let isOpen = false;
  const place = () => ({ v: 1, response_id: responseId, attempt: 1, seq: seq++ }) as const;
  for await (const { index, event } of mergeStreams(starts, signal)) {
    switch (event.type) {
      case "queued":
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
    ...((a.grammar || b.grammar) && { grammar: sumOfGrammars(a.grammar ?? NO_GRAMMAR, b.grammar ?? NO_GRAMMAR) }),
  };
}

const NO_GRAMMAR: GrammarCounts = { repairs: 0, forced_tokens: 0, forced_finish: 0 };

function sumOfGrammars(a: GrammarCounts, b: GrammarCounts): GrammarCounts {
  return {
    repairs: a.repairs + b.repairs,
    forced_tokens: a.forced_tokens + b.forced_tokens,
    forced_finish: a.forced_finish + b.forced_finish,
  };
}
