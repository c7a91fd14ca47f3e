import { expect, it } from "vitest";
import { specialText } from "./special-text.ts";

const token = (id: number, content: string) => ({ id, content, lstrip: false, rstrip: false });
const special = specialText([token(1, "<a>"), token(2, "<a><b>"), { ...token(3, "|"), lstrip: true, rstrip: true }]);

it("cuts at the longest token, which may swallow the white space around it", () => {
  expect(special.cut("x<a><b><a> y \n| z")).toEqual([
    { text: "x" },
    { token: 2 },
    { token: 1 },
    { text: " y" },
    { token: 3 },
    { text: "z" },
  ]);
});

it("brings hidden text back as text, from any depth of JSON", () => {
  const hidden = special.hide({ "<a>": ["<a><b>", 1, null, "\uE0FF1\uE0FF|"] });
  expect(special.cut(JSON.stringify(hidden))).toEqual([{ text: '{"<a>":["<a><b>",1,null,"\uE0FF1\uE0FF|"]}' }]);
});

it("keeps strings apart that side by side would spell a token", () => {
  const [first, second, third] = special.hide(["x<a", "><", "b>\uE0FF-\uE0FF"]) as [string, string, string];
  expect(special.cut(first + second + third)).toEqual([{ text: "x<a><b>\uE0FF-\uE0FF" }]);
  expect(special.cut(`${first}<a>`)).toEqual([{ text: "x<a" }, { token: 1 }]);
});

it("cuts nothing where there are no special tokens", () => {
  expect(specialText([]).cut("<a>")).toEqual([{ text: "<a>" }]);
});
