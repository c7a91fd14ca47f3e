/** The answer that the cells' first tokens form: its text if nothing had been edited. */
import type { DraftEvent, EditEvent } from "@palimpsest/proto";

/**
 * Rebuilds the text from the edits of every draft of one choice. Undefined if the events do not determine it: a draft
 * was dropped, a token is part of a character, a cell was first filled behind an end token that later moved, or cells
 * were deleted or inserted and so have no first tokens of their own.
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

/** The number of drafts that show a change; undefined if a draft was dropped. */
export function changingDrafts(events: readonly EditEvent[]): number | undefined {
  return allDrafts(events)
    ?.flat()
    .filter(({ edits }) => edits.length > 0).length;
}

/** The drafts of each block, in order; undefined if there are none or a draft was dropped. */
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
    // If the first visible change of a cell substitutes nothing, the cell held an end token from its first unmask.
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
