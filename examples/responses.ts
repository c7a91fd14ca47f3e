/** Continues a stored response with OpenAI's Responses API: the server keeps the conversation, and a client sends what is new. */
import OpenAI from "openai";

const url = process.env.PALIMPSEST_URL ?? "http://127.0.0.1:8080";
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: process.env.PALIMPSEST_API_KEY ?? "none" });

const [model] = (await client.models.list()).data;
if (!model) throw new Error(`${url} serves no model: start one with npm start`);

const first = await client.responses.create({
  model: model.id,
  input: "check if a word is a palindrome",
});
console.log(`${first.id}\n${first.output_text}`);

// The stream's text comes from commits, so a terminal can append it.
const stream = await client.responses.create({
  model: model.id,
  previous_response_id: first.id,
  input: "Now group a list of objects by a key",
  stream: true,
});
let id = "";
for await (const event of stream) {
  if (event.type === "response.created") id = event.response.id;
  if (event.type === "response.output_text.delta") process.stdout.write(event.delta);
}
process.stdout.write("\n");

// Kept for a day, unless they are deleted.
for (const one of [first.id, id]) await client.responses.delete(one);
console.log("deleted both");
