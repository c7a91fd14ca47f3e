/** Family `edits`: a finished function and one or two short requests to change it. The last version is the answer. */
import { ARRANGEMENTS, CONDITIONS, REDUCTIONS } from "./number-operations.ts";
import { describePlan, drawPlan, type Plan, planCases, type Style, signatureOf, writeCode } from "./numbers.ts";
import { bind, type Step, say, withConstant } from "./operation.ts";
import type { Random } from "./random.ts";
import {
  describeRecordPlan,
  drawRecordPlan,
  type RecordPlan,
  recordCases,
  recordSignature,
  writeRecordPlan,
} from "./records.ts";
import type { Case, Draft, Language, Message } from "./sample.ts";
import { describeTextPlan, drawTextPlan, type TextPlan, textCases, textSignature, writeTextPlan } from "./strings.ts";
import { functionName, variableName } from "./words.ts";

/** A requested change: its kind, its words, and the plan that it leads to. */
interface Edit<P> {
  id: string;
  text: string;
  next: P;
}

/** Operations of editing on a kind of plan. */
interface Editable<P> {
  signature: (plan: P) => string;
  describe: () => string;
  write: (plan: P) => string;
  cases: (plan: P) => Case[];
  /** The edits that this plan allows now. */
  edits: (plan: P) => Edit<P>[];
}

export function edits(random: Random, language: Language): Draft {
  const kind = random.pick(["numbers", "numbers", "records", "strings"] as const);
  if (kind === "numbers") {
    const plan = drawPlan(random, language, ["chain", "chain", "steps", "commented", "loop", "loop"]);
    return converse(plan, editableNumbers(plan, random, language), random);
  }
  if (kind === "records") {
    const plan = drawRecordPlan(random);
    return converse(plan, editableRecords(plan, random, language), random);
  }
  const plan = drawTextPlan(random, language);
  return converse(plan, editableText(plan, random, language), random);
}

function converse<P extends { naming: { name: string } }>(first: P, kind: Editable<P>, random: Random): Draft {
  let plan = first;
  const ids: string[] = [];
  const shows = [kind.signature(first)];
  const messages: Message[] = [{ role: "user", content: kind.describe() }];
  for (let turn = random.chance(0.25) ? 2 : 1; turn > 0; turn--) {
    const edit = random.pick(kind.edits(plan));
    messages.push({ role: "assistant", content: kind.write(plan) }, { role: "user", content: edit.text });
    ids.push(edit.id);
    plan = edit.next;
    shows.push(kind.signature(plan));
  }
  return {
    signature: `edits:${ids.join("+")}:${kind.signature(first)}`,
    shows,
    messages,
    reference: kind.write(plan),
    tests: { kind: "code", entry: plan.naming.name, cases: kind.cases(plan) },
  };
}

/** Renaming works alike for every plan. */
function renames<P extends { naming: { name: string; asked: boolean }; argument?: { name: string; text: string } }>(
  plan: P,
  random: Random,
  language: Language,
): Edit<P>[] {
  const name = functionName(random);
  const argument = variableName(random);
  const text =
    language === "zh"
      ? random.pick([`把函数改名为 ${name}。`, `函数名改成 ${name}。`])
      : random.pick([`Rename it to ${name}.`, `Call it ${name} instead.`, `Rename the function to ${name}.`]);
  const rename: Edit<P> = { id: "rename", text, next: { ...plan, naming: { name, asked: true } } };
  if (!plan.argument) return [rename];
  return [
    rename,
    {
      id: "argument",
      text:
        language === "zh"
          ? `把参数改名为 ${argument}。`
          : random.pick([`Rename the argument to ${argument}.`, `Call the argument ${argument}.`]),
      next: { ...plan, argument: { ...plan.argument, name: argument } },
    },
  ];
}

