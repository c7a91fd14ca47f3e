import { type EditEvent, emptyDocument, errorEvent, failureOf, type GenerateRequest, reduce } from "@palimpsest/proto";
import { describe, expect, it } from "vitest";
import { type Respond, scriptedReplica } from "../../../test/support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../../../test/support/fakes/synthetic-response.ts";
import { forever } from "../../../test/support/waiting.ts";
import { createPlacement } from "../admission/placement.ts";
import type { Clock, ReplicaEvent } from "../ports.ts";

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
const lost: ReplicaEvent = { type: "lost", crashed: true };
const unreached: ReplicaEvent = { type: "lost", crashed: false };
const says = (code: "unavailable" | "overloaded") =>
  errorEvent({ response_id: request.responseId, attempt: 1, seq: 9 }, failureOf(code, code));

/** Sends the events up to one, then fails. */
const until = (isLast: (event: EditEvent) => boolean, failure: ReplicaEvent = lost): Respond =>
  function* () {
    const end = script.findIndex(isLast) + 1;
    yield* script.slice(0, end);
    yield failure;
  };
const crashes = until(() => false);
const afterCommit = until(({ type }) => type === "commit");
const leaves: Respond = () => [says("unavailable")];
const full: Respond = () => [says("overloaded")];

/** Repeats the whole response as a later attempt, like a worker that ignores the commits in its request. */
const whole: Respond = () => script.map((event) => ({ ...event, attempt: 2 }));

function serve(...scripts: Respond[]) {
  const asked: GenerateRequest[] = [];
  const replicas = scripts.map((respond, i) => ({
    ...scriptedReplica(respond, { replicaId: `replica-${i}` }),
    async *generate(given: GenerateRequest, _: number, signal: AbortSignal) {
      asked.push(given);
      yield* respond(given, signal);
    },
  }));
  const waits: number[] = [];
  let nowMs = 0;
  const clock: Clock = {
    now: () => nowMs,
    monotonic: () => nowMs,
    async sleep(ms) {
      waits.push(ms);
      nowMs += ms;
    },
  };
  const placement = createPlacement(replicas, { clock, limitMs: 10_000 });
  const ask = (change: Partial<GenerateRequest> = {}, signal = forever) =>
    Array.fromAsync(placement.generate({ ...request, ...change }, signal));
  return { ask, asked, waits };
}

/** Responds by one script after another. */
function inTurn(...scripts: readonly Respond[]): Respond {
  let turn = 0;
  return (given, signal) => scripts[turn++]!(given, signal);
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

  it("returns to a replica that left during an earlier block", async () => {
    const untilCommit = (count: number) => {
      let commits = 0;
      return until(({ type }) => type === "commit" && ++commits === count, says("unavailable"));
    };
    const { ask, asked } = serve(inTurn(untilCommit(1), untilCommit(3)), inTurn(untilCommit(2), whole));
    expect((await ask()).reduce(reduce, emptyDocument)).toMatchObject({ status: "ended" });
    expect(asked.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
  });

  it("starts on another when it had not started", async () => {
    const { ask } = serve(crashes, whole);
    expect((await ask()).reduce(reduce, emptyDocument).status).toBe("ended");
  });

  it("ends as unavailable when there is no other replica", async () => {
    const { ask } = serve(afterCommit);
    expect((await ask()).at(-1)).toMatchObject({ type: "error", code: "unavailable", retryable: true });
  });

  it.each([
    ["with more replicas", [whole]],
    ["also without another replica", []],
  ])("is poisoned after two crashes of attempts that began at the same block, %s", async (_, more) => {
    const { ask, asked } = serve(crashes, crashes, ...more);
    expect((await ask()).at(-1)).toMatchObject({ type: "error", code: "poisoned", retryable: false });
    expect(asked).toHaveLength(2);
  });

  it("is not poisoned by crashes over different blocks", async () => {
    const { ask } = serve(crashes, afterCommit, whole);
    expect((await ask()).reduce(reduce, emptyDocument).status).toBe("ended");
  });

  it.each([
    ["leave", leaves],
    ["are full", full],
    ["were never reached", until(() => false, unreached)],
  ])("is not poisoned by replicas that %s", async (_, respond) => {
    const { ask, asked } = serve(crashes, respond, respond, respond, whole);
    expect((await ask()).reduce(reduce, emptyDocument).status).toBe("ended");
    expect(asked).toHaveLength(5);
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
      yield lost;
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

describe("a response whose successors are full", () => {
  it("waits for a free slot, longer each time", async () => {
    // The first replica is ready again, and still leaving.
    const { ask, asked, waits } = serve(inTurn(afterCommit, leaves, leaves, leaves), inTurn(full, full, full, whole));
    const document = (await ask()).reduce(reduce, emptyDocument);
    expect(document).toMatchObject({ status: "ended" });
    expect(asked).toHaveLength(8);
    expect(waits).toEqual([250, 500, 1000]);
  });

  it("ends at the request's limit", async () => {
    const leavesLate = until(({ type }) => type === "commit", says("unavailable"));
    const { ask, waits } = serve(inTurn(leavesLate, ...Array.from({ length: 20 }, () => leaves)), full);
    expect((await ask()).at(-1)).toMatchObject({ type: "error", code: "deadline_exceeded" });
    expect(waits.reduce((sum, ms) => sum + ms)).toBe(10_000);
  });

  it("does not wait before it has begun: its client tries again", async () => {
    const { ask, asked, waits } = serve(full, full);
    expect(await ask()).toMatchObject([{ type: "error", code: "overloaded", retryable: true }]);
    expect([asked.length, waits]).toEqual([2, []]);
  });
});
