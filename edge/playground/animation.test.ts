import { expect, it } from "vitest";
import { plainScript, tell } from "../../test/support/fakes/synthetic-response.ts";
import { animatedSvg } from "./animation.ts";
import type { Lane } from "./run.ts";

const laneOf = (...blocks: string[]): Lane => ({
  label: 'the "speed" mode',
  events: tell(plainScript(blocks)).map((event, i) => ({ ms: i * 100, event })),
});

/** The text that each frame shows. */
function framesOf(svg: string): string[] {
  return Array.from(svg.matchAll(/<g class="frame" id="f\d+">(.*?)<\/g>/gs), ([, group]) =>
    Array.from(group!.matchAll(/<text [^>]*>([^<]*)<\/text>/g), ([, text]) => text).join(""),
  );
}

it("has a frame for each state of the answer, the last one whole", () => {
  const svg = animatedSvg(laneOf("a < b", " & c\n", "你好"), { rate: 0.5 });
  const frames = framesOf(svg);
  // Two drafts and a commit of each block, and the end.
  expect(frames).toHaveLength(10);
  expect(frames[0]).toMatch(/^░+$/);
  expect(frames.at(-1)).toBe("a &#60; b &#38; c你好");
  expect(svg.match(/@keyframes/g)).toHaveLength(10);
  // At half the pace the last event, after 1.1 s, comes after 2.2 s; then the answer rests for 3 s.
  expect(svg).toContain("animation:5.20s step-end infinite");
  expect(svg).toContain('aria-label="An answer being written: the &#34;speed&#34; mode"');
});

it("breaks lines where the text does, and where it is full", () => {
  const rows = (text: string) => {
    const frame = /<g class="frame" id="f0">.*<\/g>\s*<\/svg>/s.exec(animatedSvg(laneOf(text), { rate: 1 }))![0];
    const last = frame.slice(frame.lastIndexOf("<g "));
    return Array.from(last.matchAll(/<text [^>]*? y="(\d+)"/g), ([, y]) => Number(y));
  };
  expect(rows("a\nb")).toEqual([33, 55]);
  expect(rows(`x${"y".repeat(80)}`)).toEqual([33, 55, 77]);
});

it("needs an answer", () => {
  expect(() => animatedSvg({ label: "speed", events: [] }, { rate: 1 })).toThrow("There is no answer to show.");
});
