import { type EditEvent, emptyDocument, type GenerateRequest, reduce } from "@palimpsest/proto";
import { describe, expect, it } from "vitest";
import { type Respond, scriptedReplica } from "../../../test/support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../../../test/support/fakes/synthetic-response.ts";
import { forever } from "../../../test/support/waiting.ts";
import { createPlacement } from "../admission/placement.ts";

const request: GenerateRequest = {
  responseId: "chatcmpl-synthetic",
  model: "synthetic",
  prompt: { kind: "text", text: "hi" },
  decoding: {},
  choices: 2,
  stop: [],
  ignoreEos: false,
  drafts: true,
  attempt: 1,
  committed: [],
};
const script = tell(plainScript(["Hello ", "world"], ["Bonjour"])).map((event) =>
  event.type === "commit" ? { ...event, token_ids: [event.block] } : event,
);
const lost = { type: "error", code: "unavailable", message: "The worker was lost.", retryable: true } as const;

/** Sends the events up to one, then fails as a lost worker does. */
const until = (isLast: (event: EditEvent) => boolean): Respond =>
  function* () {
    const end = script.findIndex(isLast) + 1;
    yield* script.slice(0, end);
    yield { ...script[0]!, ...lost } as EditEvent;
  };
const atOnce = until(() => false);
const afterCommit = until(({ type }) => type === "commit");

/** Repeats the whole response as a later attempt, like a worker that ignores the commits in its request. */
const whole: Respond = () => script.map((event) => ({ ...event, attempt: 2 }));

function serve(...scripts: Respond[]) {
  const asked: GenerateRequest[] = [];
  const replicas = scripts.map((respond, i) => ({
    ...scriptedReplica(respond, { replicaId: `replica-${i}` }),
    async *generate(given: GenerateRequest, signal: AbortSignal) {
      asked.push(given);
      yield* respond(given, signal);
    },
  }));
  const placement = createPlacement(replicas);
  const ask = (change: Partial<GenerateRequest> = {}, signal = forever) =>
    Array.fromAsync(placement.generate({ ...request, ...change }, signal));
  return { ask, asked };
}

describe("a response whose replica is lost", () => {
  it("is finished by another from its last commit, without repeated events", async () => {
    const { ask, asked } = serve(afterCommit, whole);
    const events = await ask();
    expect(asked).toMatchObject([
      { attempt: 1, committed: [] },
      { attempt: 2, committed: [{ tokens: [0] }, { tokens: [] }] },
    ]);
    const document = events.reduce(reduce, emptyDocument);
    expect(document).toMatchObject({ status: "ended", attempt: 2 });
    expect(document.choices.map(({ text }) => text)).toEqual(["Hello world", "Bonjour"]);
    const kept = events.filter(({ type }) => type !== "draft");
    expect(kept).toHaveLength(script.filter(({ type }) => type !== "draft").length);
  });

  it("starts on another when it had not started", async () => {
    const { ask } = serve(atOnce, whole);
    expect((await ask()).reduce(reduce, emptyDocument).status).toBe("ended");
  });

  it("ends as unavailable when there is no other replica", async () => {
    const { ask } = serve(afterCommit);
    expect((await ask()).at(-1)).toMatchObject({ type: "error", code: "unavailable", retryable: true });
  });

  it("is poisoned after three losses, not tried on every replica", async () => {
    const { ask, asked } = serve(atOnce, atOnce, atOnce, atOnce, whole);
    expect((await ask()).at(-1)).toMatchObject({ type: "error", code: "poisoned", retryable: false });
    expect(asked).toHaveLength(3);
  });

  it("keeps its seed", async () => {
    const { ask, asked } = serve(afterCommit, whole);
    await ask({ sampling: { temperature: 1 } });
    const [one, two] = asked.map(({ sampling }) => sampling?.seed);
    expect(one).toEqual(expect.any(BigInt));
    expect(two).toBe(one);
  });

  it("is not taken over when the client has disconnected", async () => {
    const client = new AbortController();
    const leaving: Respond = function* () {
      client.abort();
      yield { ...script[0]!, ...lost } as EditEvent;
    };
    const { ask, asked } = serve(leaving, whole);
    await ask({}, client.signal);
    expect(asked).toHaveLength(1);
  });

  it("releases every slot", async () => {
    const { ask, asked } = serve(afterCommit, whole);
    for (let i = 0; i < 3; i++) await ask();
    // All idle again, requests begin with the first.
    expect(asked.map(({ attempt }) => attempt)).toEqual([1, 2, 1, 2, 1, 2]);
  });
});
