/**
 * Records the runs that the site and the README show, from the shipped model: `npm run site:record`. With `--url` it asks a
 * server that runs already.
 */
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createClient, type EditsRequest } from "@palimpsest/client";
import { animatedSvg } from "../edge/playground/animation.ts";
import { recordLane, servedModel } from "../edge/playground/recording.ts";
import { durationOf, type Lane, type Run, VARIANTS } from "../edge/playground/run.ts";
import { runFile } from "../edge/playground/share.ts";
import { exited, ready } from "../tools/serve/launch.ts";

/** By the names of their files, in the order of the page. The first is the one of the home page and of the README. */
const MESSAGES: Readonly<Record<string, Omit<EditsRequest, "model">>> = {
  "1-vowels": asked("Write a function that counts the vowels in a string"),
  "2-fizzbuzz": asked("fizzbuzz up to n, return the lines as an array"),
  "3-factorial": asked("写一个计算阶乘的函数"),
  "4-person": {
    ...asked("Extract name, age and city as JSON: Anna Keller, 34, lives in Bern."),
    response_format: {
      type: "json_schema",
      json_schema: {
        name: "answer",
        schema: {
          type: "object",
          properties: { name: { type: "string" }, age: { type: "integer" }, city: { type: "string" } },
          required: ["name", "age", "city"],
          additionalProperties: false,
        },
      },
    },
  },
};
const PORT = 18_090;
/** The README's image shows the answer in this time. */
const IMAGE_MS = 6_000;

function asked(content: string): Omit<EditsRequest, "model"> {
  return { messages: [{ role: "user", content }], max_tokens: 256 };
}

const { values } = parseArgs({ options: { url: { type: "string" } } });
if (values.url !== undefined) await record(values.url);
else await withServer(record);

async function withServer(use: (url: string) => Promise<void>): Promise<void> {
  const start = fileURLToPath(new URL("../tools/serve/start.ts", import.meta.url));
  const server = spawn(process.execPath, [start, "--port", String(PORT)], { stdio: ["ignore", "ignore", "inherit"] });
  const url = `http://127.0.0.1:${PORT}`;
  try {
    if (!(await ready(url, () => server.exitCode !== null))) throw new Error("The server did not start.");
    await use(url);
  } finally {
    server.kill("SIGTERM");
    await exited(server);
  }
}

async function record(url: string): Promise<void> {
  const client = createClient({ baseUrl: url });
  const model = await servedModel(client);
  for (const [name, message] of Object.entries(MESSAGES)) {
    // The first request of a server, and the first of a form, take longer than those after them.
    await recordLane(client, "", { model, ...message });
    const lanes: Lane[] = [];
    for (const { label, parameters } of Object.values(VARIANTS)) {
      lanes.push(rounded(await recordLane(client, label, { model, ...message, ...parameters })));
    }
    const run: Run = { request: { model, ...message }, lanes };
    await save(`recordings/${name}.json`, `${await runFile(run).text()}\n`);
    if (name === Object.keys(MESSAGES)[0]) {
      const [lane] = lanes;
      const prompt = String(message.messages[0]?.content);
      const rate = durationOf(run) / IMAGE_MS;
      if (lane) await save("../docs/stream.svg", animatedSvg({ ...lane, label: prompt }, { rate }));
    }
  }
}

/** Times in whole milliseconds and probabilities in four places are exact enough to look at. */
function rounded({ label, events }: Lane): Lane {
  const text = JSON.stringify(events, (key, value) => (key === "p" ? Number(value.toFixed(4)) : value));
  const parsed = JSON.parse(text) as Lane["events"];
  return { label, events: parsed.map(({ ms, event }) => ({ ms: Math.round(ms), event })) };
}

async function save(path: string, text: string): Promise<void> {
  await writeFile(new URL(path, import.meta.url), text);
  console.log(`${path}: ${(text.length / 1024).toFixed(0)} KiB`);
}
