import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createClient, type EditEvent } from "@palimpsest/client";
import { expect, it } from "vitest";
import { type Run, VARIANTS } from "../edge/playground/run.ts";
import { parseRun } from "../edge/playground/share.ts";
import { EventRules } from "../tools/conformance/event-rules.ts";
import { recordedFetch } from "./recorded-fetch.ts";

const recordings = new URL("recordings/", import.meta.url);
const runs = await Promise.all(
  globSync("*.json", { cwd: recordings }).map(async (name) =>
    parseRun(await readFile(new URL(name, recordings), "utf8")),
  ),
);

it("the recordings have every way to decode, and break no rule of edit events", () => {
  expect(runs.length).toBeGreaterThan(2);
  for (const { lanes } of runs) {
    expect(lanes.map(({ label }) => label)).toEqual(Object.values(VARIANTS).map(({ label }) => label));
    for (const { events } of lanes) {
      const rules = new EventRules();
      const faults = [...events.flatMap(({ event }) => rules.push(event)), ...rules.end()];
      expect(faults).toEqual([]);
    }
  }
});

it("answers a client with the recorded events, and rejects a message or a mode that was not recorded", async () => {
  const soon = ({ request, lanes: [lane] }: Run): Run => ({
    request,
    lanes: [{ label: "speed", events: lane!.events.map(({ event }, ms) => ({ ms, event })) }],
  });
  const [run] = runs.map(soon);
  const { request } = run!;
  const client = createClient({ baseUrl: "", fetch: recordedFetch([run!]) });
  expect(await client.models()).toEqual([request.model]);
  const events: EditEvent[] = await Array.fromAsync(client.edits({ ...request, mode: "speed" }));
  expect(events).toEqual(run!.lanes[0]!.events.map(({ event }) => event));
  const other = { ...request, messages: [{ role: "user", content: "another" }] } as const;
  for (const unknown of [{ ...request, mode: "quality" } as const, { ...other, mode: "speed" } as const]) {
    await expect(Array.fromAsync(client.edits(unknown))).rejects.toThrow("was not recorded");
  }
});
