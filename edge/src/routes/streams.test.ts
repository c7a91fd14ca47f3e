import { describe, expect, it } from "vitest";
import { scriptedEdge } from "../../../test/support/fakes/scripted-replicas.ts";
import { plainScript, tell } from "../../../test/support/fakes/synthetic-response.ts";
import type { Responses } from "../ports.ts";

/** Stored responses of which one is known, and that count their watchers. */
function storedResponses() {
  const watchers = { begun: 0, open: 0 };
  const responses: Responses = {
    read: async () => [],
    isKnown: async (id) => id === "known",
    async *watch(id) {
      watchers.begun++;
      watchers.open++;
      try {
        yield* tell(plainScript(["Hello"]), id);
      } finally {
        watchers.open--;
      }
    },
    cancel: async () => {},
    claimKey: async () => undefined,
    releaseKey: async () => {},
  };
  return { watchers, app: scriptedEdge([], { responses }) };
}

describe("/v1/streams/{id}", () => {
  it("HEAD has the headers of GET and watches nothing", async () => {
    const { app, watchers } = storedResponses();
    const [head, get] = [
      await app.request("/v1/streams/known", { method: "HEAD" }),
      await app.request("/v1/streams/known"),
    ];
    expect([head.status, head.headers.get("content-type")]).toEqual([200, get.headers.get("content-type")]);
    expect(await get.text()).toContain("event: end");
    expect(watchers).toEqual({ begun: 1, open: 0 });
    expect((await app.request("/v1/streams/other", { method: "HEAD" })).status).toBe(404);
  });

  it("is described where responses are stored", async () => {
    const { paths } = (await (await storedResponses().app.request("/openapi.json")).json()) as {
      paths: Record<string, Record<string, { responses: object }>>;
    };
    expect(Object.keys(paths["/v1/streams/{id}"]!)).toEqual(["get", "delete"]);
    expect(Object.keys(paths["/v1/streams/{id}"]!.get!.responses)).toEqual(["200", "400", "401", "404", "503"]);
  });
});
