/** A 2.2 model behind worker and edge: deletions and insertions as a client sees them. */

import { createClient, type EditEvent, emptyDocument, reduce } from "@palimpsest/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { convertLevenshtein, type LevenshteinPackage } from "../support/models/levenshtein-package.ts";
import { palimpsest } from "../support/programs/program.ts";
import { openSystem, type System } from "../support/programs/system.ts";

let edits: LevenshteinPackage;
let system: System;
beforeAll(async () => {
  edits = await convertLevenshtein("none");
  system = await openSystem({ package: edits.folder });
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await edits[Symbol.asyncDispose]();
});

it("streams edits, counts them by kind, and folds them to the text of a call without streaming", async () => {
  const client = createClient({ baseUrl: system.baseUrl });
  const seen = { unmask: 0, substitute: 0, delete: 0, insert: 0, remask: 0 };
  const counted = { ...seen };
  for (const content of ["one", "two"]) {
    const request = {
      model: "edits",
      messages: [{ role: "user" as const, content }],
      max_tokens: 24,
      ignore_eos: true,
    };
    const events: EditEvent[] = await Array.fromAsync(client.edits(request));
    const document = events.reduce(reduce, emptyDocument);
    expect(document.status).toBe("ended");
    expect(document.open?.decoding).toEqual({
      rule: "2.2",
      threshold: 0.5,
      editing_threshold: 0,
      max_post_steps: 16,
    });
    for (const event of events) for (const edit of event.type === "draft" ? event.edits : []) seen[edit.op]++;
    const whole = await complete(request);
    expect(document.choices[0]?.text).toBe(whole.choices[0]?.message.content);
    expect(whole.usage.palimpsest.edits).toEqual(document.usage?.edits);
    for (const op of ["unmask", "substitute", "delete", "insert"] as const) counted[op] += document.usage!.edits[op];
  }
  // Drafts may be dropped in transit.
  for (const op of ["delete", "insert"] as const) {
    expect(seen[op]).toBeGreaterThan(0);
    expect(seen[op]).toBeLessThanOrEqual(counted[op]);
  }
});

it("the command decodes by the model's rule, and by another on request", async () => {
  const args = ["generate", "--model", edits.folder, "--prompt", "one", "--max-tokens", "24", "--ignore-eos", "--json"];
  const own = await palimpsest(...args);
  expect(own.stderr).toBe("");
  const { edits: made } = JSON.parse(own.stdout);
  expect(made.delete + made.insert).toBeGreaterThan(0);
  const other = await palimpsest(...args, "--decoding", "2.1");
  expect(JSON.parse(other.stdout).edits).toMatchObject({ delete: 0, insert: 0 });
});

interface Completion {
  readonly choices: { message: { content: string } }[];
  readonly usage: { palimpsest: { edits: Record<string, number> } };
}

async function complete(body: object): Promise<Completion> {
  const headers = { "content-type": "application/json" };
  const url = `${system.baseUrl}/v1/chat/completions`;
  return (await (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).json()) as Completion;
}
