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
});
