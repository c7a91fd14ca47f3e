/** /v1/responses in a fleet: stored, continued, streamed again and cancelled at any edge. */
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { readSubjects } from "../../fleet/src/index.ts";
import { plainKeys } from "../support/fakes/api-keys.ts";
import { aborted, textOf, writeBlocks } from "../support/fakes/block-engine.ts";
import { appOf, openTestFleet, type TestFleet } from "../support/fleet/fleet.ts";
import { patiently } from "../support/waiting.ts";

const keys = plainKeys("alice", "bob");
let fleet: TestFleet;
let engine: Awaited<ReturnType<TestFleet["worker"]>>["engine"];
/** The client of the first edge, and of the second. */
let first: OpenAI;
let second: OpenAI;
/** The engine waits for it before block 2. */
let gate: PromiseWithResolvers<void>;

const clientOf = (app: ReturnType<typeof appOf>, apiKey = "alice") =>
  new OpenAI({
    baseURL: "http://edge/v1",
    apiKey,
    maxRetries: 0,
    fetch: async (url, init) => app.request(String(url).replace("http://edge", ""), init as RequestInit),
  });

beforeAll(async () => {
  // Small messages, so that a stored response has several pieces.
  fleet = await openTestFleet({ config: "max_payload: 16384" });
  ({ engine } = await fleet.worker(
    writeBlocks({
      blocks: 5,
      before: (block, _, signal) => (block < 2 ? Promise.resolve() : Promise.race([gate.promise, aborted(signal)])),
    }),
  ));
  first = clientOf(appOf(await fleet.edge(), { keys }));
  second = clientOf(appOf(await fleet.edge(), { keys }));
});
afterAll(() => fleet[Symbol.asyncDispose]());
beforeEach(() => {
  gate = Promise.withResolvers();
});

const asking = (input: string) => ({ model: "scripted", input });
const whole = textOf(0, 5);
const deltasOf = (events: OpenAI.Responses.ResponseStreamEvent[]) =>
  events.map((event) => (event.type === "response.output_text.delta" ? event.delta : "")).join("");

