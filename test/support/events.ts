/** The document that edit events describe, as a client would build it. */
import { type EditEvent, emptyDocument, reduce } from "@palimpsest/proto";

export const fold = (events: readonly EditEvent[], from = emptyDocument) => events.reduce(reduce, from);
