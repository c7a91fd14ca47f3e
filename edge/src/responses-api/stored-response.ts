/** A response as it is kept: all that is needed to show it, to stream it again and to continue it. */
import { type EditEvent, publicEvent } from "@palimpsest/proto";
import type { ToolUse } from "../openai/tool-calls.ts";
import type { Item, PlacedItem } from "./conversation.ts";
import { inputIdOf } from "./item-ids.ts";
import { createResponseWriter, type ResponseEvent, type ResponseWriter } from "./response-events.ts";
import type { ResponseObject } from "./response-object.ts";

export type StoredItem = Item & { id: string };

export interface StoredResponse {
  /** The response before its first item. */
  readonly empty: ResponseObject;
  /** All items that the model read. */
  readonly items: readonly StoredItem[];
  /** Number of them that come from the previous response. */
  readonly earlierItems: number;
  /** The functions that the answer may call. */
  readonly tools?: { readonly names: readonly string[]; readonly parallel: boolean; readonly stops: boolean };
  /** Absent while the response runs. */
  readonly ended?: Ended;
}

export interface Ended {
  /** The edit events but drafts. The last one is `end` or `error`. */
  readonly log: readonly EditEvent[];
  /** Unix seconds. */
  readonly atSeconds: number;
}

export interface NewResponse {
  readonly empty: ResponseObject;
  readonly earlier: readonly PlacedItem[];
  readonly own: readonly PlacedItem[];
  readonly tools: ToolUse | undefined;
}

/** A response that runs. */
export function newStored({ empty, earlier, own, tools }: NewResponse): StoredResponse {
  const items = [...earlier, ...own].map(({ item }, index) => {
    const id = item.id ?? inputIdOf(item.type ?? "message", empty.id, index);
    return { ...item, id };
  });
  const use = tools && { names: [...tools.names], parallel: tools.parallel, stops: tools.stops };
  return { empty, items, earlierItems: earlier.length, ...(use && { tools: use }) };
}

/** Writes the response's events from its edit events. @param endsAt Unix seconds, asked when a response that runs ends */
export function writerOf(stored: StoredResponse, endsAt: () => number = () => 0): ResponseWriter {
  const { empty, tools, ended } = stored;
  const use = tools && { ...tools, names: new Set(tools.names) };
  return createResponseWriter(empty, { tools: use, completedAt: () => ended?.atSeconds ?? endsAt() });
}

/** The response as it stands: complete if it has ended. @param log its events so far, if it has not */
export function responseOf(stored: StoredResponse, log: readonly EditEvent[] = []): ResponseObject {
  const writer = writerOf(stored);
  for (const event of stored.ended?.log ?? log) writer.push(event);
  return writer.response;
}

/** All events of a response that has ended. */
export function eventsOf(stored: StoredResponse): ResponseEvent[] {
  const writer = writerOf(stored);
  return (stored.ended?.log ?? []).flatMap((event) => writer.push(event));
}

/** The event without fields of the internal wire; none for a draft. */
export function keptOf(event: EditEvent): EditEvent[] {
  return event.type === "draft" ? [] : [publicEvent(event)];
}

export function isLast({ type }: EditEvent): boolean {
  return type === "end" || type === "error";
}
