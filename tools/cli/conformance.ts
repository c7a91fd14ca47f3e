/** `palimpsest conformance`: tries any server against the rules of the edit-event protocol. */
import { Command } from "commander";
import { conformance, type RuleReport } from "../conformance/conformance.ts";
import { addConnectionFlags, type ConnectionFlags } from "./connection-flags.ts";
import { UsageError } from "./usage-error.ts";

interface Flags extends ConnectionFlags {
  readonly model?: string;
  readonly prompt: string;
  readonly json?: true;
}

/** Faults of one rule that are printed, and characters of each. */
const SHOWN_FAULTS = 3;
const SHOWN_CHARACTERS = 400;

export function conformanceCommand(): Command {
  const command = new Command("conformance")
    .description("try a server against the rules of docs/edit-events.md; exit with 1 if it breaks one")
    .option("--model <id>", "the model to ask (default: the first of /v1/models)")
    .option("--prompt <text>", "a prompt whose answer has several blocks", "Write a function that adds two numbers.")
    .option("--json", "print each rule's report as a line of JSON");
  return addConnectionFlags(command).action(async ({ url, apiKey, model, prompt, json }: Flags) => {
    const options = { ...(apiKey !== undefined && { apiKey }), ...(model !== undefined && { model }) };
    let broken = 0;
    try {
      for await (const report of conformance({ baseUrl: url.replace(/\/+$/, ""), prompt, ...options })) {
        if (report.faults.length > 0) broken++;
        console.log(json ? JSON.stringify(report) : lines(report));
      }
    } catch (error) {
      // fetch says no more than that it failed.
      if (error instanceof TypeError) throw new UsageError(`${url} is unreachable: ${(error.cause as Error)?.message}`);
      throw error;
    }
    if (!json) console.log(broken === 0 ? "\nThe server broke no rule." : `\nThe server broke ${broken} rules.`);
    if (broken > 0) process.exitCode = 1;
  });
}

function lines({ rule, text, faults, notTried }: RuleReport): string {
  const result = faults.length > 0 ? "broken" : notTried !== undefined ? "not tried" : "kept";
  const details = notTried !== undefined && faults.length === 0 ? [notTried] : faults.slice(0, SHOWN_FAULTS);
  const more = faults.length > SHOWN_FAULTS ? [`and ${faults.length - SHOWN_FAULTS} more`] : [];
  const head = `${result.padEnd(9)}  ${rule.padEnd(11)}  ${text}`;
  const indented = [...details, ...more].map((detail) => `${" ".repeat(24)}${detail.slice(0, SHOWN_CHARACTERS)}`);
  return [head, ...indented].join("\n");
}
