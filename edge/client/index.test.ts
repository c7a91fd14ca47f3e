import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { plainScript, tell } from "../../test/support/fakes/synthetic-response.ts";
import { chatBody } from "../src/openai/chat-request.ts";
import {
  type ClientOptions,
  createClient,
  type EditEvent,
  type EditsRequest,
  emptyDocument,
  PalimpsestError,
  reduce,
} from "./index.ts";

const request = { model: "synthetic", messages: [{ role: "user" as const, content: "hi" }], mode: "speed" as const };
const hello = tell(plainScript(["Hello ", "wörld 🙂"]), "chatcmpl-1");
const chunk = (edit?: EditEvent) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: {} }], ...(edit && { edit }) })}\n\n`;

/** As GET /v1/streams/{id} sends it. */
const stored = (event: EditEvent) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(answer: RequestListener, options: Partial<ClientOptions> = {}) {
  server = createServer(answer);
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return createClient({ baseUrl: `http://127.0.0.1:${port}/`, ...options });
}

/** Reduces all events to a document; also returns the error that ends them. */
async function fold(events: AsyncIterable<EditEvent>) {
  let document = emptyDocument;
  try {
    for await (const event of events) document = reduce(document, event);
    return { document };
  } catch (error) {
    return { document, error };
  }
}

