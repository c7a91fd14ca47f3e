/** Converts lines of published benchmarks to tasks. The requests are worded here; the benchmark's own tests decide. */
import { z } from "zod";
import type { Task } from "./task.ts";

/** A form: its name, the keys that identify it, the schema of a line, and the task that a line becomes. */
export interface PublishedForm<T = never> {
  readonly name: string;
  readonly mark: readonly string[];
  readonly schema: z.ZodType<T>;
  readonly toTask: (line: T) => Task;
}

const WITHOUT_TEST =
  "missing: the release's file of inputs is not supported; take the data set of the hub, whose lines have a test (evalplus/humanevalplus, evalplus/mbppplus)";
const id = z.union([z.string(), z.number()]);

/** HumanEval and HumanEval+ (Chen et al., 2021; Liu et al., 2023): a signature to complete, and `check(candidate)`. */
const humanEval = form({
  name: "HumanEval",
  mark: ["entry_point", "canonical_solution"],
  schema: z.object({
    task_id: id,
    prompt: z.string(),
    entry_point: z.string(),
    test: z.string({ error: WITHOUT_TEST }),
  }),
  toTask: ({ task_id, prompt, entry_point, test }) => ({
    id: String(task_id),
    family: "humaneval",
    messages: [
      user(
        `Complete this Python function. Answer with the whole function in one code block.\n\n\`\`\`python\n${prompt}\`\`\``,
      ),
    ],
    tests: { kind: "python", before: "", after: `${test}\ncheck(${entry_point})`, entry: entry_point, prompt },
  }),
});

/** MBPP, its sanitized part, and MBPP+ (Austin et al., 2021; Liu et al., 2023): a sentence and asserts. */
const mbpp = form({
  name: "MBPP",
  mark: ["test_list"],
  schema: z
    .object({
      task_id: id,
      text: z.string().optional(),
      prompt: z.string().optional(),
      test_list: z.array(z.string()).min(1),
      test_setup_code: z.string().optional(),
      test_imports: z.array(z.string()).optional(),
      challenge_test_list: z.array(z.string()).optional(),
      test: z.string().optional(),
    })
    .refine((line) => line.text ?? line.prompt, { error: "has neither text nor prompt" }),
  toTask: (line) => ({
    id: String(line.task_id),
    family: "mbpp",
    messages: [
      user(
        `${line.text ?? line.prompt}\nAnswer with Python code in one code block. It must pass:\n\n${line.test_list.join("\n")}`,
      ),
    ],
    tests: {
      kind: "python",
      before: [...(line.test_imports ?? []), line.test_setup_code ?? ""].join("\n"),
      // MBPP+ has one script instead, which includes the first tests.
      after: line.test ?? [...line.test_list, ...(line.challenge_test_list ?? [])].join("\n"),
    },
  }),
});

/** GSM8K (Cobbe et al., 2021): a question, and an answer whose last line is `#### 72`. */
const gsm8k = form({
  name: "GSM8K",
  mark: ["question", "answer"],
  schema: z.object({
    question: z.string(),
    answer: z.string().regex(/####\s*-?[\d,.]+\s*$/, "does not end with #### and a number"),
  }),
  toTask: ({ question, answer }) => ({
    id: question,
    family: "gsm8k",
    messages: [user(`${question}\nThink step by step. End with the answer as one number.`)],
    tests: { kind: "number", expected: Number(answer.slice(answer.lastIndexOf("####") + 4).replaceAll(",", "")) },
  }),
});

export const PUBLISHED_FORMS: readonly PublishedForm[] = [humanEval, mbpp, gsm8k];

/** Checks a form against its own line type, then erases that type so that a list can contain many forms. */
function form<T>(one: PublishedForm<T>): PublishedForm {
  return one as unknown as PublishedForm;
}

function user(content: string): Task["messages"][number] {
  return { role: "user", content };
}
