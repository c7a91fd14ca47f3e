/**
 * Loses a response in the middle and resumes it, at any edge, from the last event that arrived. It needs a fleet, which
 * stores events: npm run fleet.
 */
import { createClient, emptyDocument, positionOf, reduce } from "@palimpsest/client";

const url = process.env.PALIMPSEST_URL ?? "http://127.0.0.1:8080";
const client = createClient({ baseUrl: url });
const [model] = await client.models();
if (!model) throw new Error(`${url} serves no model: start a fleet with npm run fleet`);
const messages = [{ role: "user" as const, content: "fizzbuzz up to n, return the lines as an array" }];

let document = emptyDocument;
// Without background, the server would cancel the response when this client disconnects.
const request = { model, messages, background: true };
for await (const event of client.edits(request)) {
  document = reduce(document, event);
  if (event.type === "commit") break; // leaving the loop closes the connection
}
console.log(`disconnected after ${JSON.stringify(document.choices[0]?.text)}`);

// The same method lets others watch the response: leave out `after`, and it begins at the beginning.
for await (const event of client.watch(document.open?.response_id ?? "", { after: positionOf(document) })) {
  document = reduce(document, event);
}
console.log(`${document.status}: ${document.choices[0]?.text}`);
