/** `palimpsest watch`: follows a response of a fleet that someone else began, from its beginning. */
import { Command } from "commander";
import { addConnectionFlags, type ConnectionFlags, clientOf } from "./connection-flags.ts";
import { interruptSignal } from "./interrupt.ts";
import { printEvents } from "./print-events.ts";

export function watchCommand(): Command {
  const command = new Command("watch")
    .description("follow a response of a fleet while it is written")
    .argument("<id>", "the response's id, from its x-response-id header");
  return addConnectionFlags(command).action(async (id: string, flags: ConnectionFlags) => {
    await printEvents(clientOf(flags).watch(id, { signal: interruptSignal() }));
  });
}
