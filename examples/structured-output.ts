/** Prints an object of a zod schema, a call of a function that must be called, and one of two words. Their forms are guaranteed. */
import OpenAI from "openai";
import { zodFunction, zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";

const url = process.env.PALIMPSEST_URL ?? "http://127.0.0.1:8080";
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: process.env.PALIMPSEST_API_KEY ?? "none" });

const [model] = (await client.models.list()).data;
if (!model) throw new Error(`${url} serves no model: start one with npm start`);

const Person = z.object({ name: z.string(), age: z.int().min(0).max(150) });
const asked = {
  model: model.id,
  max_tokens: 96,
  messages: [{ role: "user" as const, content: "Write a JSON object with name and age: Ada is 36." }],
};

const object = await client.chat.completions.parse({ ...asked, response_format: zodResponseFormat(Person, "person") });
console.log("object:", object.choices[0]?.message.parsed);

const call = await client.chat.completions.parse({
  ...asked,
  tools: [zodFunction({ name: "save_person", parameters: Person })],
  tool_choice: "required",
  parallel_tool_calls: false,
});
const [made] = call.choices[0]?.message.tool_calls ?? [];
if (made?.type === "function") console.log("call:", made.function.name, made.function.parsed_arguments);

// vLLM's parameter, which the package passes on as it is.
const choice = { ...asked, structured_outputs: { choice: ["child", "adult"] } };
console.log("choice:", (await client.chat.completions.create(choice)).choices[0]?.message.content);
