/** A client's connection on Node, to which the app writes a stream without web streams. */
import type { ServerResponse } from "node:http";
import type { ClientConnection, TextSink } from "../ports.ts";
import { FULL_LENGTH } from "../stream/client.ts";

export class NodeConnection implements ClientConnection {
  readonly #outgoing: ServerResponse;
  #body: NodeBody | undefined;

  constructor(outgoing: ServerResponse) {
    this.#outgoing = outgoing;
  }

  onDisconnect(disconnected: () => void): void {
    this.#outgoing.once("close", () => {
      if (!this.#outgoing.writableFinished) disconnected();
    });
  }

  body(): TextSink {
    this.#body = new NodeBody(this.#outgoing);
    return this.#body;
  }

  /** Sends the head of a response whose body the app writes here. @returns false for any other response */
  begin(response: Response): boolean {
    if (!this.#body) return false;
    // Headers of one name are a list; of the rest, the last one counts.
    this.#outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    this.#body.begin();
    return true;
  }
}

/** Texts of one turn of the event loop leave in one write. */
class NodeBody implements TextSink {
  readonly #outgoing: ServerResponse;
  #pending = "";
  #hasBegun = false;
  #isEnded = false;
  #isScheduled = false;
  #room: PromiseWithResolvers<void> | undefined;
  readonly #flush = () => this.#send();

  constructor(outgoing: ServerResponse) {
    this.#outgoing = outgoing;
    outgoing.on("drain", () => this.#resume()).once("close", () => this.#resume());
  }

  get isFull(): boolean {
    return this.#room !== undefined;
  }

  begin(): void {
    this.#hasBegun = true;
    this.#schedule();
  }

  write(text: string): Promise<void> | undefined {
    if (this.#outgoing.destroyed) return undefined;
    this.#pending += text;
    if (this.#pending.length > FULL_LENGTH) this.#send();
    else this.#schedule();
    return this.#room?.promise;
  }

  end(): void {
    this.#isEnded = true;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || !this.#hasBegun) return;
    this.#isScheduled = true;
    setImmediate(this.#flush);
  }

  #send(): void {
    this.#isScheduled = false;
    if (!this.#hasBegun || this.#outgoing.destroyed) return;
    const text = this.#pending;
    this.#pending = "";
    if (this.#isEnded) this.#outgoing.end(text);
    else if (text === "") this.#outgoing.flushHeaders();
    else if (!this.#outgoing.write(text)) this.#room ??= Promise.withResolvers();
  }

  #resume(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
