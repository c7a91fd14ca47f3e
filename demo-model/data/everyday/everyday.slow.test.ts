/** Everyday tasks are only worth training on when their answers agree and what is held out stays held out. */
import { describe, expect, it } from "vitest";
import { runCalls } from "../../../tools/eval/run-calls.ts";
import { score } from "../../../tools/eval/score.ts";
import { drawSample } from "../corpus.ts";
import { createRandom } from "../random.ts";
import type { Json, Sample } from "../sample.ts";
import { BEYOND } from "./beyond.ts";
import { conjugate } from "./conjugate.ts";
import { everydayDraft } from "./everyday.ts";
import { NAMED, NAMED_TITLES, PHRASES, TITLES } from "./frames.ts";
import { casesOf, referenceOf } from "./reference.ts";
import { everydaySplit, isHeldOut, wordingSplit } from "./splits.ts";
import { TASKS } from "./tasks.ts";
import { createPieces, mistyped, typed } from "./typing.ts";

const DRAWS = 50;
const draw = (count: number, stream: Parameters<typeof drawSample>[0]): Sample[] =>
  Array.from({ length: count }, (_, i) => drawSample(stream, i));
const runner = {
  calls: (list: Parameters<typeof runCalls>[0]) => runCalls(list, 1000),
  python: () => Promise.resolve("no task here is Python"),
};
const requestOf = (sample: Pick<Sample, "messages">): string => sample.messages.at(-1)?.content ?? "";

