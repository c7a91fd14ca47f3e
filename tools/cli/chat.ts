/** `palimpsest chat`: a conversation with a server, whose answers are seen while they are written and edited. */
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type ChatMessage, type Client, type EditEvent, type EditsRequest, PalimpsestError } from "@palimpsest/client";
import { Command, Option } from "commander";
import { probability } from "./arguments.ts";
import { addConnectionFlags, type ConnectionFlags, clientOf } from "./connection-flags.ts";
import { interruptSignal } from "./interrupt.ts";
import { printEvents } from "./print-events.ts";
import { UsageError } from "./usage-error.ts";

const HELP = `  /mode speed|quality|default   thresholds of the next answers
  /threshold P                  minimum probability to unmask, 0 to 1; /threshold alone for the mode's
  /schema FILE                  JSON Schema that the next answers must fit; /schema alone for none
  /replay [SPEED]               the last answer again: 1 is as it was written, 0.1 ten times slower
  /clear                        begin a new conversation
  /quit                         leave, as Ctrl-D does; Ctrl-C stops an answer`;

interface ChatFlags extends ConnectionFlags {
  readonly model?: string;
  readonly system?: string;
  readonly mode?: "speed" | "quality";
  readonly threshold?: number;
}

export function chatCommand(): Command {
  const command = new Command("chat")
    .description("talk to a server and watch its answers being written")
    .option("--model <name>", "model (default: the server's first)")
    .option("--system <text>", "system message")
    .addOption(new Option("--mode <mode>", "preset of thresholds (default: the model's)").choices(["speed", "quality"]))
    .option("--threshold <p>", "minimum probability to unmask", probability);
  return addConnectionFlags(command).action(chat);
}

async function chat(flags: ChatFlags): Promise<void> {
  const client = clientOf(flags);
  const model = flags.model ?? (await modelsOf(client, flags.url))[0];
  if (model === undefined) throw new PalimpsestError("model_not_found", `${flags.url} serves no model`);
  const conversation = new Conversation(client, model, flags);
  if (!isInteractive) {
    const stop = interruptSignal();
    for await (const line of createInterface({ input: process.stdin })) await conversation.take(line, stop);
    return;
  }
  console.log(`${model} at ${flags.url}; /help lists the commands`);
  for await (const line of typedLines()) {
    using keys = watchKeys();
    await conversation.take(line, keys.stop).catch((error: Error) => {
      if (keys.stop.aborted) console.error("stopped");
      else if (error instanceof PalimpsestError || error instanceof UsageError)
        console.error(`error: ${error.message}`);
      else throw error;
    });
  }
}

async function modelsOf(client: Client, url: string): Promise<string[]> {
  try {
    return await client.models();
  } catch (error) {
    if (!(error instanceof PalimpsestError)) throw error;
    throw new PalimpsestError(error.code, `${url}: ${error.message}`, { cause: error });
  }
}

const isInteractive = process.stdin.isTTY === true && process.stdout.isTTY === true;

/** The typed lines, until Ctrl-D, Ctrl-C or /quit. Keys that are pressed between two lines are not shown. */
async function* typedLines(): AsyncGenerator<string, void, void> {
  let history: string[] = [];
  for (;;) {
    const closed = new AbortController();
    using lines = createInterface({ input: process.stdin, output: process.stdout, history });
    lines.on("history", (known: string[]) => {
      history = known;
    });
    lines.once("close", () => closed.abort());
    const line = await lines.question("› ", { signal: closed.signal }).catch(() => "/quit");
    lines.close();
    if (line.trim() === "/quit") return;
    yield line;
  }
}

/** Takes the keys that are pressed during an answer: Ctrl-C stops it, the others are dropped. */
function watchKeys() {
  const stop = new AbortController();
  const onData = (keys: Buffer) => {
    if (keys.includes(CTRL_C)) stop.abort();
  };
  process.stdin.setRawMode(true).on("data", onData).resume();
  return {
    stop: stop.signal,
    [Symbol.dispose]: () => void process.stdin.off("data", onData).pause().setRawMode(false),
  };
}

const CTRL_C = 3;

interface Recorded {
  readonly event: EditEvent;
  /** Since the request was sent. */
  readonly ms: number;
}

