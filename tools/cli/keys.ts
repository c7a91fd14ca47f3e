/** `palimpsest keys`: creates, lists, rotates and revokes API keys, in a file or in a fleet's NATS. */
import { createSecret, digestOf, type KeyDescription, keyDescription } from "@palimpsest/edge/keys";
import { Command, InvalidArgumentError, Option } from "commander";
import { wholeNumber } from "./arguments.ts";
import { type KeyStore, openKeyBucket, openKeyFile } from "./key-store.ts";
import { UsageError } from "./usage-error.ts";

interface PlaceFlags {
  readonly file?: string;
  readonly nats?: string;
}

interface CreateFlags extends PlaceFlags {
  readonly name?: string;
  readonly tenant?: string;
  readonly models?: string[];
  readonly expires?: string;
  readonly priority?: KeyDescription["priority"];
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  readonly tokensPerMonth?: number;
  readonly concurrent?: number;
}

export function keysCommand(): Command {
  const command = new Command("keys")
    .description("API keys of a server: in a file, or in the NATS of a fleet")
    .showHelpAfterError("(see --help)")
    .exitOverride();
  const add = (name: string, description: string) => {
    return command
      .command(name)
      .description(description)
      .addOption(new Option("--file <path>", "the edge's API_KEYS_FILE").env("API_KEYS_FILE"))
      .addOption(new Option("--nats <url>", "the fleet's NATS; NATS_USER and others as for an edge").env("NATS_URL"));
  };
  add("create", "create a key and print its secret, which is stored nowhere")
    .argument("<id>", "names the key: letters, digits, - and _")
    .option("--name <text>", "for people")
    .option("--tenant <name>", "keys of one tenant share cache and responses (default: the id)")
    .option("--models <names>", "models that it may use, separated by commas (default: all)", (text) => text.split(","))
    .option("--expires <when>", "a time such as 2027-01-31T00:00:00Z, or a duration such as 90d", expiry)
    .addOption(
      new Option("--priority <class>", "its class, and the highest that it may ask for").choices([
        "interactive",
        "default",
        "batch",
      ]),
    )
    .option("--requests-per-minute <n>", "requests for an answer", wholeNumber(1))
    .option("--tokens-per-minute <n>", "committed tokens", wholeNumber(1))
    .option("--tokens-per-month <n>", "committed tokens of a calendar month", wholeNumber(1))
    .option("--concurrent <n>", "responses that run at once", wholeNumber(1))
    .action((id: string, flags: CreateFlags) => inStore(flags, (store) => create(store, id, flags)));
  add("list", "list the keys, without secrets")
    .option("--json", "print their descriptions as a file of keys has them")
    .action((flags: PlaceFlags & { json?: true }) => inStore(flags, (store) => list(store, flags.json === true)));
  add("rotate", "give a key another secret and print it; limits and what was used stay")
    .argument("<id>", "the key")
    .option("--overlap <duration>", "how long the former secrets stay valid, such as 24h", duration, 0)
    .action((id: string, flags: PlaceFlags & { overlap: number }) =>
      inStore(flags, (store) => rotate(store, id, flags.overlap)),
    );
  add("revoke", "delete a key: edges reject it within seconds")
    .argument("<id>", "the key")
    .action((id: string, flags: PlaceFlags) => inStore(flags, (store) => revoke(store, id)));
  return command;
}

async function inStore({ file, nats }: PlaceFlags, act: (store: KeyStore) => Promise<void>): Promise<void> {
  if ((file === undefined) === (nats === undefined)) {
    throw new UsageError("name one place of the keys: --file (API_KEYS_FILE) or --nats (NATS_URL)");
  }
  await using store = file === undefined ? await openKeyBucket(nats!) : openKeyFile(file);
  await act(store);
}

async function create(store: KeyStore, id: string, flags: CreateFlags): Promise<void> {
  const secret = createSecret();
  const { name, tenant, models, expires, priority, requestsPerMinute, tokensPerMinute, tokensPerMonth } = flags;
  const { data, error } = keyDescription.safeParse({
    id,
    name,
    tenant,
    secrets: [{ sha256: await digestOf(secret) }],
    expires,
    models,
    priority,
    requests_per_minute: requestsPerMinute,
    tokens_per_minute: tokensPerMinute,
    tokens_per_month: tokensPerMonth,
    concurrent: flags.concurrent,
  });
  if (error) throw new UsageError(error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
  await store.change(id, (before) => {
    if (before) throw new UsageError(`the key "${id}" exists; rotate or revoke it, or choose another id`);
    return data;
  });
  print(secret);
}

async function list(store: KeyStore, json: boolean): Promise<void> {
  const keys = (await store.list()).sort((a, b) => (a.id < b.id ? -1 : 1));
  if (json) console.log(JSON.stringify({ keys }, null, 2));
  else for (const key of keys) console.log(lineOf(key));
}

async function rotate(store: KeyStore, id: string, overlapMs: number): Promise<void> {
  const secret = createSecret();
  const sha256 = await digestOf(secret);
  const now = Date.now();
  await store.change(id, (before) => {
    if (!before) throw unknown(id);
    const former = before.secrets.flatMap((one) => {
      const end = Math.min(
        now + overlapMs,
        one.expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(one.expires),
      );
      return end > now ? { sha256: one.sha256, expires: new Date(end).toISOString() } : [];
    });
    return { ...before, secrets: [{ sha256 }, ...former] };
  });
  print(secret);
}

async function revoke(store: KeyStore, id: string): Promise<void> {
  await store.change(id, (before) => {
    if (!before) throw unknown(id);
    return undefined;
  });
  console.error(`revoked the key ${id}`);
}

/** Only the secret goes to standard output, so that it can be piped into a vault. */
function print(secret: string): void {
  console.error("the key's secret, printed this once:");
  console.log(secret);
}

function lineOf(key: KeyDescription): string {
  const { id, name, tenant, secrets, expires, models, priority } = key;
  const limits = [
    key.requests_per_minute !== undefined && `${key.requests_per_minute} requests per minute`,
    key.tokens_per_minute !== undefined && `${key.tokens_per_minute} tokens per minute`,
    key.tokens_per_month !== undefined && `${key.tokens_per_month} tokens per month`,
    key.concurrent !== undefined && `${key.concurrent} at once`,
  ];
  const parts = [
    name,
    tenant !== undefined && `tenant ${tenant}`,
    expires !== undefined && `${Date.parse(expires) < Date.now() ? "expired" : "expires"} ${expires}`,
    models && `models ${models.join(", ")}`,
    priority && `priority ${priority}`,
    ...limits,
    secrets.length > 1 && `${secrets.length} secrets`,
  ];
  return [id, ...parts.filter((part) => part)].join("  ");
}

function unknown(id: string): UsageError {
  return new UsageError(`there is no key "${id}"; palimpsest keys list names them`);
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function duration(text: string): number {
  const [, count, unit] = /^(\d+)([mhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined)
    throw new InvalidArgumentError("It must be a duration such as 90m, 24h or 7d.");
  return Number(count) * UNIT_MS[unit]!;
}

function expiry(text: string): string {
  if (/^\d+[mhd]$/.test(text)) return new Date(Date.now() + duration(text)).toISOString();
  if (Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError("It must be a time such as 2027-01-31T00:00:00Z, or 90d.");
  return new Date(text).toISOString();
}
