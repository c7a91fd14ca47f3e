/** What a leader and a rank's thread say to each other. Rows change hands: their memory is moved, not copied. */
import type { RankAnswer, RoutedRows } from "./parallel/exchange.ts";

export interface RankSettings {
  /** Folder of the model package. */
  readonly package: string;
  readonly rank: number;
  /** Threads of one operator. */
  readonly threads: number;
}

export interface ToRank {
  readonly id: number;
  readonly routed: RoutedRows;
}

export type FromRank =
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly name: string; readonly message: string }
  | { readonly kind: "answer"; readonly id: number; readonly answer: RankAnswer }
  | { readonly kind: "error"; readonly id: number; readonly message: string };
