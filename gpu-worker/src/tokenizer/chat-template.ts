/** A package's chat template: OpenAI's messages in, the model's prompt out as text. It knows no tokens. */

import { Template } from "@huggingface/jinja";
import { defined, isNestedDeeper, MAX_NESTING, type Message, type ToolCall } from "@palimpsest/proto";
import { invalid, PackageError, WorkerError } from "../errors.ts";

export interface ChatTemplate {
  /**
   * The prompt, up to the beginning of the assistant's answer. System messages that the template does not show where they
   * stand are joined into the leading one.
   * @throws WorkerError naming the message that the template refuses, or does not show
   */
  render(messages: readonly TemplateMessage[], tools: readonly unknown[]): string;
}

/** A message as templates written for Hugging Face's libraries read it. */
export interface TemplateMessage {
  readonly role: string;
  readonly content: string;
  readonly tool_calls?: readonly unknown[];
  readonly tool_call_id?: string;
  readonly name?: string;
}

/**
 * @param file its path, for messages
 * @param variables what templates may write besides the messages, such as `bos_token` and `eos_token`
 * @throws PackageError when the template cannot be parsed
 */
export function openChatTemplate(
  source: string,
  file: string,
  variables: Readonly<Record<string, string>>,
): ChatTemplate {
  const template = parse(source, file);
  const run = (messages: readonly TemplateMessage[], tools: readonly unknown[]) =>
    template.render({ ...variables, messages, tools: tools.length > 0 ? tools : null, add_generation_prompt: true });

  /** The prompt, and the first message that it does not show. @throws what the template throws */
  const shown = (messages: readonly TemplateMessage[], tools: readonly unknown[]) => {
    const probe = probeOf(messages);
    const probed = probe === undefined ? "" : run(messages.map(probe.mark), tools);
    return { prompt: run(messages, tools), dropped: probe?.missing(probed) };
  };

  return {
    render(messages, tools) {
      const joined = withOneSystem(messages);
      try {
        const asSent = joined === messages ? undefined : attempt(() => shown(messages, tools));
        if (asSent && asSent.dropped === undefined) return asSent.prompt;
        const { prompt, dropped } = shown(joined, tools);
        if (dropped === undefined) return prompt;
        const index = messages.indexOf(joined[dropped]!);
        const at = index < 0 ? messages.findIndex(({ role }) => role === "system") : index;
        const role = JSON.stringify(joined[dropped]?.role);
        throw invalid(`messages[${at}]`, `the model's chat template does not show the role ${role}`);
      } catch (cause) {
        if (cause instanceof WorkerError) throw cause;
        throw refusal(messages, cause as Error, (count) => run(withOneSystem(messages.slice(0, count)), tools));
      }
    },
  };
}

/** OpenAI's form of a conversation in the form that templates expect. @throws WorkerError naming the message at fault */
export function templateMessages(messages: readonly Message[]): TemplateMessage[] {
  return messages.map(({ role, content, toolCalls, toolCallId, name }, index) => ({
    // "developer" is OpenAI's newer name for "system"; templates know the older one.
    role: role === "developer" ? "system" : role,
    content,
    ...defined({
      tool_calls: toolCalls?.length ? toolCalls.map((call, i) => templateToolCall(call, index, i)) : undefined,
      tool_call_id: toolCallId,
      name,
    }),
  }));
}

function parse(source: string, file: string): Template {
  try {
    return new Template(source);
  } catch (cause) {
    throw new PackageError(`${file}: not a chat template (${(cause as Error).message})`, { cause });
  }
}

/** Roles that every chat template shows. It may silently drop the messages of others. */
const alwaysShown: ReadonlySet<string> = new Set(["user", "assistant"]);

/**
 * The conversation with its system messages joined into one, which leads: many templates show only that one. The same
 * conversation if it has only that one.
 */
function withOneSystem(messages: readonly TemplateMessage[]): readonly TemplateMessage[] {
  const system = messages.filter(({ role }) => role === "system");
  if (system.length === 0 || (system.length === 1 && messages[0] === system[0])) return messages;
  const content = system.map((message) => message.content).join("\n\n");
  return [{ ...system[0]!, content }, ...messages.filter(({ role }) => role !== "system")];
}

interface Probe {
  /** The message with a mark in its content. */
  mark(message: TemplateMessage, index: number): TemplateMessage;
  /** The first message whose mark is not in the prompt. */
  missing(prompt: string): number | undefined;
}

/** Marks every message that a template may drop; one prompt then tells about all. Undefined if there is none. */
function probeOf(messages: readonly TemplateMessage[]): Probe | undefined {
  const indexes = messages.flatMap(({ role }, index) => (alwaysShown.has(role) ? [] : [index]));
  if (indexes.length === 0) return undefined;
  // Letters and digits, which no filter of a template changes; random, so that no message holds them.
  const random = crypto.randomUUID().replaceAll("-", "");
  const markOf = (index: number) => `${random}x${index}x`;
  return {
    mark: (message, index) =>
      alwaysShown.has(message.role) ? message : { ...message, content: message.content + markOf(index) },
    missing: (prompt) => indexes.find((index) => !prompt.includes(markOf(index))),
  };
}

/** The result, or undefined where the call throws. */
function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}

/** Names the first message that the template refuses after all messages before it: its error does not say which. */
function refusal(
  messages: readonly TemplateMessage[],
  cause: Error,
  renderFirst: (count: number) => string,
): WorkerError {
  let index = messages.length - 1;
  while (index > 0 && fails(() => renderFirst(index))) index--;
  const role = JSON.stringify(messages[index]?.role);
  return invalid(`messages[${index}]`, `the model's chat template refuses it (role ${role}): ${cause.message}`, {
    cause,
  });
}

function fails(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch {
    return true;
  }
}

function templateToolCall({ id, name, arguments: text }: ToolCall, message: number, index: number): unknown {
  return { id, type: "function", function: { name, arguments: parseArguments(text, message, index) } };
}

/** Clients send an empty string for a call without arguments. */
function parseArguments(text: string, message: number, index: number): object {
  const fault = (problem: string) =>
    invalid(`messages[${message}]`, `tool_calls[${index}].function.arguments ${problem}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text || "{}");
  } catch {
    // Rejected below, like any other value that is not an object.
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw fault("is not the JSON text of an object");
  }
  if (isNestedDeeper(parsed, MAX_NESTING))
    throw fault(`has more than ${MAX_NESTING} objects or lists inside each other`);
  return parsed;
}