function editableNumbers(first: Plan, random: Random, language: Language): Editable<Plan> {
  const zh = language === "zh";
  return {
    signature: signatureOf,
    describe: () => describePlan(first, random, language),
    write: (plan) => writeCode(plan, language),
    cases: (plan) => planCases(plan, random),
    edits: (plan) => {
      const found = renames(plan, random, language);
      const sort = plan.arrangements.find((step) => step.operation.id.endsWith("scending"));
      if (sort) {
        const down = sort.operation.id === "ascending";
        const opposite = ARRANGEMENTS.find((one) => one.id === (down ? "descending" : "ascending"));
        if (opposite) {
          const text = zh
            ? `改成${down ? "降序" : "升序"}。`
            : random.pick([
                `Now make it ${down ? "descending" : "ascending"}.`,
                `Sort in ${down ? "descending" : "ascending"} order instead.`,
              ]);
          found.push(...twice({ id: "order", text, next: replaceStep(plan, sort, bind(opposite, random, language)) }));
        }
      }
      const numeric = (
        [...plan.conditions, ...(plan.change ? [plan.change] : []), ...plan.arrangements] as Step<unknown>[]
      ).filter((step) => step.constant && plan.parameter?.step !== step);
      const [step] = random.shuffle(numeric);
      const clear = step && numeric.filter((other) => other.constant === step.constant).length === 1;
      if (step?.operation.range && clear) {
        const value = random.int(step.operation.range[0], step.operation.range[1]);
        const changed = {
          ...withConstant(step.operation, value, random, language),
          phrase: step.phrase.replace(step.constant, String(value)),
        };
        found.push({
          id: "constant",
          text: zh
            ? `把 ${step.constant} 改成 ${value}。`
            : random.pick([`Use ${value} instead of ${step.constant}.`, `Change ${step.constant} to ${value}.`]),
          next: replaceStep(plan, step, changed),
        });
        if (!plan.parameter && plan.style !== "commented") {
          const name = random.pick(["limit", "amount", "value", "k"]);
          found.push({
            id: "parameter",
            text: zh
              ? `把 ${step.constant} 改成参数 ${name}。`
              : random.pick([
                  `Make ${step.constant} a parameter called ${name}.`,
                  `Add a parameter ${name} in place of ${step.constant}.`,
                ]),
            next: { ...plan, parameter: { step, name } },
          });
        }
      }
      const other = random.pick(
        REDUCTIONS.filter(
          (one) =>
            one.id !== plan.reduction.id &&
            one.of &&
            (plan.style !== "loop" || one.loop) &&
            !(one.id === "count" && plan.change),
        ),
      );
      const noun = other.of?.[language][0]?.replace(/ of #|#的/, "") ?? "";
      found.push(
        ...twice({
          id: `to-${other.id}`,
          text: zh ? `改为返回${noun}。` : `Return the ${noun} instead.`,
          next: { ...plan, reduction: other },
        }),
      );
      const extra = random.pick(
        CONDITIONS.filter((one) => !plan.conditions.some((had) => had.operation.id === one.id)),
      );
      if (plan.conditions.length < (plan.style === "loop" ? 1 : 2)) {
        const bound = bind(extra, random, language);
        found.push(
          ...twice({
            id: `add-${extra.id}`,
            text: zh ? `再只保留${say(bound, "数字")}。` : `Also keep only the ${say(bound, "numbers")}.`,
            next: { ...plan, conditions: [...plan.conditions, bound] },
          }),
        );
      }
      const loopable = plan.conditions.length < 2 && plan.arrangements.length === 0 && plan.reduction.loop;
      const style = random.pick(
        (["chain", "steps", "commented", "arrow", "loop"] as const).filter(
          (one) => one !== plan.style && (one !== "loop" || loopable) && !(one === "commented" && plan.parameter),
        ),
      );
      found.push({ id: `as-${style}`, text: restyle(style, random, zh), next: { ...plan, style } });
      return found;
    },
  };
}

function restyle(style: Style, random: Random, zh: boolean): string {
  const texts: { [style in Style]: [en: string[], zh: string] } = {
    chain: [["Write it as one chain.", "Make it a single expression."], "写成一条链式表达式。"],
    steps: [["Use one variable per step."], "每一步用一个变量。"],
    commented: [["Use one variable per step and comment every step."], "每一步用一个变量并写注释。"],
    documented: [["Add a doc comment."], "加上文档注释。"],
    arrow: [["Make it an arrow function.", "Rewrite it as an arrow function."], "改成箭头函数。"],
    loop: [["Rewrite it with a for loop.", "Use a for loop instead."], "改用 for 循环。"],
  };
  return zh ? texts[style][1] : random.pick(texts[style][0]);
}

function replaceStep(plan: Plan, old: Step<unknown>, fresh: Step<unknown>): Plan {
  const swap = <S extends Step<unknown>>(step: S): S => (step === old ? (fresh as S) : step);
  return {
    ...plan,
    conditions: plan.conditions.map(swap),
    ...(plan.change ? { change: swap(plan.change) } : {}),
    arrangements: plan.arrangements.map(swap),
  };
}

function editableRecords(first: RecordPlan, random: Random, language: Language): Editable<RecordPlan> {
  const zh = language === "zh";
  return {
    signature: recordSignature,
    describe: () => describeRecordPlan(first, random, language),
    write: writeRecordPlan,
    cases: (plan) => recordCases(plan, random),
    edits: (plan) => {
      const found: Edit<RecordPlan>[] = renames(plan, random, language);
      const { sort } = plan;
      if (sort) {
        const by = random.pick(plan.schema.fields);
        found.push(
          ...twice({
            id: "order",
            text: zh
              ? `改成${sort.down ? "升序" : "降序"}。`
              : `Now make it ${sort.down ? "ascending" : "descending"}.`,
            next: { ...plan, sort: { ...sort, down: !sort.down } },
          }),
        );
        found.push({
          id: "sort-by",
          text: zh ? `改为按 ${by} 排序。` : `Sort by ${by} instead.`,
          next: { ...plan, sort: { ...sort, field: by } },
        });
        const take = random.int(2, 9);
        found.push({
          id: "take",
          text: zh ? `只返回前 ${take} 个。` : `Return only the first ${take}.`,
          next: { ...plan, take },
        });
      }
      if (plan.filters.length === 2) {
        found.push({
          id: "junction",
          text: zh
            ? `条件改用“${plan.both ? "或" : "且"}”。`
            : `Use "${plan.both ? "or" : "and"}" instead of "${plan.both ? "and" : "or"}".`,
          next: { ...plan, both: !plan.both },
        });
      }
      const [filter] = plan.filters;
      if (filter && plan.filters.every((other) => other === filter || other.constant !== filter.constant)) {
        const constant = random.int(1, 99);
        found.push({
          id: "constant",
          text: zh ? `把 ${filter.constant} 改成 ${constant}。` : `Use ${constant} instead of ${filter.constant}.`,
          next: { ...plan, filters: plan.filters.map((other) => (other === filter ? { ...filter, constant } : other)) },
        });
      }
      const field = random.pick(plan.schema.fields);
      if (
        field !== plan.field &&
        (plan.output === "sum" || plan.output === "average" || plan.output === "max" || plan.output === "min")
      ) {
        found.push({
          id: "field",
          text: zh
            ? `改用 ${field}，而不是 ${plan.field}。`
            : `Use the ${field} instead of the ${plan.field} for the result.`,
          next: { ...plan, field },
        });
      }
      return found;
    },
  };
}

function editableText(first: TextPlan, random: Random, language: Language): Editable<TextPlan> {
  const zh = language === "zh";
  return {
    signature: textSignature,
    describe: () => describeTextPlan(first, random, language),
    write: writeTextPlan,
    cases: (plan) => textCases(plan, random),
    edits: (plan) => {
      const found: Edit<TextPlan>[] = renames(plan, random, language);
      const spare = drawTextPlan(random, language);
      const extra = spare.changes.find((step) => !plan.changes.some((had) => had.operation.id === step.operation.id));
      if (extra && plan.changes.length < 3) {
        found.push(
          ...twice({
            id: `add-${extra.operation.id}`,
            text: zh ? `最后再${extra.phrase}。` : `After the other changes, add one that ${extra.phrase}.`,
            next: { ...plan, changes: [...plan.changes, extra] },
          }),
        );
      }
      const last = plan.changes.at(-1);
      if (plan.changes.length > 1 && last) {
        found.push({
          id: "drop",
          text: zh ? `去掉这一步：${last.phrase}。` : `Leave out the step that ${last.phrase}.`,
          next: { ...plan, changes: plan.changes.slice(0, -1) },
        });
      }
      if (spare.question.operation.id !== plan.question.operation.id) {
        found.push(
          ...twice({
            id: `to-${spare.question.operation.id}`,
            text: zh ? `最后改为：${spare.question.phrase}。` : `Change the end so that it ${spare.question.phrase}.`,
            next: { ...plan, question: spare.question },
          }),
        );
      }
      found.push({
        id: "steps",
        text: plan.steps
          ? zh
            ? "写成一条链式表达式。"
            : "Write it as one chain."
          : zh
            ? "每一步用一个变量。"
            : "Use one variable per step.",
        next: { ...plan, steps: !plan.steps },
      });
      return found;
    },
  };
}

/** Counts an edit twice in the draw: these change what the code does. */
function twice<E>(edit: E): E[] {
  return [edit, edit];
}
