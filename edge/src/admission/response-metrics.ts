/**
 * Metrics of the responses that this edge generates, from their events. Names are those of the conventions for generative AI where
 * these have one (open-telemetry/semantic-conventions-genai, as Prometheus writes them).
 */
import type { EditEvent, Usage } from "@palimpsest/proto";
import type { ClientRequest, Clock, MetricFamily, Replicas } from "../ports.ts";
import { Counter, Histogram } from "./metric.ts";

const REQUEST_BOUNDS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 300, 600,
];
const FIRST_BOUNDS = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60];
const TOKEN_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];

const PROVIDER = "palimpsest";

export interface ObservedReplicas {
  readonly replicas: Replicas;
  readonly families: readonly MetricFamily[];
}

/** The same replicas, observed. */
export function withResponseMetrics(replicas: Replicas, clock: Pick<Clock, "monotonic">): ObservedReplicas {
  const metrics = createMetrics();
  return {
    families: Object.values(metrics),
    replicas: {
      models: () => replicas.models(),
      ready: () => replicas.ready(),
      async *generate(request, signal): AsyncGenerator<EditEvent, void> {
        // A name that no model has is no label: clients could make as many as they like.
        if (!replicas.models().some(({ name }) => name === request.model)) {
          return yield* replicas.generate(request, signal);
        }
        const observed = new ObservedResponse(metrics, request, clock);
        try {
          for await (const event of replicas.generate(request, signal)) {
            observed.follow(event);
            yield event;
          }
        } catch (error) {
          observed.fail((error as { code?: string }).code ?? "internal");
          throw error;
        } finally {
          // Counts once: a reader that leaves cancels the response.
          observed.fail("cancelled");
        }
      },
    },
  };
}

function createMetrics() {
  return {
    duration: new Histogram(
      "gen_ai_server_request_duration_seconds",
      "Time from a request to its last event, by the error's code if it failed.",
      REQUEST_BOUNDS,
    ),
    firstCommit: new Histogram(
      "gen_ai_server_time_to_first_token_seconds",
      "Time from a request to its first commit.",
      FIRST_BOUNDS,
    ),
    perToken: new Histogram(
      "gen_ai_server_time_per_output_token_seconds",
      "Time from the first to the last commit, divided by the tokens behind the first.",
      TOKEN_BOUNDS,
    ),
    queueWait: new Histogram(
      "palimpsest_queue_wait_seconds",
      "Time from a request until a worker has admitted it.",
      FIRST_BOUNDS,
    ),
    firstDraft: new Histogram(
      "palimpsest_time_to_first_draft_seconds",
      "Time from a request to its first draft, if it asked for drafts.",
      FIRST_BOUNDS,
    ),
    draftToCommit: new Histogram(
      "palimpsest_draft_to_commit_seconds",
      "Time from a block's first draft to its commit, if the request asked for drafts.",
      FIRST_BOUNDS,
    ),
    blocks: new Counter("palimpsest_blocks_total", "Committed blocks."),
    forwards: new Counter("palimpsest_forwards_total", "Forwards of responses' last attempts, by kind."),
    edits: new Counter("palimpsest_edits_total", "Edits of responses' last attempts, by kind."),
    promptTokens: new Counter("palimpsest_prompt_tokens_total", "Prompt tokens."),
    cachedTokens: new Counter("palimpsest_cached_prompt_tokens_total", "Prompt tokens found in prefix caches."),
    outputTokens: new Counter("palimpsest_output_tokens_total", "Committed tokens."),
    takeovers: new Counter("palimpsest_takeovers_total", "Responses' changes of their worker."),
    repairs: new Counter(
      "palimpsest_grammar_repairs_total",
      "Cells that a grammar refused, and wrote again or masked again.",
    ),
    forcedTokens: new Counter("palimpsest_grammar_forced_tokens_total", "Cells that a grammar forced."),
    forcedFinish: new Counter(
      "palimpsest_grammar_forced_finish_total",
      "Choices that a grammar closed because the token limit came near.",
    ),
  };
}

class ObservedResponse {
  readonly #metrics: ReturnType<typeof createMetrics>;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #labels: { readonly model: string };
  readonly #conventional: Readonly<Record<string, string>>;
  readonly #startMs: number;
  /** Times of the first draft of each open block. */
  readonly #drafts = new Map<string, number>();
  #hasDraft = false;
  #attempt = 0;
  #first: { readonly ms: number; readonly tokens: number } | undefined;
  #lastCommitMs = 0;
  #isOver = false;