describe("everyday tasks", () => {
  it.each(TASKS.map((task) => [task.id, task] as const))(
    "%s: its answers agree, on plain JSON that differs",
    (_, task) => {
      const random = createRandom(7);
      const drawn = Array.from({ length: DRAWS }, () => task.args(random));
      const results = [...(task.always ?? []), ...drawn].map((args) => {
        const [plain, ...others] = task.answers.map(
          (_, shape): Json => referenceOf(task, shape)(...structuredClone([...args])),
        );
        expect(JSON.parse(JSON.stringify(plain) ?? "null"), JSON.stringify(args)).toStrictEqual(plain);
        for (const other of others) expect(other, JSON.stringify(args)).toEqual(plain);
        return JSON.stringify(plain);
      });
      expect(new Set(results).size).toBeGreaterThanOrEqual(2);
      expect(
        new Set(casesOf(task, random).map(({ expected }) => JSON.stringify(expected))).size,
      ).toBeGreaterThanOrEqual(2);
    },
  );

  it.each(TASKS.map((task) => [task.id, task] as const))(
    "%s: its answer passes its tests under every name",
    async (_, task) => {
      const random = createRandom(11);
      for (let i = 0; i < 3; i++) {
        const draft = everydayDraft(task, random, i % 3 === 2 ? "zh" : "en");
        expect({
          request: requestOf(draft),
          reference: draft.reference,
          ...(await score(draft, draft.reference, runner)),
        }).toMatchObject({ pass: true });
      }
    },
  );

  it("have ids of their own", () => {
    expect(new Set(TASKS.map(({ id }) => id)).size).toBe(TASKS.length);
  });

  it("share no wording", () => {
    const known = new Map<string, string>();
    for (const { id, en, zh } of TASKS) {
      for (const wording of [...en, ...zh]) {
        expect(known.get(wording), `${wording} is in ${id} and in another task or twice`).toBeUndefined();
        known.set(wording, id);
      }
    }
  });

  it("have wordings with braces around verbs alone, and every argument named", () => {
    for (const { id, en, zh, params, answers, always = [] } of TASKS) {
      for (const wording of en)
        expect(wording.replaceAll(/"[^"]*"|\{[a-z]+\}/g, "").startsWith("="), id).toBe(wording.startsWith("="));
      for (const wording of zh.filter((one) => !one.startsWith("=")))
        expect((wording.match(/^\{/g) ?? []).length, wording).toBe(wording.endsWith("}") ? 1 : 0);
      for (const answer of answers)
        for (const [, slot] of answer.matchAll(/\$\{(\d)\}/g)) expect(params[Number(slot)], id).toBeDefined();
      expect(always.length, id).toBeLessThanOrEqual(6);
    }
  });
});

describe("requests", () => {
  it("leave no slot and no brace of a wording", () => {
    const slots = /<(?:do|that|ing|title|name|call|head|arrow|js|in js|JS|run|in|out)>|\$\{|\{[a-z]+\}|[\ue000-\uf8ff]/;
    for (const sample of draw(1500, { seed: 5, split: "train", family: "everyday" })) {
      expect(requestOf(sample).replaceAll(/"[^"]*"/g, "")).not.toMatch(slots);
      expect(sample.reference).not.toMatch(/\$\{\d\}/);
    }
  });

  it("hold the name that their tests call", () => {
    for (const sample of draw(1000, { seed: 6, split: "train", family: "everyday" })) {
      const entry = sample.tests.kind === "code" ? sample.tests.entry : undefined;
      if (entry) expect(requestOf(sample)).toContain(entry);
    }
  });

  it("come in many frames", () => {
    const count = (frames: typeof PHRASES, language: "en" | "zh"): number => new Set(frames[language]).size;
    const all = [PHRASES, NAMED, TITLES, NAMED_TITLES];
    expect(all.reduce((sum, frames) => sum + count(frames, "en"), 0)).toBeGreaterThan(200);
    expect(all.reduce((sum, frames) => sum + count(frames, "zh"), 0)).toBeGreaterThan(80);
  });
});

describe("splits", () => {
  const wordingOf = ({ signature }: Sample): { id: string; wording: string } => {
    const [, id = "", place = ""] = signature.split(":");
    const [language, index] = place.split(".") as ["en" | "zh", string];
    return { id, wording: TASKS.find((task) => task.id === id)?.[language][Number(index)] ?? "" };
  };

  it.each(["train", "validation", "wordings", "tasks"] as const)("%s: has its own requests alone", (split) => {
    for (const sample of draw(600, { seed: 9, split, family: "everyday" })) {
      const { id, wording } = wordingOf(sample);
      expect(everydaySplit(id, wording)).toBe(split);
      expect(isHeldOut(id)).toBe(split === "tasks");
    }
  });

  it("hold out about 15% of the tasks and 20% of the other wordings", () => {
    expect(TASKS.filter(({ id }) => isHeldOut(id)).length / TASKS.length).toBeCloseTo(0.15, 1);
    const others = TASKS.filter(({ id }) => !isHeldOut(id)).flatMap(({ id, en }) =>
      en.map((wording) => everydaySplit(id, wording)),
    );
    expect(others.filter((split) => split === "wordings").length / others.length).toBeCloseTo(0.2, 1);
    const beyond = BEYOND.en.map((request) => wordingSplit(`beyond:${request}`));
    expect(beyond.filter((split) => split === "wordings").length / beyond.length).toBeCloseTo(0.2, 0);
  });

  it("are not met by the mix", () => {
    for (const sample of draw(1500, { seed: 1, split: "test" }))
      expect(["everyday", "beyond"]).not.toContain(sample.family);
  });

  it("draw the same again, and nothing renamed", () => {
    const stream = { seed: 4, split: "train", family: "everyday" } as const;
    expect(draw(50, stream)).toEqual(draw(50, { ...stream, rename: true }));
  });
});

describe("typing", () => {
  it("changes one letter of one long word", () => {
    const random = createRandom(3);
    for (let i = 0; i < 200; i++) {
      const slip = mistyped("check the number", random);
      expect(slip).toMatch(/^c\w+ the n\w+$/);
      expect(Math.abs(slip.length - "check the number".length)).toBeLessThanOrEqual(1);
    }
  });

  it("leaves names, examples and what is quoted", () => {
    const random = createRandom(4);
    for (let i = 0; i < 500; i++) {
      const pieces = createPieces();
      const text = `Write ${pieces.keep("checkNumber(value)")} that returns "Hello There" for camelCase and YYYY-MM-DD`;
      const result = pieces.restore(typed(text, pieces, "en", random));
      for (const part of ["checkNumber(value)", '"Hello There"', "camelCase", "YYYY-MM-DD"])
        expect(result).toContain(part);
    }
  });
});

it.each([
  ["{check} if it {do} and {try} to {get} it", "third", "checks if it does and tries to gets it"],
  ["{take} a list and {return} it", "third", "takes a list and returns it"],
  ["{take} a list and {swap} it", "gerund", "taking a list and swapping it"],
  [
    "{format}, {sum}, {sort}, {mix}, {see}, {repeat}",
    "gerund",
    "formatting, summing, sorting, mixing, seeing, repeating",
  ],
  ["{have}, {push}, {multiply}, {say}", "third", "has, pushes, multiplies, says"],
  ["{count} them", "base", "count them"],
] as const)("conjugates %s as %s", (phrase, form, expected) => {
  expect(conjugate(phrase, form)).toBe(expected);
});
