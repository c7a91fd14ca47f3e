/** A package's chat template: OpenAI's messages in, the model's prompt out as text. It knows no tokens. */
import { Template } from "@huggingface/jinja";
import type { Message, ToolCall } from "../engine/engine.ts";
import { PackageError, WorkerError } from "../errors.ts";

export interface ChatTemplate {
  /**
   * The prompt, up to where the assistant's answer begins.
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
 * @param variables what templates may write beside the messages: `bos_token`, `eos_token` and the like
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

  return {
    render(messages, tools) {
      try {
        const prompt = run(messages, tools);
        for (const role of new Set(messages.map(({ role }) => role))) {
          const index = messages.findIndex((message) => message.role === role);
          if (!alwaysShown.has(role) && run(messages.with(index, probed(messages[index]!)), tools) === prompt) {
            throw invalid(index, `the model's chat template has no place for the role ${JSON.stringify(role)}`);
          }
        }
        return prompt;
      } catch (cause) {
        if (cause instanceof WorkerError) throw cause;
        throw refusal(messages, cause as Error, (count) => run(messages.slice(0, count), tools));
      }
    },
  };
}

/** OpenAI's form of a conversation in the form that templates expect. @throws WorkerError naming the message at fault */
export function templateMessages(messages: readonly Message[]): TemplateMessage[] {
  return messages.map(({ role, content, toolCalls, toolCallId, name }, index) => ({
    // OpenAI's newer name for the same role; templates know the older.
    role: role === "developer" ? "system" : role,
    content,
    ...(toolCalls?.length && { tool_calls: toolCalls.map((call, i) => templateToolCall(call, index, i)) }),
    ...(toolCallId !== undefined && { tool_call_id: toolCallId }),
    ...(name !== undefined && { name }),
  }));
}

function parse(source: string, file: string): Template {
  try {
    return new Template(source);
  } catch (cause) {
    throw new PackageError(`${file}: not a chat template (${(cause as Error).message})`, { cause });
  }
}

/** Roles that every chat template shows. Of others it may drop the messages without a word. */
const alwaysShown: ReadonlySet<string> = new Set(["user", "assistant"]);

/** The message with another content: a template that shows it renders something else. */
function probed(message: TemplateMessage): TemplateMessage {
  return { ...message, content: `${message.content}?` };
}

/** A template says what it refuses, not where: the first message that it refuses after all before it. */
function refusal(
  messages: readonly TemplateMessage[],
  cause: Error,
  renderFirst: (count: number) => string,
): WorkerError {
  let index = messages.length - 1;
  while (index > 0 && fails(() => renderFirst(index))) index--;
  const role = JSON.stringify(messages[index]?.role);
  return invalid(index, `the model's chat template refuses it (role ${role}): ${cause.message}`, cause);
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
  try {
    const parsed: unknown = JSON.parse(text || "{}");
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch {
    // Said below, as for any other value that is not an object.
  }
  throw invalid(message, `tool_calls[${index}].function.arguments is not the JSON text of an object`);
}

function invalid(index: number, message: string, cause?: Error): WorkerError {
  const param = `messages[${index}]`;
  return new WorkerError("invalid_request", `${param}: ${message}`, { param, cause });
}
