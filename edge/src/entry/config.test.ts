import { describe, expect, it } from "vitest";
import { parseConfig } from "./config.ts";

describe("configuration", () => {
  it("needs only a worker", () => {
    expect(parseConfig({ WORKER_ADDRESS: "unix:/run/worker.sock" })).toMatchObject({
      host: "127.0.0.1",
      port: 8080,
      workers: ["unix:/run/worker.sock"],
      keys: [],
    });
  });

  it("splits lists at commas", () => {
    const env = { WORKER_ADDRESSES: "a:1, b:2,", PALIMPSEST_API_KEYS: "k1,k2" };
    expect(parseConfig(env)).toMatchObject({ workers: ["a:1", "b:2"], keys: ["k1", "k2"] });
  });

  it("names every invalid variable", () => {
    const env = { PORT: "http", PALIMPSEST_API_KEYS: "a key", WORKER_ADDRESS: "a:1" };
    expect(() => parseConfig(env)).toThrow(/PALIMPSEST_API_KEYS: a key may.*\nPORT: /s);
    expect(() => parseConfig({})).toThrow("WORKER_ADDRESS: no worker is set; set host:port or unix:path");
  });

  it.each(["0.0.0.0", "::", "192.0.2.1", "edge.example"])("does not serve everybody at %s without API keys", (HOST) => {
    const env = { WORKER_ADDRESS: "a:1", HOST };
    expect(() => parseConfig(env)).toThrow(
      `HOST: ${HOST} can be reached from other machines, and there are no API keys`,
    );
    for (const keys of [
      { PALIMPSEST_API_KEYS: "a" },
      { API_KEYS_FILE: "keys.json" },
      { API_KEYS_IN_NATS: "true", NATS_URL: "nats://a" },
      { ALLOW_NO_API_KEYS: "true" },
    ])
      expect(parseConfig({ ...env, ...keys })).toMatchObject({ host: HOST });
  });

  it.each(["127.0.0.1", "127.1.2.3", "::1", "localhost"])("serves this machine at %s without API keys", (HOST) => {
    expect(parseConfig({ WORKER_ADDRESS: "a:1", HOST })).toMatchObject({ host: HOST });
  });

  it("has keys in NATS only in a fleet", () => {
    const env = { WORKER_ADDRESS: "a:1", API_KEYS_IN_NATS: "true" };
    expect(() => parseConfig(env)).toThrow("API_KEYS_IN_NATS: the keys are in a fleet's NATS, but NATS_URL is not set");
  });
});
