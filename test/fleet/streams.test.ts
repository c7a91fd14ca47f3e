/**
 * A response outlives its connection: watched from any edge, resumed, cancelled, in the background, requested twice.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { EditEvent } from "@palimpsest/proto";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { sseData } from "../../edge/client/sse.ts";
import { classStream } from "../../fleet/src/index.ts";
import { fold } from "../support/events.ts";
import { plainKeys } from "../support/fakes/api-keys.ts";
import { aborted, textOf, writeBlocks } from "../support/fakes/block-engine.ts";
import { appOf, openTestFleet, type TestFleet } from "../support/fleet/fleet.ts";
import { forever, patiently } from "../support/waiting.ts";

const keys = plainKeys("alice", "bob");
let fleet: TestFleet;
let first: ReturnType<typeof appOf>;
let second: ReturnType<typeof appOf>;
let worker: Awaited<ReturnType<TestFleet["worker"]>>["worker"];
let engine: Awaited<ReturnType<TestFleet["worker"]>>["engine"];
/** The engine waits for it before block 2. */
let gate: PromiseWithResolvers<void>;

beforeAll(async () => {
  fleet = await openTestFleet();
  ({ worker, engine } = await fleet.worker(
    writeBlocks({
      blocks: 5,
      before: (block, _, signal) => (block < 2 ? Promise.resolve() : Promise.race([gate.promise, aborted(signal)])),
    }),
  ));
  first = appOf(await fleet.edge(), { keys });
  second = appOf(await fleet.edge(), { keys });
});
afterAll(() => fleet[Symbol.asyncDispose]());
beforeEach(() => {
  gate = Promise.withResolvers();
});

const as = (key: string) => ({ authorization: `Bearer ${key}`, "content-type": "application/json" });
const chat = { model: "scripted", messages: [{ role: "user", content: "hi" }] };

async function ask(body: object, headers: object = {}, app = first, signal = forever) {
  const response = await app.request("/v1/chat/completions", {
    method: "POST",
    headers: { ...as("alice"), ...headers },
    body: JSON.stringify({ ...chat, ...body }),
    signal,
  });
  return { response, id: response.headers.get("x-response-id") ?? "" };
}

const watch = (id: string, headers: object = {}, app = second) =>
  app.request(`/v1/streams/${id}`, { headers: { ...as("alice"), ...headers } });

async function* eventsOf(response: Response): AsyncGenerator<EditEvent> {
  for await (const data of sseData(response.body!)) yield JSON.parse(data);
}

const whole = [textOf(0, 5)];
const textsOf = (events: readonly EditEvent[]) => fold(events).choices.map(({ text }) => text);

/** Requests edit events, and reads until `count` commits have arrived. */
async function begun(body: object = {}) {
  const { response, id } = await ask({ stream: true, stream_options: { include_edits: true }, ...body });
  const reader = response.body!.getReader();
  let text = "";
  while ((text.match(/"type":"commit"/g) ?? []).length < 2) {
    text += new TextDecoder().decode((await reader.read()).value);
  }
  return { id, reader, lastId: [...text.matchAll(/^id: (.*)$/gm)].at(-1)![1]! };
}

