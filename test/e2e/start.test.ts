/** `npm start` as a new user sees it: it prints its URL, answers, shows its page, and drains on Ctrl-C. */
import { once } from "node:events";
import { expect, it } from "vitest";
import { freePort } from "../../tools/serve/nats-server.ts";
import { servedUrl, start } from "../support/programs/program.ts";

it.each([
  [[], 0],
  [["--ranks", "4", "--rank-transport", "thread"], 0],
  [["--ranks", "4", "--rank-transport", "grpc"], 3],
  [["--ranks", "2", "--attention", "data-parallel"], 0],
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
