/** The messages between a leader and a rank's thread. The memory of rows is moved, not copied. */

import type { RankAnswer, RoutedRows } from "../parallel/exchange.ts";
import type { End } from "./stop-thread.ts";

export type ToRank = { readonly kind: "run"; readonly id: number; readonly routed: RoutedRows } | End;

export type FromRank =
  | { readonly kind: "ready" }
  /** The rank is unreachable so far; sent again whenever the reason changes. */
  | { readonly kind: "waiting"; readonly reason: string }
  | { readonly kind: "failed"; readonly name: string; readonly message: string }
  | { readonly kind: "answer"; readonly id: number; readonly answer: RankAnswer }
  | { readonly kind: "error"; readonly id: number; readonly message: string }
  /** The rank is unreachable, and no more messages come. */
  | { readonly kind: "lost"; readonly reason: string };
