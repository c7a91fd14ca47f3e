import { describe, expect, it } from "vitest";
import type { KeyLimits } from "../ports.ts";
import { admit, count, LAPSE_MS, release, type Usage, usageIn } from "./usage.ts";

const START = Date.UTC(2026, 10, 30, 12);

/** A key's usage over time, as an edge counts it. */
function key(limits: KeyLimits, startMs = START) {
  let usage: Usage = usageIn(undefined);
  let nowMs = startMs;
  let requests = 0;
  return {
    sleep: (ms: number) => {
      nowMs += ms;
    },
    admit(responseId = `r${requests++}`, parts = 1) {
      const { usage: after, result, lapsed } = admit(usage, limits, { responseId, parts }, nowMs);
      usage = JSON.parse(JSON.stringify(after)) as Usage;
      return { ...result, lapsed };
    },
    count(responseId: string, tokens: number) {
      const changed = count(usage, limits, { responseId, tokens }, nowMs);
      usage = changed.usage;
      return changed.result;
    },
    release: (responseId: string, tokens: number | undefined) => {
      ({ usage } = release(usage, limits, { responseId, tokens }, nowMs));
    },
  };
}

describe("requests per minute", () => {
  it("admits a minute's worth at once, then one whenever there is room", () => {
    const client = key({ requestsPerMinute: 6 });
    const first = Array.from({ length: 7 }, () => client.admit());
    expect(first.map(({ refusedBy }) => refusedBy)).toEqual([...Array(6).fill(undefined), "requests"]);
    expect(first.map(({ standing }) => standing.requests?.remaining)).toEqual([5, 4, 3, 2, 1, 0, 0]);
    expect(first[6]).toMatchObject({ retryAfterMs: 10_000, standing: { requests: { limit: 6, resetMs: 60_000 } } });
    client.sleep(9_999);
    expect(client.admit().refusedBy).toBe("requests");
    client.sleep(1);
    expect(client.admit().refusedBy).toBeUndefined();
    expect(client.admit().refusedBy).toBe("requests");
  });

  it("in any hour, admits the rate and no more", () => {
    const client = key({ requestsPerMinute: 6 });
    let admitted = 0;
    for (let i = 0; i < 3600; i++) {
      if (client.admit("a").refusedBy === undefined) admitted++;
      client.release("a", 0);
      client.sleep(1_000);
    }
    expect(admitted).toBe(6 + 6 * 60 - 1);
  });
});

describe("tokens per minute", () => {
  it("counts what is committed, once, whoever counts it", () => {
    const client = key({ tokensPerMinute: 100 });
    client.admit("a");
    expect(client.count("a", 60)).toBeUndefined();
    expect(client.count("a", 60)).toBeUndefined();
    expect(client.admit("b").standing.tokens).toEqual({ limit: 100, remaining: 40, resetMs: 36_000 });
    client.release("a", 64);
    client.count("a", 96);
    expect(client.admit("c").standing.tokens?.remaining).toBe(36);
  });

  it("corrects a response's tokens at its end, downwards too", () => {
    const client = key({ tokensPerMinute: 100 });
    client.admit("a");
    client.count("a", 64);
    client.release("a", 40);
    expect(client.admit("b").standing.tokens?.remaining).toBe(60);
  });

  it("ends a running response beyond a tenth more, and waits until that is paid back", () => {
    const client = key({ tokensPerMinute: 100 });
    client.admit("a");
    expect(client.count("a", 110)).toBeUndefined();
    expect(client.count("a", 111)).toBe("tokens");
    client.release("a", 111);
    expect(client.admit("b")).toMatchObject({ refusedBy: "tokens", retryAfterMs: 7_200 });
    client.sleep(7_200);
    expect(client.admit("b").refusedBy).toBeUndefined();
  });
});

