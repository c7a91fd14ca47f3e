/** What the main thread and the engine's thread say to each other. Everything here survives a structured clone. */
import type { EditEvent, GenerateRequest, ModelInfo } from "@palimpsest/proto";
import type { EngineStats } from "../engine/engine.ts";
import type { End } from "./stop-thread.ts";

export type ToEngine =
  | { readonly kind: "generate"; readonly id: number; readonly request: GenerateRequest }
  /** `pastDeadline` tells a deadline from a cancel: a structured clone of the abort reason loses its type. */
  | { readonly kind: "abort"; readonly id: number; readonly pastDeadline: boolean }
  | { readonly kind: "stats"; readonly id: number }
  | { readonly kind: "cached"; readonly id: number; readonly request: GenerateRequest }
  | End;

export type FromEngine =
  | { readonly kind: "ready"; readonly model: ModelInfo }
  | { readonly kind: "failed"; readonly name: string; readonly message: string }
  | { readonly kind: "event"; readonly id: number; readonly event: EditEvent }
  /** A response's iteration has ended: nothing of it is held any more. */
  | { readonly kind: "closed"; readonly id: number }
  | { readonly kind: "stats"; readonly id: number; readonly stats: EngineStats }
  | { readonly kind: "cached"; readonly id: number; readonly blocks: number };
