/** The same request in other clients, to copy. */
import type { EditsRequest } from "@palimpsest/client";

export type SnippetKind = "curl" | "openai" | "ai-sdk";

export function snippet(kind: SnippetKind, request: EditsRequest, origin: string): string {
  const { model, messages, ...parameters } = request;
  const json = (value: unknown) => JSON.stringify(value, undefined, 2);
  switch (kind) {
    case "curl": {
      const body = json({ ...request, stream: true, stream_options: { include_edits: true } }).replaceAll("'", "'\\''");
      return `curl -N ${origin}/v1/chat/completions -H 'content-type: application/json' -d '${body}'\n`;
    }
    case "openai":
      return lines(
        'import OpenAI from "openai";',
        "",
        `const client = new OpenAI({ baseURL: "${origin}/v1", apiKey: "none" });`,
        `const stream = await client.chat.completions.create(${json({ ...request, stream: true })});`,
        'for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? "");',
      );
    case "ai-sdk":
      return lines(
        'import { createOpenAICompatible } from "@ai-sdk/openai-compatible";',
        'import { streamText } from "ai";',
        "",
        `const palimpsest = createOpenAICompatible({ name: "palimpsest", baseURL: "${origin}/v1" });`,
        "const { textStream } = streamText({",
        `  model: palimpsest(${JSON.stringify(model)}),`,
        `  messages: ${json(messages)},`,
        `  providerOptions: { palimpsest: ${json(parameters)} },`,
        "});",
        "for await (const text of textStream) process.stdout.write(text);",
      );
  }
}

function lines(...all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
