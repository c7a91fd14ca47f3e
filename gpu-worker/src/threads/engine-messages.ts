/** The messages between the main thread and the engine's thread. Everything here survives a structured clone. */
import type { EditEvent, GenerateRequest, ModelInfo } from "@palimpsest/proto";
import type { CheckedPrompt, EngineStats } from "../engine/engine.ts";
import type { SequenceReport } from "../engine/sequence-reports.ts";
import type { End } from "./stop-thread.ts";

export type ToEngine =
  | { readonly kind: "generate"; readonly id: number; readonly request: GenerateRequest }
  /** `pastDeadline` tells a deadline from a cancel: a structured clone of the abort reason loses its type. */
  | { readonly kind: "abort"; readonly id: number; readonly pastDeadline: boolean }
  | { readonly kind: "stats"; readonly id: number }
  | { readonly kind: "probe"; readonly id: number }
  | { readonly kind: "check-prompt"; readonly id: number; readonly request: GenerateRequest }
  | { readonly kind: "cached-blocks"; readonly id: number; readonly keys: readonly string[] }
  | End;

export type FromEngine =
  | { readonly kind: "ready"; readonly model: ModelInfo; readonly stats: EngineStats }
  | { readonly kind: "failed"; readonly name: string; readonly message: string }
  | { readonly kind: "event"; readonly id: number; readonly event: EditEvent }
  | { readonly kind: "report"; readonly report: SequenceReport }
  /** A response's last event was sent. */
  | { readonly kind: "closed"; readonly id: number }
  | { readonly kind: "reply"; readonly id: number; readonly reply: EngineReply };

/** The answers of the engine's thread to "stats", "check-prompt", "cached-blocks" and "probe". */
export type EngineReply = EngineStats | CheckedPrompt | number | string | undefined;
