/** What a leader and a rank's thread say to each other. Rows change hands: their memory is moved, not copied. */

import type { RankAnswer, RoutedRows } from "../parallel/exchange.ts";
import type { GrpcRankOptions } from "../transport/grpc-rank.ts";
import type { End } from "./stop-thread.ts";

/** A rank that runs in the thread itself. */
export interface LocalRank {
  readonly kind: "local";
  readonly rank: number;
  /** Folder of the model package. */
  readonly package: string;
  /** Threads of one operator. */
  readonly threads: number;
}

/** A rank in another process: the thread keeps its sockets going while the leader computes. */
export interface RemoteRank extends GrpcRankOptions {
  readonly kind: "remote";
  readonly rank: number;
}

export type RankSettings = LocalRank | RemoteRank;

export type ToRank = { readonly kind: "run"; readonly id: number; readonly routed: RoutedRows } | End;

export type FromRank =
  | { readonly kind: "ready" }
  /** The rank cannot be reached yet: again whenever the reason changes. */
  | { readonly kind: "waiting"; readonly reason: string }
  | { readonly kind: "failed"; readonly name: string; readonly message: string }
  | { readonly kind: "answer"; readonly id: number; readonly answer: RankAnswer }
  | { readonly kind: "error"; readonly id: number; readonly message: string }
  /** Nothing more comes. */
  | { readonly kind: "lost"; readonly reason: string };
