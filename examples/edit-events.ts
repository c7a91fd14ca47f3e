/** Shows a response being written: each draft of a block, with a dot for a masked cell, and the text that is committed. */
import { createClient, emptyDocument, reduce } from "@palimpsest/client";

const client = createClient({ baseUrl: process.env.PALIMPSEST_URL ?? "http://127.0.0.1:8080" });
const [model] = await client.models();
if (!model) throw new Error("the server serves no model: start one with npm start");
const messages = [{ role: "user" as const, content: "fizzbuzz up to n, return the lines as an array" }];

let document = emptyDocument;
for await (const event of client.edits({ model, messages, mode: "speed" })) {
  document = reduce(document, event);
  if (event.type === "draft") {
    const cells = event.content.map((part) => (typeof part === "number" ? "·".repeat(part) : part));
    console.log(`draft  ${event.block}  ${JSON.stringify(cells.join(""))}`);
  }
  if (event.type === "commit") console.log(`commit ${event.block}  ${JSON.stringify(event.text)}`);
}
console.log(document.choices[0]?.text);
