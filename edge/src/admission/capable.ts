/** Requests that need more of a worker than every worker has: they go only to those that can. */
import { type Capability, type GenerateRequest, missingCapability, unreachable } from "@palimpsest/proto";
import { EdgeError } from "../errors.ts";

/** The capability that a request lacks at each of these workers; undefined if one can serve it, or there is none. */
export function missingOf(request: GenerateRequest, workers: readonly (readonly string[])[]): Capability | undefined {
  const missing = workers.map((capabilities) => missingCapability(request, capabilities));
  return missing.includes(undefined) ? undefined : missing[0];
}

export function incapable(request: GenerateRequest, capability: Capability): EdgeError {
  const { param, remedy } = askedBy(request, capability);
  const message =
    `${param}: no worker that serves "${request.model}" has the capability "${capability}"; ${remedy}, or leave ` +
    `${param} out.`;
  return new EdgeError("unavailable", message, { param });
}

/** The parameter that needs the capability, and what gives it to a worker. */
function askedBy({ grammar, decoding }: GenerateRequest, capability: Capability) {
  switch (capability) {
    case "grammar":
      return {
        param: grammar?.param ?? "grammar",
        remedy: "update the workers and run palimpsest upgrade on their package",
      };
    case "penalties": {
      const param = decoding.presencePenalty ? "presence_penalty" : "frequency_penalty";
      return { param, remedy: "update the workers" };
    }
    case "continuation":
      return { param: "messages", remedy: "update the workers" };
    default:
      return unreachable(capability);
  }
}
