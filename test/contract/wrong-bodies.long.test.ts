/**
 * 1,600 generated wrong bodies to a running edge: each is answered in time and with no 5xx, and the edge holds nothing of them
 * afterwards.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { CAPABILITIES } from "@palimpsest/proto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type SchemaNode, valuesOf, wrongAtAPlace } from "../support/fakes/schema-values.ts";
import { openScriptedWorker } from "../support/fakes/scripted-worker.ts";
import { plainScript, tell } from "../support/fakes/synthetic-response.ts";
import { openEdge, type RunningEdge } from "../support/programs/running-edge.ts";

const BODIES = 1_600;
/** At the same time. */
const CLIENTS = 8;
const ANSWER_LIMIT_MS = 5_000;
/** Heap that a run may leave: the compiled code and caches of the first requests, not their bodies. */
const HEAP_LIMIT_BYTES = 16 * 2 ** 20;

const opened = new AsyncDisposableStack();
let edge: RunningEdge;
let running = 0;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

beforeAll(async () => {
  const worker = opened.use(
    await openScriptedWorker(
      async function* ({ responseId, choices }) {
        running++;
        yield* tell(plainScript(...Array.from({ length: choices }, () => ["Hello"])), responseId);
        running--;
      },
      { capabilities: CAPABILITIES },
    ),
  );
  edge = opened.use(await openEdge(worker.address));
});
afterAll(() => opened.disposeAsync());

async function bodiesOf(path: string, schemas: Record<string, SchemaNode>, schema: SchemaNode, count: number) {
  const good = valuesOf(schema, schemas, { model: fc.constant("synthetic") });
  const json = wrongAtAPlace(good).map((value) => JSON.stringify(value) ?? "");
  const broken = fc.tuple(json, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1)));
  return fc.sample(fc.oneof({ arbitrary: json, weight: 9 }, broken), count).map((body) => ({ path, body }));
}

async function post({ path, body }: { path: string; body: string }) {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body };
  const response = await fetch(edge.baseUrl + path, { ...init, signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
  return { path, body, status: response.status, text: await response.text() };
}

async function sendAll(requests: readonly { path: string; body: string }[]) {
  const waiting = [...requests];
  const answers: Awaited<ReturnType<typeof post>>[] = [];
  const client = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) answers.push(await post(next));
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return answers;
}

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

it("wrong bodies get no 5xx, in time, and leave nothing", { timeout: 300_000 }, async () => {
  // biome-ignore lint/suspicious/noExplicitAny: the parts of the description that are read here
  const { paths, components } = (await (await fetch(`${edge.baseUrl}/openapi.json`)).json()) as any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const posts = Object.entries(paths).filter(([, { post }]: [string, any]) => post?.requestBody);
  expect(posts).toHaveLength(4);
  const lists = await Promise.all(
    // biome-ignore lint/suspicious/noExplicitAny: as above
    posts.map(([path, { post }]: [string, any]) => {
      const { schema } = post.requestBody.content["application/json"];
      return bodiesOf(path, components.schemas, schema, BODIES / posts.length);
    }),
  );
  const requests = lists.flat();
  // The first requests compile and fill caches.
  await sendAll(requests.slice(0, 200));
  const before = heapBytes();
  const answers = await sendAll(requests);
  expect(answers).toHaveLength(BODIES);
  expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  expect(new Set(answers.map(({ status }) => status))).toContain(400);
  for (const { status, text } of answers) if (status >= 400) expect(JSON.parse(text)).toHaveProperty("error.message");
  expect(running).toBe(0);
  answers.length = 0;
  expect(heapBytes() - before).toBeLessThan(HEAP_LIMIT_BYTES);
});
