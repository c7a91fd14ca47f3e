import { expect, it } from "vitest";
import { TokenCounters } from "./token-counters.ts";

/** Serves requests of these tokens each, one at a time, while all tenants wait. @returns the tokens that each was served */
function serve(counters: TokenCounters<string>, tokens: Readonly<Record<string, number>>, requests: number) {
  const served = Object.fromEntries(Object.keys(tokens).map((tenant) => [tenant, 0]));
  for (let i = 0; i < requests; i++) {
    const [tenant] = counters.order(Object.keys(tokens)) as [string];
    counters.choose(tenant, 1);
    counters.charge(tenant, tokens[tenant]! - 1);
    served[tenant]! += tokens[tenant]!;
  }
  return served;
}

it("tenants that wait are served the same tokens, however long their requests are, up to one request", () => {
  const { long, short } = serve(new TokenCounters(), { long: 500, short: 10 }, 1000) as { long: number; short: number };
  expect(Math.abs(long - short)).toBeLessThanOrEqual(500);
});

it("a tenant that was idle is not paid for it, and a new one does not wait for what others were served", () => {
  const counters = new TokenCounters<string>();
  serve(counters, { idle: 1, busy: 1 }, 2);
  serve(counters, { busy: 100 }, 100);
  const served = serve(counters, { busy: 10, idle: 10, new: 10 }, 60);
  // Only the last request of the busy one, of 100 tokens, was not yet paid for.
  for (const tokens of [served.idle!, served.new!]) expect(tokens - served.busy!).toBeLessThanOrEqual(110);
  expect(Math.abs(served.idle! - served.new!)).toBeLessThanOrEqual(10);
});

it("a tenant that is being served counts before it has any tokens, so that the next slot is another's", () => {
  const counters = new TokenCounters<string>();
  const chosen = Array.from({ length: 6 }, () => {
    const [tenant] = counters.order(["a", "b", "c"]) as [string];
    counters.choose(tenant, 32);
    return tenant;
  });
  expect(chosen).toEqual(["a", "b", "c", "a", "b", "c"]);
});
