/** A suite's first answers as Markdown, right or wrong. */
import type { Answer, Round } from "./evaluate.ts";
import type { Message, Task } from "./task.ts";

/** Tasks that are shown: always the first, so that nobody chooses. */
const SHOWN = 20;

/** The first tasks of a suite with their first answers, and the drafts that edits changed. */
export function transcripts(tasks: readonly Task[], { mode, answers }: Round): string {
  const byTask = Map.groupBy(answers, ({ id }) => id);
  const shown = tasks
    .slice(0, SHOWN)
    .map((task, i) => transcript(i + 1, task, (byTask.get(task.id) as Answer[])[0] as Answer));
  return [`# The first ${shown.length} tasks, ${mode.name}`, ...shown].join("\n\n").concat("\n");
}

function transcript(number: number, task: Task, answer: Answer): string {
  const { family, pass, reason, tokens, forwards, edits, text, firstDraft } = answer;
  const verdict = pass ? "passes" : `fails (${reason})`;
  const edited = edits.substitute + edits.delete + edits.insert;
  const isEdited = firstDraft !== undefined && firstDraft.text !== text;
  return [
    `## ${number}. ${family}: ${verdict}`,
    ...task.messages.map((message) => `${message.role}:\n\n${fenced(written(message))}`),
    ...(task.tools ? [`tools: ${task.tools.map((one) => `\`${one.function.name}\``).join(", ")}`] : []),
    `Answer, ${tokens} tokens in ${forwards} forwards, ${edited} ${edited === 1 ? "edit" : "edits"}:\n\n${fenced(text)}`,
    ...(isEdited ? [`First draft, which ${firstDraft.pass ? "passes" : "fails"}:\n\n${fenced(firstDraft.text)}`] : []),
  ].join("\n\n");
}

function written({ content, tool_calls: calls = [] }: Message): string {
  return [content, ...calls.map((call) => JSON.stringify(call.function))].filter((part) => part !== "").join("\n");
}

/** A fence that is longer than any run of backticks in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}
