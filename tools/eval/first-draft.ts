/** The answer as the cells' first tokens make it: what would stand there if nothing had ever been edited. */
import type { DraftEvent, EditEvent } from "@palimpsest/proto";

/**
 * Rebuilds the text from the edits of every draft of one choice. Undefined when the events do not tell: a draft was dropped on
 * the way, a token is a part of a character, a cell was first filled behind an end token that later moved, or cells were
 * deleted or inserted, so that they have no first tokens of their own.
 */
export function firstDraft(events: readonly EditEvent[]): string | undefined {
  const blocks = allDrafts(events);
  if (blocks === undefined) return undefined;
  let text = "";
  for (const drafts of blocks) {
    const block = firstTexts(drafts);
    if (block === undefined) return undefined;
    text += block.text;
    if (block.ended) return text;
  }
  return text;
}

/** Drafts that show a change; undefined when one was dropped on the way. */
export function changingDrafts(events: readonly EditEvent[]): number | undefined {
  return allDrafts(events)
    ?.flat()
    .filter(({ edits }) => edits.length > 0).length;
}

/** The drafts of each block, in order; undefined when there are none, or one was dropped on the way. */
function allDrafts(events: readonly EditEvent[]): DraftEvent[][] | undefined {
  const drafts = events.filter(isDraft);
  const whole = drafts.length > 0 && drafts.every(({ rev }, i) => rev === i);
  return whole ? [...Map.groupBy(drafts, ({ block }) => block).values()] : undefined;
}

function isDraft(event: EditEvent): event is DraftEvent {
  return event.type === "draft" && event.choice === 0;
}

function firstTexts(drafts: readonly DraftEvent[]): { text: string; ended: boolean } | undefined {
  const first = new Map<number, string | undefined>();
  for (const { op, at, before = "", after = "" } of drafts.flatMap(({ edits }) => edits)) {
    if (op === "delete" || op === "insert") return undefined;
    // A cell whose first visible change is a substitution of nothing held an end token from its first unmask on.
    if (!first.has(at)) first.set(at, op === "unmask" ? after : before === "" ? undefined : before);
  }
  const cells = Math.max(-1, ...first.keys()) + 1;
  let text = "";
  for (let at = 0; at < cells; at++) {
    if (!first.has(at)) return undefined;
    const own = first.get(at);
    if (own === undefined) return { text, ended: true };
    text += own;
  }
  return text.includes("\ufffd") ? undefined : { text, ended: false };
}
