import type { EditEvent } from "@palimpsest/proto";
import { beforeEach, describe, expect, it } from "vitest";
import {
  type Respond,
  type ScriptedReplica,
  scriptedEdge,
  scriptedReplica,
} from "../../../test/support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../../../test/support/fakes/synthetic-response.ts";

// biome-ignore lint/suspicious/noExplicitAny: JSON from outside, of which each test reads its part
type Json = any;

/** Answers a prompt with its own words, a block each. */
const repeat: Respond = ({ responseId, prompt, choices }) => {
  const text = prompt.kind === "text" ? prompt.text : JSON.stringify((prompt as Json).tokens);
  const blocks = (choice: number) => text.split(" ").map((word) => `${word}${choice} `);
  return tell(plainScript(...Array.from({ length: choices }, (_, choice) => blocks(choice))), responseId);
};

let replica: ScriptedReplica;
let respond: Respond;
let app: ReturnType<typeof scriptedEdge>;

beforeEach(() => {
  respond = repeat;
  replica = scriptedReplica((request, signal) => respond(request, signal));
  app = scriptedEdge([replica]);
});

function post(body: object) {
  return app.request("/v1/completions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "synthetic", prompt: "hi", ...body }),
  });
}
const ask = async (body: object): Promise<Json> => (await post(body)).json();

/** The texts that a stream's chunks add up to, by choice. */
async function streamed(body: object): Promise<string[]> {
  const lines = (await (await post({ ...body, stream: true })).text()).split("\n");
  expect(lines.filter((line) => line === "data: [DONE]")).toHaveLength(1);
  const texts: string[] = [];
  for (const line of lines.filter((line) => line.startsWith("data: {"))) {
    const chunk = JSON.parse(line.slice("data: ".length));
    for (const { index, text } of chunk.choices) texts[index] = (texts[index] ?? "") + text;
  }
  return texts;
}
const textsOf = ({ choices }: Json) => choices.map(({ text }: Json) => text);

describe("several prompts", () => {
  it("have their choices one after the other, streamed and not, and one usage", async () => {
    const body = { prompt: ["a b", "c", "d e f"], n: 2, max_tokens: 8 };
    const expected = ["a0 b0 ", "a1 b1 ", "c0 ", "c1 ", "d0 e0 f0 ", "d1 e1 f1 "];
    const answer = await ask(body);
    expect(textsOf(answer)).toEqual(expected);
    expect(answer.choices.map(({ index }: Json) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(answer.usage).toMatchObject({ prompt_tokens: 9, completion_tokens: 27, total_tokens: 36 });
    expect(await streamed(body)).toEqual(expected);
    const ids = replica.requests.slice(0, 3).map(({ responseId }) => responseId);
    expect(ids).toEqual([answer.id, `${answer.id}-1`, `${answer.id}-2`]);
  });

  it("have chunks without ids, since no stream continues all of them", async () => {
    const idsOf = async (prompt: unknown) => (await (await post({ prompt, stream: true })).text()).match(/^id: /gm);
    expect(await idsOf(["a", "b"])).toBe(null);
    expect(await idsOf(["a"])).not.toBe(null);
  });

  it("may be token ids, or a list of one", async () => {
    expect(textsOf(await ask({ prompt: [[1, 2], [3]] }))).toEqual(["[1,2]0 ", "[3]0 "]);
    expect(textsOf(await ask({ prompt: ["a"] }))).toEqual(["a0 "]);
    expect(textsOf(await ask({ prompt: [1, 2] }))).toEqual(["[1,2]0 "]);
  });

  it("fail together: the first error stops the others and names the prompt", async () => {
    const stopped: string[] = [];
    respond = async function* ({ responseId, prompt }, signal): AsyncGenerator<EditEvent> {
      const event = { v: 1, response_id: responseId, attempt: 1, seq: 0 } as const;
      if (prompt.kind === "text" && prompt.text === "b") {
        const failure = { code: "invalid_request", message: "prompt: is too long", param: "prompt" } as const;
        return yield { ...event, type: "error", retryable: false, ...failure };
      }
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
      stopped.push(responseId);
    };
    const response = await post({ prompt: ["a", "b", "c"] });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: "prompt[1]", message: "prompt[1]: is too long" } });
    await expect.poll(() => stopped.length).toBe(2);
  });

  it.each([
    [{ prompt: [] }, "prompt"],
    [{ prompt: Array.from({ length: 33 }, () => "a") }, "prompt"],
    [{ prompt: ["a", 1] }, "prompt"],
    [{ prompt: ["a", "b"], background: true }, "background"],
    [{ prompt: ["a", "b"], stream_options: { include_edits: true } }, "stream_options.include_edits"],
  ])("%j is refused by name", async (body, param) => {
    const { error } = await ask(body);
    expect(error.param).toMatch(new RegExp(`^${param.replace(".", "\\.")}`));
    expect(replica.requests).toEqual([]);
  });
});

describe("echo", () => {
  it("begins every text with its prompt, streamed and not", async () => {
    const body = { prompt: ["a", "b "], n: 2, echo: true };
    const expected = ["aa0 ", "aa1 ", "b b0 0 ", "b b1 1 "];
    expect(textsOf(await ask(body))).toEqual(expected);
    expect(await streamed(body)).toEqual(expected);
  });

  it("needs text, and no log-probabilities", async () => {
    expect((await ask({ prompt: [1, 2], echo: true })).error.param).toBe("echo");
    expect((await ask({ echo: true, logprobs: 0 })).error.param).toBe("echo");
    expect((await post({ prompt: [1, 2], echo: false })).status).toBe(200);
  });
});
