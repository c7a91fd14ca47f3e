/** A response document as page nodes. It knows no network and keeps nothing. */
import type { DraftBlock, Edit, ResponseDocument } from "../client/index.ts";

/** The first choice: what is committed, then the drafts with the last step's changes marked. */
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
  const nodes: Node[] = [];
  let offset = 0;
  for (const piece of content) {
    if (typeof piece === "number") {
      nodes.push(span("masked", "░".repeat(piece)));
      continue;
    }
    nodes.push(...markedNodes(piece, offset, edits));
    offset += piece.length;
  }
  return nodes;
}

/** A text of a draft that begins `start` UTF-16 units into its block, cut where the last step changed it. */
function markedNodes(text: string, start: number, edits: readonly Edit[]): Node[] {
  const changes = edits
    .map(({ op, offset, after = "" }) => ({ op, from: offset - start, to: offset - start + after.length }))
    .filter(({ from, to }) => from >= 0 && to <= text.length && to > from)
    .sort((a, b) => a.from - b.from);
  const nodes: Node[] = [];
  let at = 0;
  for (const { op, from, to } of changes) {
    if (from < at) continue;
    nodes.push(span("draft", text.slice(at, from)));
    nodes.push(named(op === "unmask" ? "ins" : "mark", text.slice(from, to)));
    at = to;
  }
  return [...nodes, span("draft", text.slice(at))];
}

function span(className: string, text: string): Node {
  const node = named("span", text);
  node.className = className;
  return node;
}

function named(tag: string, text: string): HTMLElement {
  const node = document.createElement(tag);
  node.textContent = text;
  return node;
}