  constructor(metrics: ReturnType<typeof createMetrics>, request: ClientRequest, clock: Pick<Clock, "monotonic">) {
    this.#metrics = metrics;
    this.#clock = clock;
    this.#startMs = clock.monotonic();
    const { model, prompt } = request;
    this.#labels = { model };
    this.#conventional = {
      gen_ai_operation_name: prompt.kind === "chat" ? "chat" : "text_completion",
      gen_ai_provider_name: PROVIDER,
      gen_ai_request_model: model,
    };
    this.#prepare();
  }

  follow(event: EditEvent): void {
    const { queueWait, firstDraft, takeovers } = this.#metrics;
    if (this.#attempt > 0 && event.attempt > this.#attempt) {
      takeovers.add(this.#labels, event.attempt - this.#attempt);
      this.#drafts.clear();
    }
    this.#attempt = Math.max(this.#attempt, event.attempt);
    switch (event.type) {
      case "queued":
        return;
      case "open":
        queueWait.observe(this.#labels, this.#sinceStart);
        return;
      case "draft":
        if (!this.#hasDraft) firstDraft.observe(this.#labels, this.#sinceStart);
        this.#hasDraft = true;
        if (!this.#drafts.has(blockOf(event))) this.#drafts.set(blockOf(event), this.#sinceStart);
        return;
      case "commit":
        this.#commit(event);
        return;
      case "end":
        this.#count(event.usage);
        this.#end({});
        return;
      case "error":
        this.#end({ error_type: event.code });
        return;
      case "done":
        return;
    }
  }

  /** Ignored after the last event. */
  fail(code: string): void {
    this.#end({ error_type: code });
  }

  get #sinceStart(): number {
    return (this.#clock.monotonic() - this.#startMs) / 1000;
  }

  #commit(event: Extract<EditEvent, { type: "commit" }>): void {
    const { blocks, draftToCommit, firstCommit } = this.#metrics;
    const now = this.#sinceStart;
    blocks.add(this.#labels, 1);
    const drafted = this.#drafts.get(blockOf(event));
    if (drafted !== undefined) draftToCommit.observe(this.#labels, now - drafted);
    this.#drafts.delete(blockOf(event));
    if (this.#first === undefined) {
      firstCommit.observe(this.#conventional, now);
      this.#first = { ms: now, tokens: event.token_ids?.length ?? 0 };
    }
    this.#lastCommitMs = now;
  }

  #count(usage: Usage): void {
    const { forwards, edits, promptTokens, cachedTokens, outputTokens, perToken } = this.#metrics;
    const labels = this.#labels;
    forwards.add({ ...labels, kind: "denoise" }, usage.forwards);
    forwards.add({ ...labels, kind: "prefill" }, usage.prefill_forwards);
    for (const [kind, count] of Object.entries(usage.edits)) edits.add({ ...labels, kind }, count);
    promptTokens.add(labels, usage.prompt_tokens);
    cachedTokens.add(labels, usage.cached_tokens);
    outputTokens.add(labels, usage.completion_tokens);
    const { repairs, forced_tokens, forced_finish } = usage.grammar ?? NO_GRAMMAR;
    this.#metrics.repairs.add(labels, repairs);
    this.#metrics.forcedTokens.add(labels, forced_tokens);
    this.#metrics.forcedFinish.add(labels, forced_finish);
    const behind = usage.completion_tokens - (this.#first?.tokens ?? 0);
    if (this.#first && behind > 0) perToken.observe(this.#conventional, (this.#lastCommitMs - this.#first.ms) / behind);
  }

  #end(error: { readonly error_type?: string }): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#metrics.duration.observe({ ...this.#conventional, ...error }, this.#sinceStart);
  }

  /** A series that begins at 0 has a rate from its first value on. */
  #prepare(): void {
    const { duration, firstCommit, perToken, queueWait, firstDraft, draftToCommit, ...counters } = this.#metrics;
    for (const histogram of [duration, firstCommit, perToken]) histogram.prepare(this.#conventional);
    for (const histogram of [queueWait, firstDraft, draftToCommit]) histogram.prepare(this.#labels);
    const { forwards, edits, ...plain } = counters;
    for (const counter of Object.values(plain)) counter.add(this.#labels, 0);
    for (const kind of ["denoise", "prefill"]) forwards.add({ ...this.#labels, kind }, 0);
    for (const kind of ["unmask", "substitute", "delete", "insert"]) edits.add({ ...this.#labels, kind }, 0);
  }
}

const NO_GRAMMAR = { repairs: 0, forced_tokens: 0, forced_finish: 0 };

function blockOf({ choice, block }: { readonly choice: number; readonly block: number }): string {
  return `${choice}.${block}`;
}