describe("a response of a fleet", () => {
  it("is shown from another edge to any number of watchers, from the beginning or from their last event", async () => {
    const { id, lastId } = await begun();
    const all = [watch(id), watch(id)].map(async (response) => Array.fromAsync(eventsOf(await response)));
    const later = Array.fromAsync(eventsOf(await watch(id, { "last-event-id": lastId })));
    const byQuery = Array.fromAsync(eventsOf(await watch(`${id}?after=${lastId.split(":")[1]}`)));
    await sleep(50);
    gate.resolve();
    for (const events of await Promise.all(all)) {
      expect(fold(events).status).toBe("ended");
      expect(textsOf(events)).toEqual(whole);
      expect(events.some((event) => "token_ids" in event)).toBe(false);
    }
    for (const events of [await later, await byQuery]) {
      expect(events.filter(({ type }) => type === "commit")).toMatchObject([{ block: 2 }, { block: 3 }, { block: 4 }]);
      expect(events.at(-1)?.type).toBe("end");
    }
    // It also works by the event names after the response has ended.
    expect(textsOf(await Array.fromAsync(eventsOf(await watch(id))))).toEqual(whole);
    expect(await (await watch(id)).text()).toMatch(/^event: open\ndata: .*\nid: chatcmpl-/);
  });

  it("can be read and cancelled only with the API key that created it", async () => {
    const { id } = await begun();
    expect((await watch(id, as("bob"))).status).toBe(404);
    expect((await second.request(`/v1/streams/${id}`, { method: "DELETE", headers: as("bob") })).status).toBe(404);
    expect((await watch("chatcmpl-unknown")).status).toBe(404);
    expect((await watch(encodeURIComponent("edit.> *"))).status).toBe(404);
    const wrong = await watch(id, { "last-event-id": "yesterday" });
    expect(await wrong.json()).toMatchObject({ error: { code: "invalid_request", param: "after" } });
    gate.resolve();
  });

  it("is cancelled from another edge, which all watchers see", async () => {
    const { id, reader } = await begun();
    const ended = engine.ended;
    const watching = Array.fromAsync(eventsOf(await watch(id)));
    const answer = await second.request(`/v1/streams/${id}`, { method: "DELETE", headers: as("alice") });
    expect(answer.status).toBe(204);
    const events = await watching;
    expect(events.at(-1)).toMatchObject({ type: "error", code: "cancelled", retryable: false });
    expect(textsOf(events)).toEqual([textOf(0, 2)]);
    await vi.waitFor(() => expect(engine.ended).toBe(ended + 1));
    let rest = "";
    for (let read = await reader.read(); !read.done; read = await reader.read())
      rest += new TextDecoder().decode(read.value);
    expect(rest).toContain('"code":"cancelled"');
  });

  it("ends with its client, unless it was requested in the background", async () => {
    const ended = engine.ended;
    const plain = await begun();
    await plain.reader.cancel();
    await vi.waitFor(() => expect(engine.ended).toBe(ended + 1), patiently);
    expect((await Array.fromAsync(eventsOf(await watch(plain.id)))).at(-1)).toMatchObject({ code: "cancelled" });

    const background = await begun({ background: true });
    await background.reader.cancel();
    gate.resolve();
    expect(textsOf(await Array.fromAsync(eventsOf(await watch(background.id))))).toEqual(whole);
  });

  it("is reused for the same idempotency key, which rejects another body", async () => {
    gate.resolve();
    const key = { "idempotency-key": "once" };
    const requests = engine.requests.length;
    const [one, two] = [await ask({}, key), await ask({}, key, second)];
    expect(two.id).toBe(one.id);
    const [a, b] = [await one.response.json(), await two.response.json()];
    expect(b.choices).toEqual(a.choices);
    expect(engine.requests).toHaveLength(requests + 1);
    const other = await ask({ max_tokens: 7 }, key);
    expect(other.response.status).toBe(409);
    expect(other.response.headers.get("x-should-retry")).toBe("false");
    expect(await other.response.json()).toMatchObject({ error: { code: "idempotency_conflict" } });
    // The idempotency key belongs to alice: the same text from bob is another key.
    expect((await ask({}, { ...key, ...as("bob") })).id).not.toBe(one.id);
  });

  it("releases its idempotency key if its client disconnected or it was cancelled", async () => {
    const [left, cancelled] = [{ "idempotency-key": "left" }, { "idempotency-key": "cancelled" }];
    const client = new AbortController();
    const [ended, requests] = [engine.ended, engine.requests.length];
    const gone = ask({}, left, first, client.signal);
    await vi.waitFor(() => expect(engine.requests).toHaveLength(requests + 1), patiently);
    const one = await ask({ stream: true }, cancelled);
    await second.request(`/v1/streams/${one.id}`, { method: "DELETE", headers: as("alice") });
    expect(await one.response.text()).toContain('"code":"cancelled"');
    client.abort();
    expect((await gone).response.status).toBe(499);
    await vi.waitFor(() => expect(engine.ended).toBe(ended + 2), patiently);
    gate.resolve();
    for (const [key, body] of [[left, {}] as const, [cancelled, { stream: true }] as const]) {
      const again = await ask(body, key, second);
      expect(again.id).not.toBe(one.id);
      expect(await again.response.text()).toContain("0.4 xxxx");
    }
  });

  it("keeps waiting when its edge drains, and keeps its idempotency key", async () => {
    const leaving = await fleet.edge();
    const client = new AbortController();
    const key = { "idempotency-key": "asked of one that leaves" };
    const requests = engine.requests.length;
    gate.resolve();
    worker.setServing(false);
    const asked = ask({}, key, appOf(leaving, { keys }), client.signal);
    const { jsm } = leaving.link;
    const waits = async () =>
      expect((await jsm.streams.info(classStream("scripted", "default"))).state.messages).toBe(1);
    await vi.waitFor(waits, patiently);
    leaving.detach();
    client.abort();
    await asked;
    worker.setServing(true);
    const { response } = await ask({}, key, second);
    expect((await response.json()).choices).toMatchObject([{ message: { content: textOf(0, 5) } }]);
    expect(engine.requests).toHaveLength(requests + 1);
  });

  it("may not take longer than its log is stored", async () => {
    await expect(fleet.edge({ deadlineMs: 21 * 60_000 })).rejects.toThrow(
      "REQUEST_LIMIT_MS is 1260000, but a fleet's log expires after 1200000 ms; set at most 1200000",
    );
  });

  it("is cancelled by its worker if its edge crashed and it has no other watcher", { timeout: 60_000 }, async () => {
    const dying = await fleet.edge();
    const app = appOf(dying, { keys });
    const { response, id } = await ask({ stream: true }, {}, app);
    const reader = response.body!.getReader();
    await reader.read();
    const ended = engine.ended;
    await dying.link.control.close();
    await dying.link.data.close();
    await vi.waitFor(() => expect(engine.ended).toBe(ended + 1), { timeout: 20_000 });
    expect((await Array.fromAsync(eventsOf(await watch(id)))).at(-1)).toMatchObject({ code: "cancelled" });
    dying.detach();
    await reader.cancel();
  });
});
