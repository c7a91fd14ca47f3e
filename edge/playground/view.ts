/** Renders a response document as page nodes. */
import type { DraftBlock, Edit, ResponseDocument } from "@palimpsest/client";

/** The first choice: committed text, then the drafts with the last step's edits marked. */
export function answerNodes(response: ResponseDocument): Node[] {
  const choice = response.choices[0];
  if (!choice) return [];
  return [span("committed", choice.text), ...choice.drafts.flatMap(draftNodes)];
}

export function statsLine({ choices, status, usage, error }: ResponseDocument, ms: number): string {
  const seconds = `${(ms / 1000).toFixed(1)} s`;
  if (status === "failed")
    return `${error?.code === "cancelled" ? "Stopped" : `Failed: ${error?.message}`} after ${seconds}`;
  if (!usage) return `${counted(choices[0]?.committed.length ?? 0, "block")} committed, ${seconds}`;
  const { completion_tokens: tokens, forwards, edits } = usage;
  const perForward = forwards === 0 ? "0" : (tokens / forwards).toFixed(2);
  const revised = edits.substitute + edits.delete + edits.insert;
  const cost = `${counted(tokens, "token")} in ${counted(forwards, "forward")}: ${perForward} tokens per forward`;
  return `${cost}, ${counted(revised, "token")} revised, ${seconds}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function draftNodes({ content, edits }: DraftBlock): Node[] {
  let left = [...edits].sort((a, b) => a.offset - b.offset);
  const take = (fits: (edit: Edit) => boolean): Edit[] => {
    const taken = left.filter(fits);
    left = left.filter((edit) => !fits(edit));
    return taken;
  };
  const nodes: Node[] = [];
  let offset = 0;
  for (const piece of content) {
    if (typeof piece === "number") {
      const here = take((edit) => edit.offset <= offset && (edit.op === "delete" || edit.op === "insert"));
      const inserted = Math.min(piece, here.filter(({ op }) => op === "insert").length);
      nodes.push(...here.flatMap(deletedNodes));
      if (inserted > 0) nodes.push(textNode("ins", "░".repeat(inserted)));
      nodes.push(span("masked", "░".repeat(piece - inserted)));
      continue;
    }
    const end = offset + piece.length;
    const here = take((edit) => edit.offset < end);
    nodes.push(...markedNodes(piece, offset, here));
    offset = end;
  }
  return [...nodes, ...left.flatMap(deletedNodes)];
}

/** Draft text with the last step's edits marked. @param start UTF-16 units of its block before the text */
function markedNodes(text: string, start: number, edits: readonly Edit[]): Node[] {
  const nodes: Node[] = [];
  let at = 0;
  for (const edit of edits) {
    const { op, offset, after = "" } = edit;
    const from = offset - start;
    const to = from + after.length;
    if (from < at || to > text.length || (op !== "delete" && to === from)) continue;
    const tag = op === "unmask" ? "ins" : "mark";
    nodes.push(span("draft", text.slice(at, from)));
    nodes.push(...(op === "delete" ? deletedNodes(edit) : [textNode(tag, text.slice(from, to))]));
    at = to;
  }
  return [...nodes, span("draft", text.slice(at))];
}

/** The deleted token's text; nothing if the cell was masked. */
function deletedNodes({ op, before }: Edit): Node[] {
  return op === "delete" && before ? [textNode("del", before)] : [];
}

function span(className: string, text: string): Node {
  const node = textNode("span", text);
  node.className = className;
  return node;
}

function textNode(tag: string, text: string): HTMLElement {
  const node = document.createElement(tag);
  node.textContent = text;
  return node;
}
