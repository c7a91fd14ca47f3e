import { expect, it } from "vitest";
import { endpointOf } from "./endpoint.ts";

const file = import.meta.filename;
const tls = { WORKER_TLS_CA: file, WORKER_TLS_CERT: file, WORKER_TLS_KEY: file };
const plain = { ALLOW_NO_WORKER_TLS: "false" } as const;

it("serves this machine without certificates, and in a fleet nobody", () => {
  expect(endpointOf(plain)).toEqual({ addresses: ["127.0.0.1:9090"], tls: undefined });
  expect(endpointOf({ ...plain, NATS_URL: "nats://a" }).addresses).toEqual([]);
  const WORKER_ADDRESS = "unix:/run/worker.sock, [::1]:9090";
  expect(endpointOf({ ...plain, WORKER_ADDRESS }).addresses).toEqual(["unix:/run/worker.sock", "[::1]:9090"]);
});

it("does not serve other machines without certificates, unless it is told to", () => {
  const open = { WORKER_ADDRESS: "unix:a.sock,0.0.0.0:9090" };
  expect(() => endpointOf({ ...plain, ...open })).toThrow(
    "WORKER_ADDRESS: 0.0.0.0:9090 can be reached from other machines, and there are no certificates; set WORKER_TLS_CA",
  );
  expect(endpointOf({ ...open, ALLOW_NO_WORKER_TLS: "true" }).addresses).toHaveLength(2);
  expect(endpointOf({ ...plain, ...open, ...tls }).tls?.ca).toContain("does not serve other machines");
});
