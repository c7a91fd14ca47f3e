/** The serverless edge without a working Durable Object. test/e2e tests it with one. */
import { afterEach, expect, it, vi } from "vitest";
import serverless from "./cloudflare.ts";
import { parseCloudflareConfig } from "./cloudflare-config.ts";

// As bundlers for it do: the file that pino has for where there is no Node.
vi.mock("pino", () => import("pino/browser.js" as string));

const request = new Request("http://edge.example/v1/models");
const lost = {
  idFromName: (name: string) => ({ name }),
  get: () => ({ fetch: () => Promise.reject(new Error("reset")) }),
};
/** The headers that the app sets on every answer. */
function expectHeaders({ headers }: Response, log: string): void {
  expect(log).toContain(headers.get("x-request-id")!);
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expect(headers.get("access-control-expose-headers")).toMatch(/x-request-id.*x-response-id/);
}
afterEach(() => vi.restoreAllMocks());

it("answers 503 when the object fails, so that clients retry", async () => {
  const log = vi.spyOn(console, "log").mockReturnValue();
  const bindings = { EDGE: lost, NATS_URL: "wss://nats.example.com", PALIMPSEST_API_KEYS: "key" };
  const response = await serverless.fetch(request, bindings);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ error: { code: "unavailable" } });
  expect(log.mock.calls.join()).toContain("reset");
  expectHeaders(response, log.mock.calls.join());
});

it("logs what is wrong with its settings and hides it from the client", async () => {
  const log = vi.spyOn(console, "log").mockReturnValue();
  const response = await serverless.fetch(request, { EDGE: lost });
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("NATS_URL");
  expect(log.mock.calls.join()).toContain("NATS_URL: ");
  expectHeaders(response, log.mock.calls.join());
});

it("requires a WebSocket address for NATS", () => {
  const urls = "wss://a.example:443, ws://b.example/nats";
  expect(parseCloudflareConfig({ NATS_URL: urls, EDGE: lost, API_KEYS_IN_NATS: "true" })).toMatchObject({
    edges: 4,
    nats: { NATS_URL: urls },
  });
  expect(() => parseCloudflareConfig({ NATS_URL: "nats://a.example:4222", EDGES: "0" })).toThrow(
    /EDGES: .*\nNATS_URL: name the server's WebSocket listener as wss:\/\/host:port/s,
  );
});

it("requires API keys, since everybody can reach it, unless it is told otherwise", () => {
  const bindings = { NATS_URL: "wss://a.example" };
  expect(() => parseCloudflareConfig(bindings)).toThrow("PALIMPSEST_API_KEYS: there are no API keys; set");
  expect(parseCloudflareConfig({ ...bindings, ALLOW_NO_API_KEYS: "true" })).toMatchObject({ keys: [] });
  expect(parseCloudflareConfig({ ...bindings, PALIMPSEST_API_KEYS: "a" })).toMatchObject({ keys: ["a"] });
});
