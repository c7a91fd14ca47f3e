import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { openChatTemplate } from "./chat-template.ts";

const shipped = await readFile(new URL("../../models/demo/chat_template.jinja", import.meta.url), "utf8");
const inPlace = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}";
const firstOnly =
  "{% for m in messages %}{% if m.role == 'system' and not loop.first %}" +
  "{{ raise_exception('system must come first') }}{% endif %}[{{ m.role }}]{{ m.content }}{% endfor %}";
const noSystem =
  "{% for m in messages %}{% if m.role != 'system' %}[{{ m.role }}]{{ m.content }}{% endif %}{% endfor %}";

const said = (role: string, content: string) => ({ role, content });
const render = (source: string, ...messages: { role: string; content: string }[]) =>
  openChatTemplate(source, "x.jinja", {}).render(messages, []);

describe("system messages", () => {
  const [brief, french, hi] = [said("system", "Be brief."), said("system", "In French."), said("user", "hi")];

  it.each([
    ["two in front", [brief, french, hi]],
    ["one in front, one behind the user's", [brief, hi, french]],
  ])("of which the shipped template shows the first: %s are joined", (_, messages) => {
    expect(render(shipped, ...messages)).toBe(
      "<role>SYSTEM</role>Be brief.\n\nIn French.<|role_end|><role>HUMAN</role>hi<|role_end|><role>ASSISTANT</role>",
    );
  });

  it("behind the user's are the leading one", () => {
    expect(render(shipped, hi, brief)).toBe(render(shipped, brief, hi));
    expect(render(firstOnly, hi, brief)).toBe(render(firstOnly, brief, hi));
  });

  it("stay where they stand if the template shows them there", () => {
    expect(render(inPlace, brief, hi, french)).toBe("[system]Be brief.[user]hi[system]In French.");
  });

  it("that the template shows nowhere are refused, the first by its index", () => {
    expect(() => render(noSystem, hi, brief, french)).toThrow(
      expect.objectContaining({ param: "messages[1]", message: expect.stringContaining('the role "system"') }),
    );
  });

  it("with equal texts are each shown", () => {
    expect(render(shipped, brief, brief, hi)).toContain("Be brief.\n\nBe brief.");
  });
});

it("a message of a role that the template drops is refused by its own index", () => {
  const dropsSecond =
    "{% for m in messages %}{% if m.role != 'tool' or loop.index0 < 2 %}{{ m.content }}{% endif %}{% endfor %}";
  const results = [said("user", "a"), said("tool", "b"), said("tool", "c")];
  expect(() => render(dropsSecond, ...results)).toThrow(expect.objectContaining({ param: "messages[2]" }));
});
