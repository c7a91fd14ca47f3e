import type { CommitEvent, EditEvent, EndEvent } from "@palimpsest/proto";
import { expect, it } from "vitest";
import { scriptedEdge, scriptedReplica, syntheticModel } from "../../../test/support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../../../test/support/fakes/synthetic-response.ts";
import type { ClientRequest, MetricFamily, Replicas } from "../ports.ts";
import { Histogram } from "./metric.ts";
import { withResponseMetrics } from "./response-metrics.ts";

const request = { model: "synthetic", prompt: { kind: "text", text: "hi" } } as ClientRequest;

/** Series by name and the label that tells it from others of its model; buckets left out. */
function valuesOf(families: readonly MetricFamily[]): Record<string, number> {
  return Object.fromEntries(
    families.flatMap((family) =>
      family.samples().flatMap(({ suffix, labels: { kind, error_type }, value }) => {
        const name = [family.name + suffix, kind, error_type].filter(Boolean).join(" ");
        return suffix === "_bucket" ? [] : [[name, value]];
      }),
    ),
  );
}

/** Generates a response whose events come 0.1 s apart. */
async function observe(events: readonly EditEvent[], asked = request) {
  let nowMs = 0;
  const source: Replicas = {
    models: () => [syntheticModel],
    ready: () => true,
    async *generate() {
      for (const event of events) {
        nowMs += 100;
        yield event;
      }
    },
  };
  const { replicas, families } = withResponseMetrics(source, { monotonic: () => nowMs });
  for await (const _ of replicas.generate(asked, new AbortController().signal));
  return valuesOf(families);
}

const told = tell(plainScript(["Hello ", "world"]), "r");
const commits = told.filter((event): event is CommitEvent => event.type === "commit");

it("times a response by its events, and counts what its end tells", async () => {
  const end = told.at(-1) as EndEvent;
  const seconds = (type: string) => (told.findIndex((event) => event.type === type) + 1) / 10;
  const values = await observe(told);
  expect(values).toMatchObject({
    gen_ai_server_request_duration_seconds_sum: told.length / 10,
    gen_ai_server_request_duration_seconds_count: 1,
    gen_ai_server_time_to_first_token_seconds_sum: seconds("commit"),
    palimpsest_queue_wait_seconds_sum: seconds("open"),
    palimpsest_time_to_first_draft_seconds_sum: seconds("draft"),
    palimpsest_draft_to_commit_seconds_count: 2,
    palimpsest_blocks_total: 2,
    "palimpsest_forwards_total denoise": end.usage.forwards,
    "palimpsest_edits_total unmask": end.usage.edits.unmask,
    palimpsest_output_tokens_total: end.usage.completion_tokens,
    palimpsest_takeovers_total: 0,
    palimpsest_grammar_repairs_total: 0,
  });
  const behind = end.usage.completion_tokens - (commits[0]?.token_ids?.length ?? 0);
  const apart = told.indexOf(commits[1] as EditEvent) - told.indexOf(commits[0] as EditEvent);
  expect(values.gen_ai_server_time_per_output_token_seconds_sum).toBeCloseTo(apart / 10 / behind);
});

it("counts a change of the worker once, and a failed response by its code", async () => {
  const at = told.indexOf(commits[0] as EditEvent) + 1;
  const moved = told.map((event, i) => ({ ...event, attempt: i < at ? 1 : 2 }));
  expect(await observe(moved)).toMatchObject({ palimpsest_takeovers_total: 1, palimpsest_blocks_total: 2 });
  const failure = { code: "unavailable", message: "lost", retryable: true } as const;
  const last: EditEvent = { v: 1, response_id: "r", attempt: 1, seq: 99, type: "error", ...failure };
  expect(await observe([...told.slice(0, at), last])).toMatchObject({
    "gen_ai_server_request_duration_seconds_count unavailable": 1,
    gen_ai_server_request_duration_seconds_count: 0,
  });
});

it("has no series for a model that is not served: a client chooses its name", async () => {
  expect(await observe(told, { ...request, model: "anything" })).toEqual({});
});

it("a bucket counts the values up to its bound", () => {
  const histogram = new Histogram("h", "", [1, 2]);
  for (const value of [0.5, 1, 1.5, 9]) histogram.observe({}, value);
  expect(histogram.samples().map(({ labels, value }) => [labels.le, value])).toEqual([
    ["1", 2],
    ["2", 3],
    ["+Inf", 4],
    [undefined, 12],
    [undefined, 4],
  ]);
});

it("the page sums what grammars did over the responses of a model", async () => {
  const counts = { repairs: 3, forced_tokens: 10, forced_finish: 1 };
  const replica = scriptedReplica(({ responseId, grammar }) => {
    const events = tell(plainScript(["{}"]), responseId);
    const end = events.at(-1) as EndEvent;
    return grammar ? events.with(-1, { ...end, usage: { ...end.usage, grammar: counts } }) : events;
  });
  const app = scriptedEdge([replica], { running: async () => [] });
  const ask = (more: object) => {
    const body = JSON.stringify({ model: "synthetic", prompt: "hi", ...more });
    return app.request("/v1/completions", { method: "POST", headers: { "content-type": "application/json" }, body });
  };
  const samples = async () => (await (await app.request("/metrics")).text()).match(/^palimpsest_grammar_.*$/gm);
  expect(await samples()).toBe(null);
  const form = { response_format: { type: "json_object" } };
  const { usage } = (await (await ask(form)).json()) as { usage: { palimpsest: { grammar: unknown } } };
  expect(usage.palimpsest.grammar).toEqual(counts);
  await (await ask({ ...form, stream: true })).text();
  expect(await samples()).toEqual([
    'palimpsest_grammar_repairs_total{model="synthetic"} 6',
    'palimpsest_grammar_forced_tokens_total{model="synthetic"} 20',
    'palimpsest_grammar_forced_finish_total{model="synthetic"} 2',
  ]);
});
