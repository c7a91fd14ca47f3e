/** Flags of the commands that talk to a server. */
import { type Client, createClient } from "@palimpsest/client";
import { type Command, Option } from "commander";

export interface ConnectionFlags {
  readonly url: string;
  readonly apiKey?: string;
}

export function addConnectionFlags(command: Command): Command {
  return command
    .option("--url <url>", "the server, without /v1", "http://127.0.0.1:8080")
    .addOption(new Option("--api-key <key>", "API key").env("PALIMPSEST_API_KEY"));
}

export function clientOf({ url, apiKey }: ConnectionFlags): Client {
  return createClient({ baseUrl: url, ...(apiKey !== undefined && { apiKey }) });
}
