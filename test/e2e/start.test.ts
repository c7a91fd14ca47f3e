/** `npm start` as a new user sees it: it prints its URL, answers, shows its page, and drains on Ctrl-C. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { freePort } from "../../tools/serve/nats-server.ts";
import { runKeys } from "../support/programs/keys-command.ts";
import { servedUrl, start, startWith } from "../support/programs/program.ts";

it.each([
  [[], 0],
  [["--ranks", "4", "--rank-transport", "thread"], 0],
  [["--ranks", "4", "--rank-transport", "grpc"], 3],
  [["--ranks", "2", "--attention", "data-parallel", "--device", "cpu"], 0],
])("with %j it serves the shipped model and drains on Ctrl-C", async (args, processes) => {
  const program = start("--port", String(await freePort()), ...args);
  let output = "";
  for (const stream of [program.stdout, program.stderr])
    stream.on("data", (text) => {
      output += text;
    });
  try {
    const url = await servedUrl(program);
    const [command] = /curl[\s\S]*?\}'/.exec(output) ?? [];
    const body = JSON.parse(/-d '([\s\S]*)'/.exec(command ?? "")?.[1] ?? "") as { model: string };
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(await response.text()).toMatch(/function[\s\S]*\[DONE\]/);
    expect(await (await fetch(url)).text()).toContain("<title>Palimpsest</title>");

    program.kill("SIGINT");
    expect(await once(program, "close")).toEqual([0, null]);
    expect(output.match(/"serving a leader"/g) ?? []).toHaveLength(processes);
    expect(output.match(/"stopped"/g)).toHaveLength(2 + processes);
    await expect(fetch(url)).rejects.toThrow();
  } finally {
    program.kill("SIGKILL");
  }
});

it("with API keys it serves other machines too, and asks for one", async () => {
  const port = String(await freePort());
  const folder = await mkdtemp(join(tmpdir(), "keys-"));
  const file = join(folder, "keys.json");
  const secret = await runKeys("create", "ann", "--file", file);
  const keys = { PALIMPSEST_API_KEYS: "key-a,key-b", API_KEYS_FILE: file };
  const program = startWith(keys, "tools/serve/start.ts", "--port", port, "--host", "0.0.0.0");
  try {
    await servedUrl(program);
    const models = (headers: Record<string, string>) => fetch(`http://127.0.0.1:${port}/v1/models`, { headers });
    expect((await models({})).status).toBe(401);
    expect((await models({ authorization: "Bearer key-b" })).status).toBe(200);
    expect((await models({ "x-api-key": secret })).status).toBe(200);
    program.kill("SIGINT");
    expect(await once(program, "close")).toEqual([0, null]);
  } finally {
    program.kill("SIGKILL");
    await rm(folder, { recursive: true });
  }
});

it.each(["tools/serve/start.ts", "tools/serve/local-fleet.ts"])(
  "%s stops all of it when the edge cannot start",
  async (file) => {
    const port = await freePort();
    const program = startWith({ PALIMPSEST_API_KEYS: "not a key" }, file, "--port", String(port));
    let output = "";
    program.stderr.on("data", (text) => {
      output += text;
    });
    const [code] = await once(program, "close");
    expect(code).not.toBe(0);
    expect(output).toContain("PALIMPSEST_API_KEYS: ");
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  },
);

it("a package for another device ends it at once, with the command that makes one", async () => {
  const program = start("--port", String(await freePort()), "--device", "webgpu");
  let said = "";
  program.stderr.on("data", (text) => {
    said += text;
  });
  expect(await once(program, "close")).toEqual([1, null]);
  expect(said).toMatch(/is a package for cpu, not for webgpu; .* palimpsest shard \S+ \S+-webgpu --target webgpu/);
});
