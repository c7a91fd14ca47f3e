/** Keys as a file describes them, and how a secret finds its key. */
import { describe, expect, it } from "vitest";
import { stoppedClock } from "../../../test/support/fakes/scripted-replicas.ts";
import { createSecret, digestOf, parseKeyFile, plainKey, SECRET } from "./key-description.ts";
import { KeyRing } from "./key-ring.ts";

const sha256 = await digestOf("secret");
const file = (...keys: object[]) => JSON.stringify({ keys });
const ringOf = async (text: string) => {
  const ring = new KeyRing(stoppedClock);
  ring.set("file", await parseKeyFile(text));
  return ring;
};
const isoAt = (ms: number) => new Date(ms).toISOString();

it("a secret finds its key, and no other secret does", async () => {
  const ring = await ringOf(file({ id: "a", secrets: [{ sha256 }], requests_per_minute: 5, models: ["m"] }));
  expect(await ring.find("secret")).toMatchObject({ id: "a", limits: { requestsPerMinute: 5 }, models: ["m"] });
  for (const other of ["Secret", "secret ", "", sha256, "a"]) expect(await ring.find(other)).toBeUndefined();
});

it("a secret whose digest begins like a key's is not that key", async () => {
  const almost = `${sha256.slice(0, 63)}${sha256.endsWith("0") ? "1" : "0"}`;
  expect(await (await ringOf(file({ id: "a", secrets: [{ sha256: almost }] }))).find("secret")).toBeUndefined();
});

it("keys and secrets expire", async () => {
  const now = stoppedClock.now();
  const find = async (key: object, secret: object = {}) =>
    (await ringOf(file({ id: "a", secrets: [{ sha256, ...secret }], ...key }))).find("secret");
  expect(await find({ expires: isoAt(now + 1) })).toBeDefined();
  expect(await find({ expires: isoAt(now) })).toBeUndefined();
  expect(await find({}, { expires: isoAt(now + 1) })).toBeDefined();
  expect(await find({}, { expires: isoAt(now) })).toBeUndefined();
  expect(await find({ expires: isoAt(now) }, { expires: isoAt(now + 1) })).toBeUndefined();
});

it("a rotated key is the same key and tenant, by either secret", async () => {
  const secrets = [{ sha256: await digestOf("new") }, { sha256 }];
  const ring = await ringOf(
    file({ id: "a", tenant: "t", secrets }, { id: "b", tenant: "t", secrets: [{ sha256: await digestOf("b") }] }),
  );
  expect(await ring.find("new")).toBe(await ring.find("secret"));
  expect((await ring.find("b"))?.owner).toBe((await ring.find("new"))?.owner);
  expect((await ring.find("b"))?.owner).not.toContain("t ");
});

it("a source replaces its own keys only", async () => {
  const ring = await ringOf(file({ id: "a", secrets: [{ sha256 }] }));
  ring.set("environment", [await plainKey("plain", 0)]);
  ring.set("file", []);
  expect(await ring.find("secret")).toBeUndefined();
  expect(await ring.find("plain")).toMatchObject({ limits: {} });
});

it("a created secret is a bearer token of 256 bits, and another one each time", () => {
  const secrets = Array.from({ length: 100 }, createSecret);
  expect(new Set(secrets).size).toBe(100);
  for (const secret of secrets) {
    expect(secret).toMatch(SECRET);
    expect(secret).toMatch(/^plm-[\w-]{43}$/);
  }
});

describe("a file with a mistake is rejected with its place", () => {
  const key = { id: "a", secrets: [{ sha256 }] };
  it.each([
    ["{", "it is not JSON"],
    ["[]", "it: "],
    [file({ ...key, id: "a b" }), "keys.0.id: must be 1 to 64 letters"],
    [file({ ...key, id: undefined }), "keys.0.id: "],
    [file(key, key), 'keys.1.id: "a" is there twice'],
    [file({ ...key, secrets: [] }), "keys.0.secrets: "],
    [file({ ...key, secrets: [{ sha256: "secret" }] }), "keys.0.secrets.0.sha256: must be a SHA-256"],
    [file({ ...key, expires: "tomorrow" }), "keys.0.expires: must be a time such as"],
    [file({ ...key, requests_per_minute: 0 }), "keys.0.requests_per_minute: "],
    [file({ ...key, request_per_minute: 1 }), "request_per_minute"],
    [file({ ...key, priority: "urgent" }), "keys.0.priority: "],
  ])("%s", async (text, message) => {
    await expect(parseKeyFile(text)).rejects.toThrow(message);
  });
});
