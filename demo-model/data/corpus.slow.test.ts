/** The tasks are only worth training on if every reference passes its own hidden tests. */
import { describe, expect, it } from "vitest";
import { runCalls } from "../../tools/eval/run-calls.ts";
import { score } from "../../tools/eval/score.ts";
import { drawSample, MIX } from "./corpus.ts";
import type { Sample, Split } from "./sample.ts";
import { splitOf } from "./sample.ts";

const draw = (count: number, stream: Parameters<typeof drawSample>[0]): Sample[] =>
  Array.from({ length: count }, (_, i) => drawSample(stream, i));

/** Runs our own references, which are not a model's code. */
const runner = {
  calls: (list: Parameters<typeof runCalls>[0]) => runCalls(list, 1000),
  python: () => Promise.resolve("no task here is Python"),
};

describe("corpus", () => {
  it.each(MIX.map(([family]) => family))("%s: references pass their own tests", async (family) => {
    for (const sample of draw(150, { seed: 11, split: "train", family })) {
      expect({ id: sample.id, ...(await score(sample, sample.reference, runner)) }).toEqual({
        id: sample.id,
        pass: true,
      });
    }
  });

  it("references pass their own tests under other names, which requests and answers share", async () => {
    const [same, other] = [false, true].map((rename) => draw(400, { seed: 11, split: "train", rename }));
    const changed = other!.filter((sample, i) => JSON.stringify(sample) !== JSON.stringify(same![i]));
    expect(changed.length).toBeGreaterThan(120);
    for (const sample of changed) {
      expect({ id: sample.id, ...(await score(sample, sample.reference, runner)) }).toEqual({
        id: sample.id,
        pass: true,
      });
    }
  });

  it.each(MIX.map(([family]) => family))("%s: has tasks in every split", async (family) => {
    for (const split of ["validation", "test"] as const) {
      for (const sample of draw(20, { seed: 11, split, family }))
        expect((await score(sample, sample.reference, runner)).pass).toBe(true);
    }
  });

  it("draws the same sample for the same seed, and another for another seed", () => {
    const stream = { seed: 3, split: "train" } as const;
    expect(draw(50, stream)).toEqual(draw(50, stream));
    expect(draw(50, { ...stream, seed: 4 })).not.toEqual(draw(50, stream));
  });

  it("shows training no held-out operation combination", () => {
    for (const sample of draw(1500, { seed: 2, split: "train", shares: { drills: 0.2 } })) {
      const parts =
        sample.family === "bundles" ? sample.signature.slice("bundles:".length).split(";") : [sample.signature];
      for (const part of parts) expect(splitOf(part)).toBe("train");
    }
  });

  it.each(["numbers", "strings", "sequences", "loops"] as const)(
    "%s: every part of a held-out combination is shown in training, in other combinations",
    (family) => {
      const parts = (split: Split, count: number): Set<string> =>
        new Set(draw(count, { seed: 7, split, family }).flatMap(({ signature }) => signature.split(/[:.>]/)));
      const shown = parts("train", 3000);
      expect([...parts("test", 400)].filter((part) => !shown.has(part))).toEqual([]);
    },
  );

  it("draws families with other shares on request, and still the others", () => {
    const drawn = (shares?: Parameters<typeof drawSample>[0]["shares"]): Map<string, number> => {
      const families = draw(1500, { seed: 5, split: "train", ...(shares ? { shares } : {}) }).map(
        ({ family }) => family,
      );
      return new Map(MIX.map(([family]) => [family, families.filter((one) => one === family).length / 1500]));
    };
    expect(drawn().get("json")).toBeCloseTo(0.06, 1);
    expect(drawn().get("drills")).toBe(0);
    const other = drawn({ json: 0.3, drills: 0.2 });
    expect(other.get("json")).toBeCloseTo(0.3 / 1.44, 1);
    expect(other.get("drills")).toBeCloseTo(0.2 / 1.44, 1);
    expect(other.get("json")).toBeLessThan(0.3);
    expect(other.get("records")).toBeGreaterThan(0);
  });

  it("keeps to the shares of the mix", () => {
    expect(MIX.reduce((sum, [, , share]) => sum + share, 0)).toBeCloseTo(1, 9);
  });
});
