/** Counts what grammars did to the responses of this edge, for GET /metrics. */
import type { EditEvent, GrammarCounts } from "@palimpsest/proto";
import type { Replicas } from "../ports.ts";

export interface CountedReplicas {
  readonly replicas: Replicas;
  /** Sums since the edge started, by model: of the models that had a response under a grammar. */
  counts(): ReadonlyMap<string, GrammarCounts>;
}

/** The same replicas, observed. */
export function withGrammarCounts(replicas: Replicas): CountedReplicas {
  const sums = new Map<string, GrammarCounts>();
  const add = (model: string, { repairs, forced_tokens, forced_finish }: GrammarCounts) => {
    const before = sums.get(model) ?? { repairs: 0, forced_tokens: 0, forced_finish: 0 };
    sums.set(model, {
      repairs: before.repairs + repairs,
      forced_tokens: before.forced_tokens + forced_tokens,
      forced_finish: before.forced_finish + forced_finish,
    });
  };
  return {
    replicas: {
      models: () => replicas.models(),
      ready: () => replicas.ready(),
      async *generate(request, signal): AsyncGenerator<EditEvent, void> {
        for await (const event of replicas.generate(request, signal)) {
          if (event.type === "end" && event.usage.grammar) add(request.model, event.usage.grammar);
          yield event;
        }
      },
    },
    counts: () => sums,
  };
}
