/** The request that the form describes. */
import type { ChatMessage, EditsRequest } from "@palimpsest/client";
import { VARIANTS } from "./run.ts";

/** @throws Error that names the field with a wrong value */
export function formRequest(form: HTMLFormElement, model: string, messages: readonly ChatMessage[]): EditsRequest {
  const data = new FormData(form);
  const text = (name: string) => String(data.get(name) ?? "").trim();
  const schema = text("schema") && (parsed(text("schema"), "JSON Schema") as object);
  const tools = text("tools") && (parsed(text("tools"), "Tools") as object[]);
  return {
    model,
    messages,
    ...(text("tokens") && { max_tokens: Number(text("tokens")) }),
    ...(schema && { response_format: { type: "json_schema", json_schema: { name: "answer", schema } } }),
    ...(tools && { tools }),
  };
}

/** The ways to decode that are ticked; speed if none is. */
export function variantsOf(form: HTMLFormElement): { label: string; parameters: Partial<EditsRequest> }[] {
  const data = new FormData(form);
  const [threshold, editing] = [Number(data.get("threshold")), Number(data.get("editing"))];
  const custom = {
    label: `unmask ${threshold.toFixed(2)}, edit ${editing.toFixed(2)}`,
    parameters: { threshold, editing_threshold: editing },
  };
  const found = data.getAll("variant").flatMap((name) => (name === "custom" ? custom : (VARIANTS[String(name)] ?? [])));
  return found.length > 0 ? found : [VARIANTS.speed as (typeof found)[number]];
}

function parsed(text: string, field: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${field}: ${(error as Error).message}`);
  }
}
