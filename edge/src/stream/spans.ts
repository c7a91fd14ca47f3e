/** The edge's span of each response, from its request to its last event. Spans of the workers are its children. */
import type { EditEvent } from "@palimpsest/proto";
import type { Span, Tracer } from "@palimpsest/tracing";
import type { ClientRequest, Replicas } from "../ports.ts";

/** The same replicas; the spans of requests that come with a place in a trace belong to it. */
export function withSpans(replicas: Replicas, tracer: Tracer): Replicas {
  return {
    models: () => replicas.models(),
    ready: () => replicas.ready(),
    async *generate(request, signal): AsyncGenerator<EditEvent, void> {
      const operation = request.prompt.kind === "chat" ? "chat" : "text_completion";
      const span = tracer.start(`${operation} ${request.model}`, {
        parent: request.trace,
        kind: "server",
        attributes: attributesOf(request, operation),
      });
      let error: string | undefined = "cancelled";
      try {
        const course = new Course(span);
        for await (const event of replicas.generate({ ...request, trace: span.context }, signal)) {
          course.follow(event);
          if (event.type === "end") error = undefined;
          else if (event.type === "error") error = event.code;
          yield event;
        }
      } catch (cause) {
        error = (cause as { code?: string }).code ?? "internal";
        throw cause;
      } finally {
        if (error !== undefined) span.set({ "error.type": error });
        span.end({ error });
      }
    },
  };
}

/** Notes what happens in a response. */
class Course {
  readonly #span: Span;
  readonly #seen = new Set<EditEvent["type"]>();
  readonly #finishReasons: string[] = [];
  #attempt = 0;

  constructor(span: Span) {
    this.#span = span;
  }

  follow(event: EditEvent): void {
    if (event.attempt > this.#attempt) this.#span.add(`attempt ${event.attempt}`);
    this.#attempt = Math.max(this.#attempt, event.attempt);
    const { type } = event;
    if ((type === "draft" || type === "commit") && !this.#seen.has(type)) this.#span.add(`first ${type}`);
    this.#seen.add(type);
    if (type === "done") this.#finishReasons[event.choice] = event.finish_reason;
    if (type !== "end") return;
    const { usage } = event;
    this.#span.set({
      "gen_ai.usage.input_tokens": usage.prompt_tokens,
      "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens,
      "gen_ai.usage.output_tokens": usage.completion_tokens,
      "gen_ai.response.finish_reasons": this.#finishReasons,
      "palimpsest.forwards": usage.forwards,
      "palimpsest.attempts": this.#attempt,
    });
  }
}

function attributesOf({ model, responseId, choices, maxTokens, sampling }: ClientRequest, operation: string) {
  return {
    "gen_ai.operation.name": operation,
    "gen_ai.provider.name": "palimpsest",
    "gen_ai.request.model": model,
    "gen_ai.response.id": responseId,
    "gen_ai.request.choice.count": choices,
    ...(maxTokens !== undefined && { "gen_ai.request.max_tokens": maxTokens }),
    ...(sampling !== undefined && { "gen_ai.request.temperature": sampling.temperature }),
  };
}
