import type { EndEvent } from "@palimpsest/proto";
import { expect, it } from "vitest";
import { scriptedEdge, scriptedReplica } from "../../../test/support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../../../test/support/fakes/synthetic-response.ts";

it("sums what grammars did over the responses of each model, and has no sample before", async () => {
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
  await (await ask({})).json();
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
