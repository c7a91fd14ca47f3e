/**
 * Records an answer of a running server as an animated SVG:
 *
 *     node edge/playground/record.ts --prompt "Write a function that …" --out answer.svg
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { createClient } from "@palimpsest/client";
import { animatedSvg } from "./animation.ts";
import { recordLane, servedModel } from "./recording.ts";

const { values } = parseArgs({
  options: {
    url: { type: "string", default: "http://127.0.0.1:8080" },
    prompt: { type: "string" },
    mode: { type: "string", default: "speed" },
    out: { type: "string" },
    /** The run's time for one of the animation. */
    rate: { type: "string", default: "0.25" },
  },
});
const { url, prompt, mode, out, rate } = values;
if (!prompt || !out || !(Number(rate) > 0) || (mode !== "speed" && mode !== "quality")) {
  console.error("usage: record.ts --prompt TEXT --out FILE [--url URL] [--mode speed|quality] [--rate NUMBER]");
  process.exit(2);
}
const client = createClient({ baseUrl: url });
const messages = [{ role: "user", content: prompt }] as const;
const lane = await recordLane(client, prompt, { model: await servedModel(client), mode, messages });
const svg = animatedSvg(lane, { rate: Number(rate) });
await writeFile(out, svg);
console.log(`${out}: ${lane.events.length} events, ${(svg.length / 1024).toFixed(0)} KiB`);