describe("client", () => {
  it("has no request field that the server's schema lacks", () => {
    const full: Required<EditsRequest> = {
      ...{ model: "m", messages: [{ role: "user", content: "hi" }], tools: [] },
      ...{ mode: "speed", threshold: 0.5, editing_threshold: 0, max_post_steps: 4, editing_window: 2 },
      ...{ n: 2, max_tokens: 9, min_tokens: 1, stop: ["END"], stop_token_ids: [7], ignore_eos: true },
      ...{ temperature: 0.5, top_p: 0.9, top_k: 40, seed: 1, logit_bias: { 5: -100 }, penalty_lambda: 1 },
      presence_penalty: 0.5,
      frequency_penalty: 0.25,
      ...{ logprobs: true, top_logprobs: 2 },
      ...{ tool_choice: "auto", parallel_tool_calls: true, continue_final_message: false },
      response_format: { type: "text" },
      structured_outputs: { json_object: false },
    };
    expect(chatBody.parse(full)).toEqual(full);
  });

  it("requests edit events and yields them from the chunks", async () => {
    let asked: { body: unknown; authorization: string | undefined } | undefined;
    const client = await serve(
      async (incoming, outgoing) => {
        const body = JSON.parse((await incoming.toArray()).join(""));
        asked = { body, authorization: incoming.headers.authorization };
        outgoing.end(`: keep-alive\n\n${hello.map((event) => chunk() + chunk(event)).join("")}data: [DONE]\n\n`);
      },
      { apiKey: "secret" },
    );
    const { document } = await fold(client.edits(request));
    expect(document).toMatchObject({ status: "ended", choices: [{ text: "Hello wörld 🙂", finishReason: "stop" }] });
    expect(asked).toEqual({
      body: { ...request, stream: true, stream_options: { include_edits: true, include_queue: true } },
      authorization: "Bearer secret",
    });
  });

  it("reports an unreachable server, and throws the reason of an abort", async () => {
    const client = await serve((incoming) => void incoming.socket.destroy());
    const { error } = await fold(client.edits(request));
    expect(error).toBeInstanceOf(PalimpsestError);
    expect(error).toMatchObject({ code: "unavailable", retryable: true, message: "The server is unreachable." });
    await expect(client.models()).rejects.toBeInstanceOf(PalimpsestError);
    await expect(client.models({ signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  });

  it("reads a stream for any split of its bytes", async () => {
    const bytes = Buffer.from(hello.map(chunk).join("").replaceAll("\n", "\r\n"));
    const client = await serve(async (_, outgoing) => {
      for (let at = 0; at < bytes.length; at += 7) {
        outgoing.write(bytes.subarray(at, at + 7));
        await new Promise(setImmediate);
      }
      outgoing.end();
    });
    const { document } = await fold(client.edits(request));
    expect(document.choices[0]?.text).toBe("Hello wörld 🙂");
  });

  it("throws the server's rejection", async () => {
    const error = { message: "n: Too big", type: "invalid_request_error", param: "n", code: "invalid_request" };
    const client = await serve((_, outgoing) => outgoing.writeHead(400).end(JSON.stringify({ error })));
    const refused = (await fold(client.edits(request))).error;
    expect(refused).toBeInstanceOf(PalimpsestError);
    expect(refused).toMatchObject({
      code: "invalid_request",
      param: "n",
      status: 400,
      retryable: false,
      message: "n: Too big",
    });
  });

  it("follows x-should-retry: a final rejection is not retryable", async () => {
    const error = { message: "too long", type: "server_error", param: null, code: "deadline_exceeded" };
    const client = await serve((_, outgoing) =>
      outgoing.writeHead(504, { "x-should-retry": "false" }).end(JSON.stringify({ error })),
    );
    expect((await fold(client.edits(request))).error).toMatchObject({ status: 504, retryable: false });
  });

  it("throws a proxy's rejection", async () => {
    const client = await serve((_, outgoing) => outgoing.writeHead(502).end("<h1>Bad Gateway</h1>"));
    expect((await fold(client.edits(request))).error).toMatchObject({ status: 502, retryable: true });
  });

  it("a response that fails ends with its error event, then throws", async () => {
    const failed: EditEvent = {
      v: 1,
      response_id: "chatcmpl-1",
      attempt: 1,
      seq: 9,
      type: "error",
      code: "unavailable",
      message: "lost",
      retryable: true,
    };
    const stream = [...hello.slice(0, 5), failed].map(chunk).join("");
    const client = await serve((_, outgoing) => outgoing.end(`${stream}data: {"error":{"message":"lost"}}\n\n`));
    const { document, error } = await fold(client.edits(request));
    expect(document).toMatchObject({
      status: "failed",
      choices: [{ text: "Hello ", drafts: [] }],
      error: { message: "lost" },
    });
    expect(error).toMatchObject({ code: "unavailable", retryable: true, message: "lost" });
  });

  it("a connection that breaks discards the drafts, then throws", async () => {
    const client = await serve((_, outgoing) => {
      outgoing.write(hello.slice(0, 6).map(chunk).join(""), () => outgoing.destroy());
    });
    const { document, error } = await fold(client.edits(request));
    expect(document).toMatchObject({ status: "failed", choices: [{ text: "Hello ", drafts: [] }] });
    // A client resumes after the last event that arrived.
    expect(document.seq).toBe(hello[5]!.seq);
    expect(error).toMatchObject({ code: "unavailable", retryable: true });
  });

  it("aborting closes the connection and throws the reason", async () => {
    const closed = Promise.withResolvers<void>();
    const client = await serve((_, outgoing) => {
      outgoing.on("close", closed.resolve);
      outgoing.write(hello.slice(0, 6).map(chunk).join(""));
    });
    const controller = new AbortController();
    let document = emptyDocument;
    const reading = (async () => {
      for await (const event of client.edits(request, { signal: controller.signal })) {
        document = reduce(document, event);
        if (event.type === "commit") controller.abort(new Error("enough"));
      }
    })();
    await expect(reading).rejects.toThrow("enough");
    expect(document).toMatchObject({ status: "failed", error: { code: "cancelled" }, choices: [{ text: "Hello " }] });
    await closed.promise;
  });

  it("leaving the loop closes the connection", async () => {
    const closed = Promise.withResolvers<void>();
    const client = await serve((_, outgoing) => {
      outgoing.on("close", closed.resolve);
      outgoing.write(hello.slice(0, 6).map(chunk).join(""));
    });
    for await (const _ of client.edits(request)) break;
    await closed.promise;
  });

  it("resumes behind the last event where the server keeps the response", async () => {
    const asked: string[] = [];
    const client = await serve((incoming, outgoing) => {
      asked.push(`${incoming.method} ${incoming.url}`);
      if (incoming.method === "POST") {
        outgoing.setHeader("x-response-id", "chatcmpl-1");
        return void outgoing.write(hello.slice(0, 6).map(chunk).join(""), () => outgoing.destroy());
      }
      // The first attempt to reconnect fails as well.
      if (asked.length === 2) return void outgoing.writeHead(503).end("{}");
      outgoing.end(hello.slice(6).map(stored).join(""));
    });
    const { document, error } = await fold(client.edits(request));
    expect(error).toBeUndefined();
    expect(document).toMatchObject({ status: "ended", choices: [{ text: "Hello wörld 🙂" }] });
    const position = `${hello[5]!.attempt}.${hello[5]!.seq}.1`;
    const resume = `GET /v1/streams/chatcmpl-1?after=${position}`;
    expect(asked).toEqual(["POST /v1/chat/completions", resume, resume]);
  });

  it("watches a response from its beginning or behind a position, and throws what the server says of an unknown one", async () => {
    const asked: string[] = [];
    const error = { message: "unknown", code: "not_found" };
    const client = await serve((incoming, outgoing) => {
      asked.push(incoming.url!);
      if (incoming.url!.includes("gone")) return void outgoing.writeHead(404).end(JSON.stringify({ error }));
      outgoing.end(hello.map(stored).join(""));
    });
    expect((await fold(client.watch("chatcmpl-1"))).document).toMatchObject({ status: "ended" });
    await fold(client.watch("chatcmpl-1", { after: { attempt: 1, seq: 3 } }));
    expect((await fold(client.watch("gone"))).error).toMatchObject({ code: "not_found", status: 404 });
    expect(asked).toEqual(["/v1/streams/chatcmpl-1", "/v1/streams/chatcmpl-1?after=1.3", "/v1/streams/gone"]);
  });

  it("lists models", async () => {
    const client = await serve((_, outgoing) => outgoing.end(JSON.stringify({ data: [{ id: "a" }, { id: "b" }] })));
    expect(await client.models()).toEqual(["a", "b"]);
  });
});
