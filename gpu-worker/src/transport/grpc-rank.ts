/**
 * A rank in another process, as the leader sees it: one stream for dispatches and their answers. Deadlines and reopening are
 * in parallel/reconnecting-link.ts.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { create } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { serviceDefinition } from "@palimpsest/proto";
import {
  type Combine,
  type ExchangeHello,
  type ExchangeRequest,
  ExchangeRequestSchema,
  type ExchangeResponse,
  ExpertService,
} from "@palimpsest/proto/expert";
import type { Tls } from "@palimpsest/proto/tls-files";
import { within } from "../clock.ts";
import { PackageError } from "../errors.ts";
import type { RankAnswer, RankLink, RoutedRows } from "../parallel/exchange.ts";
import { PendingReplies } from "../parallel/pending-replies.ts";
import {
  agree,
  Disagreement,
  decodeCombine,
  EXCHANGE_WINDOW_BYTES,
  type ExchangeTerms,
  encodeDispatch,
  encodeHello,
  MAX_EXCHANGE_BYTES,
  type RowTypes,
  requireLittleEndian,
} from "./rank-codec.ts";
import { clientCredentials } from "./tls.ts";

/** A frozen process accepts connections and does not answer. */
const HELLO_LIMIT_MS = 5_000;

/** Between two attempts to reach a rank. */
const RETRY_MS = 500;

const channelOptions: grpc.ChannelOptions = {
  "grpc.max_receive_message_length": MAX_EXCHANGE_BYTES,
  "grpc-node.flow_control_window": EXCHANGE_WINDOW_BYTES,
  // Ranks are addressed directly, also where the environment names a proxy.
  "grpc.enable_http_proxy": 0,
  "grpc.initial_reconnect_backoff_ms": RETRY_MS,
  "grpc.max_reconnect_backoff_ms": RETRY_MS,
  // A rank that is restarted elsewhere has another address under its name.
  "grpc.dns_min_time_between_resolutions_ms": 1_000,
  // Detects an unreachable rank within 15 s when there are no dispatches; otherwise the link's deadline does.
  "grpc.keepalive_time_ms": 10_000,
  "grpc.keepalive_timeout_ms": 5_000,
};

export interface GrpcRankOptions {
  /** `host:port`, or `unix:` and a path. */
  readonly address: string;
  readonly terms: ExchangeTerms;
  readonly types: RowTypes;
  readonly tls?: Tls | undefined;
}

/**
 * Connects to a rank and checks that it holds the same package, retrying until it is reachable.
 * @param onWaiting called with the reason after each failed attempt; an error that it throws ends the wait
 * @throws PackageError when it is another rank, or holds another package or plan
 */
export async function openGrpcRank(
  { address, terms, types, tls }: GrpcRankOptions,
  onWaiting: (reason: string) => void,
): Promise<RankLink> {
  requireLittleEndian();
  // One client for all attempts: it resolves the name again when it cannot connect. A client closed while it resolves would
  // still open a connection, which would leak.
  const client = new grpc.Client(address, clientCredentials(tls), channelOptions);
  try {
    for (;;) {
      const link = new GrpcRank(client, terms.rank, types);
      try {
        agree(terms, await link.greet(encodeHello(terms, types.sent)));
        return link;
      } catch (error) {
        link.end(error as Error);
        if (error instanceof Disagreement) throw new PackageError(`rank ${terms.rank} at ${address} ${error.message}`);
        onWaiting((error as Error).message);
      }
      await sleep(RETRY_MS);
    }
  } catch (error) {
    client.close();
    throw error;
  }
}

class GrpcRank implements RankLink {
  readonly rank: number;
  readonly lost: Promise<Error>;
  readonly #client: grpc.Client;
  readonly #call: grpc.ClientDuplexStream<ExchangeRequest, ExchangeResponse>;
  readonly #types: RowTypes;
  readonly #greeted = Promise.withResolvers<ExchangeHello>();
  readonly #replies = new PendingReplies<Combine>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: grpc.Client, rank: number, types: RowTypes) {
    const { path, requestSerialize, responseDeserialize } = serviceDefinition(ExpertService).exchange;
    const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    this.rank = rank;
    this.lost = this.#replies.ended;
    this.#client = client;
    this.#call = call;
    this.#types = types;
    call.on("data", (response: ExchangeResponse) => this.#receive(response));
    call.on("error", (error: grpc.ServiceError) => this.end(new Error(error.details ?? error.message)));
    call.on("end", () => this.end(new Error("it closed the stream")));
  }

  get ready(): boolean {
    return this.#replies.open;
  }

  /** @throws Error when the rank does not answer in time */
  async greet(hello: ExchangeHello): Promise<ExchangeHello> {
    this.#send({ case: "hello", value: hello });
    const ended = this.lost.then((reason) => {
      throw reason;
    });
    const answer = await within(Promise.race([this.#greeted.promise, ended]), HELLO_LIMIT_MS);
    if (answer === undefined) throw new Error(`no answer within ${HELLO_LIMIT_MS / 1000} s`);
    return answer;
  }

  /**
   * Sends one dispatch after the other. Node's HTTP/2 does not read during a write: two ends that both write more than their
   * sockets buffer would deadlock.
   */
  run(routed: RoutedRows): Promise<RankAnswer> {
    const answer = this.#last.then(() => this.#ask(routed));
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #ask(routed: RoutedRows): Promise<RankAnswer> {
    // Taken first: the memory of `routed` may be moved.
    const { length } = routed.hidden;
    const combine = await this.#replies.request((id) => {
      this.#send({ case: "dispatch", value: encodeDispatch(BigInt(id), routed, this.#types.sent) });
    });
    try {
      const answer = decodeCombine(combine, this.#types);
      if (answer.partial.length !== length) throw new Error(`${answer.partial.length} numbers, not ${length}`);
      return answer;
    } catch (error) {
      throw new Error(`its answer does not fit the dispatch: ${(error as Error).message}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end(new Error("the link was closed"));
    this.#client.close();
  }

  /** Gives up the stream, not the connection. */
  end(reason: Error): void {
    if (!this.#replies.open) return;
    this.#replies.end(reason);
    this.#call.cancel();
  }

  #send(message: ExchangeRequest["message"]): void {
    this.#call.write(create(ExchangeRequestSchema, { message }));
  }

  #receive({ message }: ExchangeResponse): void {
    switch (message.case) {
      case "hello":
        this.#greeted.resolve(message.value);
        return;
      case "combine":
        this.#replies.resolve(Number(message.value.id), message.value);
        return;
      case "failure":
        this.#replies.reject(Number(message.value.id), new Error(message.value.message));
        return;
      default:
        this.end(new Error("it sent a message that this version does not know"));
    }
  }
}
