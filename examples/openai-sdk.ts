/** Streams an answer with the `openai` package. Its deltas are committed text only, so a terminal can append them. */
import OpenAI from "openai";

const url = process.env.PALIMPSEST_URL ?? "http://127.0.0.1:8080";
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: process.env.PALIMPSEST_API_KEY ?? "none" });

const [model] = (await client.models.list()).data;
if (!model) throw new Error(`${url} serves no model: start one with npm start`);

const stream = await client.chat.completions.create({
  model: model.id,
  messages: [{ role: "user", content: "Write a function that counts the vowels in a string" }],
  stream: true,
});
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? "");
process.stdout.write("\n");
