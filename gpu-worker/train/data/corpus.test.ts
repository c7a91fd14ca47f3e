/** The tasks are only worth training on when every reference passes its own hidden tests. */
import { describe, expect, it } from "vitest";
import { runCalls } from "../../eval/run-calls.ts";
import { score } from "../../eval/score.ts";
import { drawSample, MIX } from "./corpus.ts";
import type { Sample } from "./sample.ts";
import { splitOf } from "./sample.ts";

const draw = (count: number, stream: Parameters<typeof drawSample>[0]): Sample[] =>
  Array.from({ length: count }, (_, i) => drawSample(stream, i));

/** Our own references are run here: they are not the code of a model. */
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

  it("shows training no operation combination that is held out", () => {
    for (const sample of draw(1500, { seed: 2, split: "train" })) {
      const parts =
        sample.family === "bundles" ? sample.signature.slice("bundles:".length).split(";") : [sample.signature];
      for (const part of parts) expect(splitOf(part)).toBe("train");
    }
  });

  it("draws a family more often when asked to, and still the others", () => {
    const share = (more: Parameters<typeof drawSample>[0]["more"]): number =>
      draw(1500, { seed: 5, split: "train", ...(more ? { more } : {}) }).filter(({ family }) => family === "json")
        .length / 1500;
    expect(share(undefined)).toBeCloseTo(0.06, 1);
    expect(share({ json: 5 })).toBeCloseTo(0.3 / 1.24, 1);
    expect(share({ json: 5 })).toBeLessThan(0.3);
  });

  it("keeps to the shares of the mix", () => {
    expect(MIX.reduce((sum, [, , share]) => sum + share, 0)).toBeCloseTo(1, 9);
  });
});
