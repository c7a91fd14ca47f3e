/** Records answers of a server with the times of their events. */
import { type Client, type EditsRequest, PalimpsestError } from "@palimpsest/client";
import type { Lane } from "./run.ts";

/** @throws PalimpsestError if the server rejects the request or the response fails */
export async function recordLane(client: Client, label: string, request: EditsRequest): Promise<Lane> {
  const lane: Lane = { label, events: [] };
  const startMs = performance.now();
  for await (const event of client.edits(request)) lane.events.push({ ms: performance.now() - startMs, event });
  return lane;
}

/** The first model that the server has. @throws PalimpsestError if it has none */
export async function servedModel(client: Client): Promise<string> {
  const [model] = await client.models();
  if (model === undefined) throw new PalimpsestError("model_not_found", "The server serves no model.");
  return model;
}
