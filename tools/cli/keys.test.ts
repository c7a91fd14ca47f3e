import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseKeyFile } from "@palimpsest/edge/keys";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runKeys } from "../../test/support/programs/keys-command.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "keys-"));
  path = join(folder, "keys.json");
});
afterEach(() => rm(folder, { recursive: true }));

const keys = (...args: string[]) => runKeys(...args, "--file", path);
const written = async () => parseKeyFile(await readFile(path, "utf8"));

it("creates, lists, rotates and revokes keys of a file that an edge reads, and writes no secret", async () => {
  const limits = ["--requests-per-minute", "5", "--tokens-per-minute", "1000", "--tokens-per-month", "9000"];
  const more = ["--concurrent", "2", "--priority", "batch", "--models", "a,b", "--tenant", "t", "--name", "Ann"];
  const first = await keys("create", "ann", ...limits, ...more, "--expires", "2030-01-01T00:00:00Z");
  expect(first).toMatch(/^plm-[\w-]{43}$/);
  expect(await readFile(path, "utf8")).not.toContain(first);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await written()).toMatchObject([
    {
      id: "ann",
      models: ["a", "b"],
      priority: "batch",
      limits: { requestsPerMinute: 5, tokensPerMinute: 1000, tokensPerMonth: 9000, concurrent: 2 },
      secrets: [{ expiresMs: Date.UTC(2030, 0) }],
    },
  ]);
  await keys("create", "bob");
  expect(await keys("list")).toBe(
    "ann  Ann  tenant t  expires 2030-01-01T00:00:00.000Z  models a, b  priority batch  5 requests per minute  " +
      "1000 tokens per minute  9000 tokens per month  2 at once\nbob",
  );
  expect(JSON.parse(await keys("list", "--json"))).toMatchObject({ keys: [{ id: "ann" }, { id: "bob" }] });

  const second = await keys("rotate", "bob");
  expect((await written())[1]).toMatchObject({ id: "bob", secrets: [{}] });
  expect(await keys("rotate", "bob", "--overlap", "1h")).not.toBe(second);
  expect((await written())[1]!.secrets).toHaveLength(2);
  await keys("revoke", "ann");
  expect(await keys("list")).toBe("bob  2 secrets");
});

it.each([
  [["create", "a b"], "id: must be 1 to 64 letters"],
  [["create", "a", "--concurrent", "0"], "It must be a whole number from 1"],
  [["create", "a", "--expires", "soon"], "It must be a time such as"],
  [["rotate", "a", "--overlap", "5"], "It must be a duration such as"],
  [["rotate", "a"], 'there is no key "a"'],
  [["revoke", "a"], 'there is no key "a"'],
])("%j is an error that says what to do", async (args, message) => {
  await expect(keys(...args)).rejects.toThrow(message);
});

it("needs one place of the keys, and a file of keys there", async () => {
  await expect(runKeys("list")).rejects.toThrow("name one place of the keys");
  await writeFile(path, "{}");
  await expect(keys("create", "a")).rejects.toThrow(`${path}: keys: `);
  await rm(path);
  await writeFile(`${path}.new`, "");
  await expect(keys("create", "a")).rejects.toThrow("another program writes the keys");
});
