/**
 * Starts a response, disconnects immediately, and collects the answer later by its id. It needs a fleet: npm run fleet.
 */
import { createClient, type EditEvent, emptyDocument, reduce } from "@palimpsest/client";

const url = process.env.PALIMPSEST_URL ?? "http://127.0.0.1:8080";
const [model] = await createClient({ baseUrl: url }).models();
if (!model) throw new Error(`${url} serves no model: start a fleet with npm run fleet`);

const started = await fetch(`${url}/v1/chat/completions`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({
    model,
    messages: [{ role: "user", content: "binary search in a sorted array, index or -1" }],
    stream: true, // the headers, and so the id, arrive with the first event instead of the whole answer
    background: true,
    priority: "batch",
  }),
});
if (!started.ok) throw new Error(`${started.status} ${await started.text()}`);
const id = started.headers.get("x-response-id");
await started.body?.cancel();
console.log(`started ${id}`);

// Works for 20 minutes; it waits for the end if the response is still being written.
const events = await (await fetch(`${url}/v1/streams/${id}`)).text();
let document = emptyDocument;
for (const [, data] of events.matchAll(/^data: (.*)$/gm))
  document = reduce(document, JSON.parse(data as string) as EditEvent);
console.log(`${document.status}: ${document.choices[0]?.text}`);
