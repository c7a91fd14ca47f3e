/** Tries a server against the rules of docs/edit-events.md. */
import type { EditEvent } from "@palimpsest/proto";
import { ANSWER_RULES } from "./answer-rules.ts";
import { EVENT_RULES, type EventRule, EventRules, type Fault } from "./event-rules.ts";
import { type Json, send, type Target } from "./exchange.ts";
import { STORED_RULES } from "./stored-rules.ts";

export const SERVER_RULES = [...ANSWER_RULES, ...STORED_RULES];

export interface ConformanceOptions extends Target {
  /** Absent: the first of /v1/models. */
  readonly model?: string;
  readonly prompt: string;
}

/** The result of one rule. */
export interface RuleReport {
  readonly rule: string;
  readonly text: string;
  /** Each fault once; empty if the rule was kept. */
  readonly faults: readonly string[];
  /** Absent if the rule was tried. */
  readonly notTried?: string;
}

/**
 * The reports of all rules, of servers first, each as soon as it is there.
 * @throws TypeError when the server is unreachable, Error when it serves no model
 */
export async function* conformance(options: ConformanceOptions): AsyncGenerator<RuleReport, void> {
  const model = options.model ?? (await firstModel(options));
  const ofEvents: Fault[] = [];
  let streams = 0;
  const received = (events: readonly EditEvent[]) => {
    streams++;
    const rules = new EventRules();
    ofEvents.push(...events.flatMap((event) => rules.push(event)), ...rules.end());
  };
  for (const { rule, text, try: attempt } of SERVER_RULES) {
    const faults: string[] = [];
    const trying = attempt({ ...options, model, received });
    let step = await trying.next();
    for (; !step.done; step = await trying.next()) faults.push(step.value);
    yield { rule, text, faults: unique(faults), ...(step.value !== undefined && { notTried: step.value }) };
  }
  for (const [rule, text] of Object.entries(EVENT_RULES) as [EventRule, string][]) {
    const faults = unique(ofEvents.flatMap((fault) => (fault.rule === rule ? [fault.message] : [])));
    yield { rule, text, faults, ...(streams === 0 && { notTried: "no stream of events was received" }) };
  }
}

async function firstModel(target: Target): Promise<string> {
  const response = await send(target, "/v1/models");
  const body = (await response.json()) as Json;
  const id = body.data?.[0]?.id;
  if (typeof id !== "string") throw new Error(`${target.baseUrl}/v1/models names no model: ${JSON.stringify(body)}`);
  return id;
}

function unique(messages: readonly string[]): string[] {
  return [...new Set(messages)];
}
