/** The chat template of the model, as Jinja for tokenizer_config.json, and the same template applied here. */
import { Template } from "@huggingface/jinja";
import type { Message, Tool } from "./sample.ts";

/**
 * LLaDA2's base format: `<role>NAME</role>text<|role_end|>` without line breaks between turns. The wording about tools
 * is ours; its frame (`<tools>`, `<tool_call>`, an OBSERVATION turn with `<tool_response>`) is the family's.
 * Takes OpenAI's messages: `content` may be null beside `tool_calls`, whose arguments may be an object or JSON text.
 */
export const CHAT_TEMPLATE = [
  "{%- set system = messages[0].content if messages and messages[0].role == 'system' else '' -%}",
  "{%- if tools -%}",
  "{{- '<role>SYSTEM</role>' -}}{%- if system -%}{{- system + '\\n' -}}{%- endif -%}",
  "{{- '# Tools\\n<tools>\\n' -}}",
  "{%- for tool in tools -%}{{- (tool | tojson) + '\\n' -}}{%- endfor -%}",
  '{{- \'</tools>\\nCall a tool with <tool_call>\\n{"name": ..., "arguments": {...}}\\n</tool_call><|role_end|>\' -}}',
  "{%- elif system -%}{{- '<role>SYSTEM</role>' + system + '<|role_end|>' -}}{%- endif -%}",
  "{%- for message in messages -%}",
  "{%- if message.role == 'user' -%}{{- '<role>HUMAN</role>' + message.content + '<|role_end|>' -}}",
  "{%- elif message.role == 'assistant' -%}",
  "{{- '<role>ASSISTANT</role>' + (message.content or '') -}}",
  "{%- for call in message.tool_calls or [] -%}",
  "{%- set call = call.function or call -%}",
  "{%- if message.content or not loop.first -%}{{- '\\n' -}}{%- endif -%}",
  "{{- '<tool_call>\\n{\"name\": ' + (call.name | tojson) + ', \"arguments\": ' -}}",
  "{{- call.arguments if call.arguments is string else (call.arguments | tojson) -}}",
  "{{- '}\\n</tool_call>' -}}",
  "{%- endfor -%}{{- '<|role_end|>' -}}",
  "{%- elif message.role == 'tool' -%}",
  "{%- if loop.first or messages[loop.index0 - 1].role != 'tool' -%}{{- '<role>OBSERVATION</role>' -}}{%- else -%}{{- '\\n' -}}{%- endif -%}",
  "{{- '<tool_response>\\n' + message.content + '\\n</tool_response>' -}}",
  "{%- if loop.last or messages[loop.index0 + 1].role != 'tool' -%}{{- '<|role_end|>' -}}{%- endif -%}",
  "{%- endif -%}",
  "{%- endfor -%}",
  "{%- if add_generation_prompt -%}{{- '<role>ASSISTANT</role>' -}}{%- endif -%}",
].join("");

/** Renders a conversation up to the point where the assistant's answer begins. */
export function createRenderer(): (messages: readonly Message[], tools?: readonly Tool[]) => string {
  const template = new Template(CHAT_TEMPLATE);
  return (messages, tools) => template.render({ messages, tools: tools ?? null, add_generation_prompt: true });
}
