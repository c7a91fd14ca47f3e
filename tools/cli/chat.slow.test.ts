import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { EditEvent } from "@palimpsest/client";
import { afterEach, expect, it } from "vitest";
import { plainScript, tell } from "../../test/support/fakes/synthetic-response.ts";

const chunk = (edit: EditEvent) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: {} }], edit })}\n\n`;
const stored = (event: EditEvent) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

let server: Server | undefined;
afterEach(() => void server?.close());

/** A server whose answers repeat the last message, and the bodies that it was sent. */
async function echo() {
  const bodies: {
    messages: { role: string; content: string }[];
    mode?: string;
    threshold?: number;
    response_format?: object;
  }[] = [];
  server = createServer(async (incoming: IncomingMessage, outgoing) => {
    if (incoming.url === "/v1/models") return void outgoing.end(JSON.stringify({ data: [{ id: "echo" }] }));
    if (incoming.url === "/v1/streams/known") {
      return void outgoing.end(
        tell(plainScript(["all ", "of it"]), "known")
          .map(stored)
          .join(""),
      );
    }
    if (incoming.method === "GET") {
      const error = { message: "No response has the id gone.", code: "not_found" };
      return void outgoing.writeHead(404).end(JSON.stringify({ error }));
    }
    const body = JSON.parse((await incoming.toArray()).join(""));
    bodies.push(body);
    outgoing.end(
      tell(plainScript([`${body.messages.at(-1).content}, `, "again"]))
        .map(chunk)
        .join(""),
    );
  });
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return { bodies, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function palimpsest(args: readonly string[], input = "") {
  const program = fileURLToPath(new URL("palimpsest.js", import.meta.url));
  const child = spawn(process.execPath, [program, ...args]);
  child.stdin.end(input);
  const [out, err] = await Promise.all([child.stdout.toArray(), child.stderr.toArray(), once(child, "close")]);
  return { code: child.exitCode, out: out.join(""), err: err.join("") };
}

it("without a terminal every line is a message, and only answers are printed", async () => {
  const { bodies, url } = await echo();
  const input = "one\n\n/mode speed\n/threshold 0.6\ntwo\n/clear\n/threshold\nthree\n/replay 1000\n";
  const { code, out, err } = await palimpsest(["chat", "--url", url, "--system", "be brief"], input);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toBe("one, again\ntwo, again\nthree, again\nthree, again\n");
  const system = { role: "system", content: "be brief" };
  const [one, two, three] = ["one", "two", "three"].map((content) => ({ role: "user", content }));
  expect(bodies.map(({ messages }) => messages)).toEqual([
    [system, one],
    [system, one, { role: "assistant", content: "one, again" }, two],
    [system, three],
  ]);
  expect(bodies.map(({ mode, threshold }) => ({ mode, threshold }))).toEqual([
    {},
    { mode: "speed", threshold: 0.6 },
    { mode: "speed" },
  ]);
});

it("a schema goes with the messages after it", async () => {
  const { bodies, url } = await echo();
  const file = fileURLToPath(new URL("../package.json", import.meta.url));
  await palimpsest(["chat", "--url", url], `/schema ${file}\none\n/schema\ntwo\n`);
  const schema = JSON.parse(await readFile(file, "utf8"));
  expect(bodies.map(({ response_format }) => response_format)).toEqual([
    { type: "json_schema", json_schema: { name: "answer", schema, strict: true } },
    undefined,
  ]);
});

it("a command that is wrong ends a script with its reason", async () => {
  const { bodies, url } = await echo();
  expect((await palimpsest(["chat", "--url", url], "/schema none.json\n")).err).toContain("/schema none.json: ENOENT");
  const { code, err } = await palimpsest(["chat", "--url", url], "/mode fast\nnever sent\n");
  expect(code).toBe(1);
  expect(err).toBe("error: /mode fast: the modes are speed, quality and default\n");
  expect(bodies).toEqual([]);
});

it("a server that cannot be reached is named", async () => {
  const { code, err } = await palimpsest(["chat", "--url", "http://127.0.0.1:9"], "hello\n");
  expect({ code, err }).toEqual({ code: 1, err: "error: http://127.0.0.1:9: The server is unreachable.\n" });
});

it("watch prints a response by its id, or says that there is none", async () => {
  const { url } = await echo();
  expect(await palimpsest(["watch", "known", "--url", url])).toEqual({ code: 0, out: "all of it\n", err: "" });
  const unknown = await palimpsest(["watch", "gone", "--url", url]);
  expect(unknown).toMatchObject({ code: 1, err: "error: No response has the id gone.\n" });
});