describe("a response of a fleet", () => {
  it("is read, continued and deleted at another edge, whatever its size, and by its key only", async () => {
    gate.resolve();
    // Twice its length is more than a message.
    const long = "long ".repeat(2_500);
    const response = await first.responses.create(asking(long));
    expect(response.output_text).toBe(whole);
    expect(await second.responses.retrieve(response.id)).toEqual({ ...response });
    const next = await second.responses.create({ ...asking("And?"), previous_response_id: response.id });
    const { prompt } = engine.requests.at(-1)!;
    expect(prompt).toMatchObject({
      messages: [{ content: long }, { role: "assistant", content: whole }, { content: "And?" }],
    });
    expect((await first.responses.inputItems.list(next.id)).data).toHaveLength(1);
    const stranger = clientOf(appOf(await fleet.edge(), { keys }), "bob");
    await expect(stranger.responses.retrieve(response.id)).rejects.toMatchObject({ status: 404 });
    await expect(stranger.responses.delete(response.id)).rejects.toMatchObject({ status: 404 });
    await second.responses.delete(response.id);
    await expect(first.responses.retrieve(response.id)).rejects.toMatchObject({ status: 404 });
    expect((await first.responses.retrieve(next.id)).output_text).toBe(whole);
  });

  it("leaves none of its text in its tenant's stream when it is deleted, nor with store: false", async () => {
    gate.resolve();
    const { jsm } = await fleet.link("spy");
    const stored = async () => {
      const names = (await jsm.streams.list().next()).map(({ config }) => config.name);
      const streams = names.filter((name) => name.startsWith("stored-"));
      const messages = await Promise.all(streams.map((name) => readSubjects(jsm, name, "stored.>")));
      return messages.flat().map((bytes) => new TextDecoder().decode(bytes));
    };
    const secret = `a secret ${"of many words ".repeat(1_000)}`;
    const { id } = await first.responses.create(asking(secret));
    expect((await stored()).join("")).toContain("a secret of many words");
    await first.responses.delete(id);
    await first.responses.create({ ...asking(secret), store: false });
    expect((await stored()).join("")).not.toContain("many words");
  });

  it("is streamed again from any event while it runs, with the same numbers", async () => {
    const stream = await first.responses.create({ ...asking("hi"), stream: true });
    const events: OpenAI.Responses.ResponseStreamEvent[] = [];
    const reading = (async () => {
      for await (const event of stream) events.push(event);
    })();
    await vi.waitFor(() => expect(deltasOf(events)).toBe(textOf(0, 2)), patiently);
    const { response } = events[0] as OpenAI.Responses.ResponseCreatedEvent;
    expect(await second.responses.retrieve(response.id)).toMatchObject({ status: "in_progress" });
    const rest = await second.responses.retrieve(response.id, { stream: true, starting_after: 4 });
    gate.resolve();
    await reading;
    expect(deltasOf(events)).toBe(whole);
    expect(await Array.fromAsync(rest)).toEqual(events.slice(5));
  });

  it("in the background is answered at once, polled, and stored though no client reads it", async () => {
    const begun = await first.responses.create({ ...asking("hi"), background: true });
    expect(begun).toMatchObject({ status: "in_progress", background: true, output: [] });
    await vi.waitFor(async () => {
      expect(await second.responses.retrieve(begun.id)).toMatchObject({ output_text: textOf(0, 2) });
    }, patiently);
    gate.resolve();
    await vi.waitFor(async () => {
      expect(await second.responses.retrieve(begun.id)).toMatchObject({ status: "completed", output_text: whole });
    }, patiently);
    await expect(second.responses.cancel(begun.id)).resolves.toMatchObject({ status: "completed" });
  });

  it("in the background goes on when the client of its stream leaves", async () => {
    const stream = await first.responses.create({ ...asking("hi"), background: true, stream: true });
    let id = "";
    for await (const event of stream) {
      if (event.type === "response.created") id = event.response.id;
      if (event.type === "response.output_text.delta") break;
    }
    await sleep(50);
    expect(await second.responses.retrieve(id)).toMatchObject({ status: "in_progress" });
    gate.resolve();
    await vi.waitFor(async () => {
      expect(await second.responses.retrieve(id)).toMatchObject({ status: "completed", output_text: whole });
    }, patiently);
  });

  it("whose client left its stream goes on when it comes back at another edge within the grace", async () => {
    const leaving = clientOf(appOf(await fleet.edge({ graceMs: 10_000 }), { keys }));
    const stream = await leaving.responses.create({ ...asking("hi"), stream: true });
    const events: OpenAI.Responses.ResponseStreamEvent[] = [];
    for await (const event of stream) {
      events.push(event);
      if (deltasOf(events) === textOf(0, 2)) break;
    }
    const { response } = events[0] as OpenAI.Responses.ResponseCreatedEvent;
    const after = events.at(-1)!.sequence_number;
    const rest = await second.responses.retrieve(response.id, { stream: true, starting_after: after });
    gate.resolve();
    events.push(...(await Array.fromAsync(rest)));
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
    expect(deltasOf(events)).toBe(whole);
    expect(await second.responses.retrieve(response.id)).toMatchObject({ status: "completed", output_text: whole });
  });

  it("whose client left for good is cancelled, with what was written", async () => {
    const stream = await first.responses.create({ ...asking("hi"), stream: true });
    let id = "";
    for await (const event of stream) {
      if (event.type === "response.created") id = event.response.id;
      if (event.type === "response.output_text.delta") break;
    }
    await vi.waitFor(async () => {
      expect(await second.responses.retrieve(id)).toMatchObject({ status: "cancelled" });
    }, patiently);
  });

  it("is cancelled at another edge if it runs in the background, or when it is deleted", async () => {
    const cancelled = await first.responses.create({ ...asking("hi"), background: true });
    await vi.waitFor(async () => {
      expect(await second.responses.retrieve(cancelled.id)).toMatchObject({ output_text: textOf(0, 2) });
    }, patiently);
    const output = [{ status: "incomplete", content: [{ text: textOf(0, 2) }] }];
    const after = { status: "cancelled", error: null, output };
    expect(await second.responses.cancel(cancelled.id)).toMatchObject(after);
    expect(await first.responses.retrieve(cancelled.id)).toMatchObject(after);
    expect(await first.responses.cancel(cancelled.id)).toMatchObject(after);

    const deleted = await first.responses.create({ ...asking("hi"), background: true });
    const ended = engine.ended;
    await second.responses.delete(deleted.id);
    await vi.waitFor(() => expect(engine.ended).toBe(ended + 1), patiently);
    await expect(first.responses.retrieve(deleted.id)).rejects.toMatchObject({ status: 404 });
  });

  it("has one answer per Idempotency-Key, with the same events", async () => {
    gate.resolve();
    const options = { idempotencyKey: "same", headers: { "idempotency-key": "same" } };
    const ask = async () => Array.fromAsync(await first.responses.create({ ...asking("hi"), stream: true }, options));
    const events = await ask();
    const again = await ask();
    expect(again.at(-1)).toMatchObject({ type: "response.completed" });
    expect(deltasOf(again)).toBe(whole);
    expect(again.map(({ type }) => type)).toEqual(events.map(({ type }) => type));
  });
});