describe("tokens per month", () => {
  it("end a running response at once, and requests until the next month", () => {
    const client = key({ tokensPerMonth: 100 });
    client.admit("a");
    expect(client.count("a", 100)).toBeUndefined();
    expect(client.count("a", 101)).toBe("month");
    client.release("a", 101);
    expect(client.admit("b")).toMatchObject({ refusedBy: "month", retryAfterMs: 12 * 3600 * 1000 });
    client.sleep(12 * 3600 * 1000);
    expect(client.admit("b").refusedBy).toBeUndefined();
  });

  it("begin again in January", () => {
    const client = key({ tokensPerMonth: 1 }, Date.UTC(2026, 11, 31, 23, 59, 59));
    client.admit("a");
    client.release("a", 1);
    expect(client.admit("b")).toMatchObject({ refusedBy: "month", retryAfterMs: 1_000 });
    client.sleep(1_000);
    expect(client.admit("b").refusedBy).toBeUndefined();
  });
});

describe("responses at once", () => {
  it("count each prompt of a list, until they end", () => {
    const client = key({ concurrent: 3 });
    expect(client.admit("a", 2).refusedBy).toBeUndefined();
    expect(client.admit("b", 2)).toMatchObject({ refusedBy: "concurrent", retryAfterMs: 1_000 });
    expect(client.admit("c").refusedBy).toBeUndefined();
    client.release("a", 0);
    expect(client.admit("b", 2).refusedBy).toBeUndefined();
  });

  it("of a lost edge are given to one other edge, which counts them on", () => {
    const client = key({ concurrent: 1 });
    client.admit("a");
    client.sleep(LAPSE_MS);
    expect(client.admit("b")).toMatchObject({ refusedBy: "concurrent", lapsed: [] });
    client.sleep(1);
    expect(client.admit("b")).toMatchObject({ refusedBy: "concurrent", lapsed: ["a"] });
    expect(client.admit("b").lapsed).toEqual([]);
    client.sleep(20 * 60_000);
    expect(client.admit("b").refusedBy).toBeUndefined();
  });
});

it("a response whose end nobody has seen keeps what is counted", () => {
  const client = key({ tokensPerMinute: 100, concurrent: 1 });
  client.admit("a");
  client.count("a", 40);
  client.release("a", undefined);
  expect(client.admit("b")).toMatchObject({ standing: { tokens: { remaining: 60 } } });
  expect(client.admit("c").refusedBy).toBe("concurrent");
});

it("a list of prompts ends with its edge, and keeps what is counted", () => {
  const client = key({ tokensPerMonth: 100, concurrent: 2 });
  client.admit("a", 2);
  client.count("a", 100);
  client.sleep(LAPSE_MS + 1);
  expect(client.admit("b")).toMatchObject({ refusedBy: "month", lapsed: [] });
});

it("a response that does not run with the key is neither counted nor ended by its limits", () => {
  const client = key({ tokensPerMonth: 1 });
  client.admit("a");
  client.count("a", 2);
  expect(client.count("other", 5)).toBeUndefined();
});

it("a refused request counts for no limit", () => {
  const client = key({ requestsPerMinute: 2, concurrent: 1 });
  client.admit("a");
  expect(client.admit("b").refusedBy).toBe("concurrent");
  expect(client.admit("b").standing.requests?.remaining).toBe(1);
});

it.each([1, 2])(
  "a request of %i prompts whose admission is repeated counts once, even if its edge seemed lost",
  (parts) => {
    const client = key({ requestsPerMinute: 2, concurrent: 2 });
    const first = client.admit("a", parts);
    expect(client.admit("a", parts)).toEqual(first);
    client.sleep(LAPSE_MS + 1);
    const isFollowed = parts === 1;
    expect(client.admit("b", 2).lapsed).toEqual(isFollowed ? ["a"] : []);
    if (isFollowed) client.release("a", undefined);
    const { standing, lapsed } = client.admit("a", parts);
    expect([standing.requests?.remaining, lapsed]).toEqual([isFollowed ? 1 : 0, []]);
    expect(client.admit("c", 2).refusedBy).toBe("concurrent");
  },
);

it("clocks that differ give nothing away", () => {
  const client = key({ requestsPerMinute: 1 });
  client.admit();
  client.sleep(-5_000);
  expect(client.admit().refusedBy).toBe("requests");
  client.sleep(5_000 + 59_999);
  expect(client.admit().refusedBy).toBe("requests");
  client.sleep(1);
  expect(client.admit().refusedBy).toBeUndefined();
});
