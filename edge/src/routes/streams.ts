/** GET and DELETE /v1/streams/{id}: a response as its edit events, from any edge of a fleet; and its end. */

import type { EditEvent } from "@palimpsest/proto";
import { publicEvent } from "@palimpsest/proto";
import { Hono } from "hono";
import type { EdgeDependencies } from "../dependencies.ts";
import { EdgeError, unexpected } from "../errors.ts";
import type { Position } from "../ports.ts";
import { HEARTBEAT, withHeartbeat } from "../stream/heartbeat.ts";
import { type SseMessage, sse } from "../stream/sse.ts";
import { ownerOf } from "./respond.ts";

export function streams({ responses, keys, clock, log, heartbeatMs }: EdgeDependencies) {
  const app = new Hono();
  if (!responses) return app;

  /** Whoever did not make the response is told what one is told who guesses. */
  const known = async (id: string, owner: string): Promise<string> => {
    if (await responses.isKnown(id, owner)) return id;
    throw new EdgeError("response_not_found", `There is no response "${id}" of yours, or it is too old.`);
  };

  return app
    .get("/v1/streams/:id", async (c) => {
      const id = await known(c.req.param("id"), await ownerOf(c, keys));
      const after = parsePosition(id, c.req.header("last-event-id") ?? c.req.query("after"));
      const gone = new AbortController();
      const signal = AbortSignal.any([c.req.raw.signal, gone.signal]);
      const events = withHeartbeat(responses.watch(id, after, signal), heartbeatMs, clock);
      return sse(c, messages(events), {
        cancel: () => gone.abort(),
        failed: (error) => ({ data: JSON.stringify(unexpected(error, log, { response_id: id })) }),
      });
    })
    .delete("/v1/streams/:id", async (c) => {
      await responses.cancel(await known(c.req.param("id"), await ownerOf(c, keys)));
      return c.body(null, 204);
    });
}

async function* messages(
  events: AsyncIterable<EditEvent | typeof HEARTBEAT>,
): AsyncGenerator<SseMessage | typeof HEARTBEAT> {
  for await (const event of events) {
    if (event === HEARTBEAT) yield event;
    else {
      const id = `${event.response_id}:${event.attempt}.${event.seq}`;
      yield { event: event.type, id, data: JSON.stringify(publicEvent(event)) };
    }
  }
}

/** `<response>:<attempt>.<seq>`, as events have it, or the numbers alone. @throws EdgeError */
function parsePosition(id: string, text: string | undefined): Position | undefined {
  if (text === undefined || text === "") return undefined;
  const numbers = text.startsWith(`${id}:`) ? text.slice(id.length + 1) : text;
  const [, attempt, seq] = /^(\d{1,9})\.(\d{1,9})$/.exec(numbers) ?? [];
  if (attempt !== undefined && seq !== undefined) return { attempt: Number(attempt), seq: Number(seq) };
  const message = `after: "${text}" is no event's id; send the last one you have, as in "${id}:1.7".`;
  throw new EdgeError("invalid_request", message, { param: "after" });
}