class Conversation {
  readonly #client: Client;
  readonly #system: readonly ChatMessage[];
  #request: Omit<EditsRequest, "messages">;
  #messages: ChatMessage[] = [];
  #recorded: readonly Recorded[] = [];

  constructor(client: Client, model: string, { system, mode, threshold }: ChatFlags) {
    this.#client = client;
    this.#system = system === undefined ? [] : [{ role: "system", content: system }];
    this.#request = { model, ...(mode && { mode }), ...(threshold !== undefined && { threshold }) };
  }

  /** A line of input: a message or a command. */
  async take(line: string, signal: AbortSignal): Promise<void> {
    const text = line.trim();
    if (text.startsWith("/")) await this.#command(text, signal);
    else if (text !== "") await this.#send(text, signal);
  }

  /** Prints the answer to a message. Both are part of the conversation once the answer is complete. */
  async #send(text: string, signal: AbortSignal): Promise<void> {
    const asked: ChatMessage = { role: "user", content: text };
    const messages = [...this.#system, ...this.#messages, asked];
    const recorded: Recorded[] = [];
    this.#recorded = recorded;
    const events = this.#client.edits({ ...this.#request, messages }, { signal });
    const content = await printEvents(recording(events, recorded));
    this.#messages.push(asked, { role: "assistant", content });
  }

  async #command(text: string, signal: AbortSignal): Promise<void> {
    const [name, ...rest] = text.split(/\s+/);
    const value = rest.join(" ");
    switch (name) {
      case "/help":
        console.log(HELP);
        return;
      case "/clear":
        this.#messages = [];
        return;
      case "/mode":
        return this.#setMode(value);
      case "/threshold":
        return this.#setThreshold(value);
      case "/schema":
        return this.#setSchema(value);
      case "/replay":
        return this.#replay(value, signal);
      default:
        throw new UsageError(`${name} is not a command; /help lists them`);
    }
  }

  #setMode(value: string): void {
    const { mode: _, ...request } = this.#request;
    if (value !== "speed" && value !== "quality" && value !== "default") {
      throw new UsageError(`/mode ${value}: the modes are speed, quality and default`);
    }
    this.#request = { ...request, ...(value !== "default" && { mode: value }) };
  }

  #setThreshold(value: string): void {
    const { threshold: _, ...request } = this.#request;
    const threshold = value === "" ? undefined : Number(value);
    if (threshold !== undefined && !(threshold >= 0 && threshold <= 1)) {
      throw new UsageError(`/threshold ${value}: it must be a probability from 0 to 1`);
    }
    this.#request = { ...request, ...(threshold !== undefined && { threshold }) };
  }

  async #setSchema(file: string): Promise<void> {
    const { response_format: _, ...request } = this.#request;
    this.#request = request;
    if (file === "") return;
    const schema = await readFile(file, "utf8")
      .then((text) => JSON.parse(text) as object)
      .catch((error: Error) => {
        throw new UsageError(`/schema ${file}: ${error.message}`);
      });
    const json_schema = { name: "answer", schema, strict: true };
    this.#request = { ...request, response_format: { type: "json_schema", json_schema } };
  }

  async #replay(value: string, signal: AbortSignal): Promise<void> {
    const speed = value === "" ? 1 : Number(value);
    if (!(speed > 0)) throw new UsageError(`/replay ${value}: the speed must be a number above 0`);
    if (this.#recorded.length === 0) throw new UsageError("/replay: there is no answer yet");
    await printEvents(replayed(this.#recorded, speed, signal));
  }
}

async function* recording(events: AsyncIterable<EditEvent>, into: Recorded[]): AsyncGenerator<EditEvent> {
  const start = performance.now();
  for await (const event of events) {
    into.push({ event, ms: performance.now() - start });
    yield event;
  }
}

async function* replayed(recorded: readonly Recorded[], speed: number, signal: AbortSignal): AsyncGenerator<EditEvent> {
  let at = recorded[0]?.ms ?? 0;
  for (const { event, ms } of recorded) {
    await sleep((ms - at) / speed, undefined, { signal });
    at = ms;
    yield event;
  }
}
