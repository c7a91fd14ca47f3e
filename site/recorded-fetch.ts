/** A `fetch` that answers the playground's requests from recorded runs, at the pace at which they were recorded. */
import type { EditsRequest } from "@palimpsest/client";
import { type Lane, type Run, VARIANTS } from "../edge/playground/run.ts";

export function recordedFetch(runs: readonly Run[]): typeof fetch {
  return async (input, init) => {
    const path = String(input);
    if (path.endsWith("/v1/models")) return Response.json({ data: [{ id: runs[0]?.request.model }] });
    if (!path.endsWith("/v1/chat/completions")) return notRecorded("This page has no server.");
    const request = JSON.parse(String(init?.body)) as EditsRequest;
    const run = runs.find((run) => isSameMessage(run.request, request));
    if (!run) return notRecorded("This message was not recorded. npm start serves any other.");
    const lane = run.lanes.find(({ label }) => isVariant(label, request));
    if (!lane) return notRecorded("This way to decode was not recorded. npm start serves any other.");
    return new Response(chunks(lane, init?.signal), { headers: { "content-type": "text/event-stream" } });
  };
}

/** Earlier turns of the conversation are ignored: a recorded message is the first of its conversation. */
function isSameMessage(a: EditsRequest, b: EditsRequest): boolean {
  const key = ({ messages, response_format }: EditsRequest) =>
    JSON.stringify([messages.at(-1)?.content, response_format]);
  return key(a) === key(b);
}

const DECODING = ["mode", "threshold", "editing_threshold", "editing_window"] as const;

function isVariant(label: string, request: EditsRequest): boolean {
  const variant = Object.values(VARIANTS).find((variant) => variant.label === label);
  return variant !== undefined && DECODING.every((name) => variant.parameters[name] === request[name]);
}

function notRecorded(message: string): Response {
  return Response.json({ error: { message, code: "not_found", param: null } }, { status: 404 });
}

/** The chunks of a stream, each when its event came. */
function chunks({ events }: Lane, signal?: AbortSignal | null): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const startMs = performance.now();
  const left = events.values();
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = left.next();
      if (done) {
        controller.enqueue(encoder.encode("data: [DONE]\n\n"));
        controller.close();
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, startMs + value.ms - performance.now())));
      if (signal?.aborted) controller.error(signal.reason);
      else controller.enqueue(encoder.encode(`data: ${JSON.stringify({ choices: [], edit: value.event })}\n\n`));
    },
  });
}
