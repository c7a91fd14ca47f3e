import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { PrefillBudget, type PrefillTurn } from "./prefill-budget.ts";

const never = new AbortController().signal;

/** A budget that records the running prefills; `end` ends one. */
function open() {
  const budget = new PrefillBudget();
  const running = new Map<string, Disposable>();
  const take = async (name: string, turn: PrefillTurn, signal = never): Promise<void> => {
    running.set(name, await budget.take(turn, signal));
  };
  const end = async (name: string): Promise<string> => {
    running.get(name)?.[Symbol.dispose]();
    running.delete(name);
    return now();
  };
  const now = async (): Promise<string> => {
    await setImmediate();
    return [...running.keys()].join(" ");
  };
  return { take, end, now };
}

it("eight blocks run at once, and a long prefill is not passed by short ones that come after it", async () => {
  const { take, end, now } = open();
  for (const [name, blocks] of [
    ["a", 3],
    ["b", 5],
    ["c", 8],
    ["d", 1],
  ] as const)
    void take(name, { blocks });
  expect(await now()).toBe("a b");
  expect(await end("a")).toBe("b");
  expect(await end("b")).toBe("c");
  expect(await end("c")).toBe("d");
});

it("prompts with the same next block run one at a time, and other prompts overtake those that wait", async () => {
  const { take, end, now } = open();
  for (const [name, key] of [
    ["a", "x"],
    ["b", "x"],
    ["c", "y"],
    ["d", undefined],
    ["e", undefined],
  ] as const) {
    void take(name, { blocks: 2, key });
  }
  expect(await now()).toBe("a c d e");
  expect(await end("c")).toBe("a d e");
  expect(await end("a")).toBe("d e b");
});

it("a prefill that stops waiting lets later ones run", async () => {
  const { take, end, now } = open();
  const controller = new AbortController();
  void take("a", { blocks: 4 });
  const stopped = take("b", { blocks: 8 }, controller.signal);
  void take("c", { blocks: 4 });
  expect(await now()).toBe("a");
  controller.abort(new Error("enough"));
  await expect(stopped).rejects.toThrow("enough");
  expect(await now()).toBe("a c");
  controller.abort();
  expect(await end("a")).toBe("c");
  await expect(take("d", { blocks: 1 }, controller.signal)).rejects.toThrow("enough");
});
