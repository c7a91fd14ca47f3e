import { expect, it } from "vitest";
import { isLocalAddress } from "./loopback.ts";

it.each(["unix:/run/worker.sock", "unix:worker.sock", "127.0.0.1:9090", "127.1.2.3:1", "localhost:0", "[::1]:9090"])(
  "%s is reached from this machine only",
  (address) => expect(isLocalAddress(address)).toBe(true),
);

it.each([
  "0.0.0.0:9090",
  "[::]:9090",
  "192.0.2.1:9090",
  "worker:9090",
  "localhost.example.com:1",
  "127.0.0.1.example.com:1",
])("%s may be reached from other machines", (address) => expect(isLocalAddress(address)).toBe(false));
